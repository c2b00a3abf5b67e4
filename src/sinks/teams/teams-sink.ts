import type { AlertEvent } from '../alert-event.ts';
import type { HttpPost } from '../http-post.ts';
import { oneLine } from '../placeholder-values.ts';
import type { Sink } from '../sink.ts';

const SAMPLES_MAX = 3;
const SAMPLE_MAX = 500;
/** Teams refuses messages above 28 KB; texts are at most 8,000 characters, which may take three bytes each. */
const TEXT_MAX = 6000;

const COLOURS = { info: 'Accent', warning: 'Warning', error: 'Attention', critical: 'Attention' };

/** Microsoft Teams, by a workflow that posts what a webhook receives: a message with one Adaptive Card. */
export function createTeamsSink({ post }: { post: HttpPost }): Sink {
  return {
    batchMax: 1,
    async send([alert], signal) {
      if (alert === undefined) return { outcome: 'delivered' };
      return post.send(JSON.stringify(teamsMessage(alert.event)), { 'content-type': 'application/json' }, signal);
    },
    close: () => post.close(),
  };
}

/** A TextBlock reads some Markdown: what might be some is shown as it is. */
export function escapeTeams(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|~<>]/g, String.raw`\$&`);
}

function teamsMessage(event: AlertEvent): Record<string, unknown> {
  const { kind, severity, title, text, incident } = event;
  const isOver = kind === 'resolved';
  const isUsual = incident?.resolution === 'usual';
  const resolved = isUsual ? 'Resolved as usual now' : 'Resolved';
  const body = [
    {
      type: 'TextBlock',
      text: `${isOver ? resolved : kind === 'test' ? 'Test' : severity.toUpperCase()}: ${title}`,
      size: 'Large',
      weight: 'Bolder',
      color: isUsual ? 'Default' : isOver ? 'Good' : COLOURS[severity],
      wrap: true,
    },
    { type: 'TextBlock', text: text.slice(0, TEXT_MAX).toWellFormed(), wrap: true },
    { type: 'FactSet', facts: factsOf(event) },
    ...samplesOf(event),
  ];
  const actions = actionsOf(event);
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body,
          ...(actions.length === 0 ? {} : { actions }),
        },
      },
    ],
  };
}

function factsOf({ severity, incident, anomaly }: AlertEvent): { title: string; value: string }[] {
  const facts = [{ title: 'Severity', value: severity as string }];
  const services = incident?.services ?? (anomaly === undefined ? [] : [anomaly.service]);
  facts.push({ title: 'Services', value: escapeTeams(oneLine(services.join(', '), 500)) });
  if (incident !== undefined) facts.push({ title: 'Anomalies', value: String(incident.count) });
  facts.push({ title: 'Reasons', value: (incident?.reasons ?? anomaly?.reasons ?? []).join(', ') });
  return facts;
}

function samplesOf({ incident, anomaly }: AlertEvent): unknown[] {
  const samples = incident?.samples ?? (anomaly === undefined ? [] : [anomaly]);
  return samples.slice(0, SAMPLES_MAX).map(({ message }) => ({
    type: 'TextBlock',
    text: escapeTeams(oneLine(message, SAMPLE_MAX)),
    fontType: 'Monospace',
    wrap: true,
    separator: true,
  }));
}

function actionsOf({ url, runbook }: AlertEvent): unknown[] {
  const open = (title: string, target: string | undefined) =>
    target === undefined ? [] : [{ type: 'Action.OpenUrl', title, url: target }];
  return [...open('Incident', url), ...open('Runbook', runbook)];
}

import type { AlertEvent } from '../alert-event.ts';
import type { HttpPost } from '../http-post.ts';
import { oneLine } from '../placeholder-values.ts';
import type { Sink } from '../sink.ts';

/** Limits of Block Kit, in characters. */
const HEADING_MAX = 300;
const SECTION_MAX = 3000;
const FIELD_MAX = 2000;
const SAMPLES_MAX = 3;
const SAMPLE_MAX = 600;

const COLOURS = { info: '#3b82f6', warning: '#f59e0b', error: '#ef4444', critical: '#991b1b' };
const RESOLVED_COLOUR = '#22c55e';
/** It is not over. */
const USUAL_COLOUR = '#6b7280';

/** Slack, by an incoming webhook: a title, the text, who and how many, and sample lines in a code block. */
export function createSlackSink({ post }: { post: HttpPost }): Sink {
  return {
    batchMax: 1,
    async send([alert], signal) {
      if (alert === undefined) return { outcome: 'delivered' };
      const body = JSON.stringify(slackMessage(alert.event));
      return post.send(body, { 'content-type': 'application/json; charset=utf-8' }, signal);
    },
    close: () => post.close(),
  };
}

/** The three characters that are markup in every text of Slack's. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function slackMessage(event: AlertEvent): Record<string, unknown> {
  const { severity, kind, title, text, incident } = event;
  const heading = `${wordOf(event)}: ${title}`;
  const blocks = [
    ...(text === '' ? [] : [{ type: 'section', text: mrkdwn(shortened(text, SECTION_MAX)) }]),
    ...fieldsOf(event),
    ...samplesOf(event),
    ...linksOf(event),
  ];
  const isOver = kind === 'resolved' || incident?.state === 'resolved';
  const overColour = incident?.resolution === 'usual' ? USUAL_COLOUR : RESOLVED_COLOUR;
  return {
    // The line above the blocks, and what notifications show.
    text: `*${shortened(heading, HEADING_MAX)}*`,
    attachments: [{ color: isOver ? overColour : COLOURS[severity], blocks }],
    unfurl_links: false,
    unfurl_media: false,
  };
}

function wordOf({ kind, severity, incident }: AlertEvent): string {
  if (kind === 'test') return 'Test';
  if (incident?.merged_into !== undefined) return 'Merged';
  if (incident?.resolution === 'usual') return 'Resolved as usual now';
  if (kind === 'resolved') return 'Resolved';
  const word = { info: 'Info', warning: 'Warning', error: 'Error', critical: 'Critical' }[severity];
  return kind === 'updated' ? `${word} (update)` : word;
}

function fieldsOf({ incident, anomaly, severity }: AlertEvent): unknown[] {
  const fields: [string, string][] = [['Severity', severity]];
  if (incident !== undefined) {
    fields.push(['Services', incident.services.map((name) => oneLine(name, 100)).join(', ')]);
    fields.push(['Anomalies', String(incident.count)], ['Reasons', incident.reasons.join(', ')]);
  } else if (anomaly !== undefined) fields.push(['Service', anomaly.service], ['Reasons', anomaly.reasons.join(', ')]);
  const shown = fields.map(([name, value]) => mrkdwn(shortened(`*${name}*\n${escapeSlack(value)}`, FIELD_MAX)));
  return [{ type: 'section', fields: shown }];
}

function samplesOf({ incident, anomaly }: AlertEvent): unknown[] {
  const samples = incident?.samples ?? (anomaly === undefined ? [] : [anomaly]);
  if (samples.length === 0) return [];
  const lines = samples
    .slice(0, SAMPLES_MAX)
    // Three ticks would end the code block.
    .map(({ message }) => escapeSlack(oneLine(message, SAMPLE_MAX).replaceAll('```', "'''")));
  return [{ type: 'section', text: mrkdwn(`${shortened(`\`\`\`${lines.join('\n')}`, SECTION_MAX - 4)}\n\`\`\``) }];
}

function linksOf({ url, runbook }: AlertEvent): unknown[] {
  const links = [
    ...(url === undefined ? [] : [`<${escapeSlack(url)}|Incident>`]),
    ...(runbook === undefined ? [] : [`<${escapeSlack(runbook)}|Runbook>`]),
  ];
  return links.length === 0 ? [] : [{ type: 'context', elements: [mrkdwn(links.join(' · '))] }];
}

/** Verbatim: or `@here`, `#general` and addresses in a log line would become mentions and links. */
function mrkdwn(text: string): { type: 'mrkdwn'; text: string; verbatim: true } {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** Cut so that no entity is left in half. */
function shortened(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return `${text
    .slice(0, charsMax - 1)
    .replace(/&[a-z]{0,3}$/, '')
    .toWellFormed()}…`;
}

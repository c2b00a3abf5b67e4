import type { Anomaly } from '../domain/anomaly.ts';
import type { Incident, IncidentChange } from '../domain/incident.ts';
import type { OutboxEntry } from '../domain/outbox.ts';
import { resolutionWords } from '../domain/resolution-words.ts';
import type { AlertEvent, AlertEventKind } from './alert-event.ts';
import type { AlertsConfig, Route, SinkConfig } from './alerts-file/alerts-config.ts';
import { matchesPattern } from './name-pattern.ts';
import { anomalyValues, incidentValues } from './placeholder-values.ts';
import { isAtLeast, severityOf, severityOfAnomaly } from './severity.ts';
import type { Severity } from './severity.ts';
import { escapeSlack } from './slack/slack-sink.ts';
import { escapeTeams } from './teams/teams-sink.ts';
import { renderTemplate, withoutScore } from './text-template.ts';

/** What has happened, as the alert path tells it. */
export interface AlertedRecord {
  /** Id of the first of `anomalies`. */
  firstAnomalyId: number;
  anomalies: readonly Anomaly[];
  changes: readonly IncidentChange[];
}

interface Matched {
  /** One of these has to be asked for. */
  kinds: readonly AlertEventKind[];
  services: readonly string[];
  reasons: readonly string[];
  severity: Severity;
  score: number;
}

/** Decides who is told what. Pure: the same record and time give the same entries, ids included. */
export class AlertPlanner {
  readonly #config: AlertsConfig;
  readonly #sinks: ReadonlyMap<string, SinkConfig>;
  readonly #tellsAnomalies: boolean;

  constructor(config: AlertsConfig) {
    this.#config = config;
    this.#sinks = new Map(config.sinks.map((sink) => [sink.name, sink]));
    this.#tellsAnomalies = config.routes.some(({ events }) => events.includes('anomaly'));
  }

  plan({ firstAnomalyId, anomalies, changes }: AlertedRecord, nowMs: number): OutboxEntry[] {
    const ofIncidents = changes.flatMap(({ kind, incident }) => {
      const id = changeId(kind, incident);
      return this.#incidentEvents(kind, incident).map(([sink, event]) => entryOf(id, sink, nowMs, event));
    });
    if (!this.#tellsAnomalies) return ofIncidents;
    const ofAnomalies = anomalies.flatMap((anomaly, index) => {
      // The number alone begins anew with each process that keeps nothing.
      const id = `anomaly-${anomaly.fingerprint}-${anomaly.timestamp}-${firstAnomalyId + index}`;
      return this.#anomalyEvents(anomaly).map(([sink, event]) => entryOf(id, sink, nowMs, event));
    });
    return [...ofIncidents, ...ofAnomalies];
  }

  /** What one sink would be told of incidents as they are now. */
  openEvents(incidents: readonly Incident[], sink: string): AlertEvent[] {
    return incidents.flatMap((incident) =>
      this.#incidentEvents('updated', incident, ['opened', 'updated']).flatMap(([{ name }, event]) =>
        name === sink ? [event] : [],
      ),
    );
  }

  #incidentEvents(
    kind: AlertEventKind,
    incident: Incident,
    kinds: readonly AlertEventKind[] = [kind],
  ): [SinkConfig, AlertEvent][] {
    const severity = severityOf(incident);
    const { services, reasons, worst_score: score } = incident;
    const at = incident.resolved_at ?? incident.last_seen;
    return this.#matching({ kinds, services, reasons, severity, score }).map((sink) => [
      sink,
      incidentEvent({ kind, severity, at, sink, incident, externalUrl: this.#config.externalUrl }),
    ]);
  }

  #anomalyEvents(anomaly: Anomaly): [SinkConfig, AlertEvent][] {
    const severity = severityOfAnomaly(anomaly);
    const { service, reasons, hst_score: score, timestamp: at } = anomaly;
    return this.#matching({ kinds: ['anomaly'], services: [service], reasons, severity, score }).map((sink) => {
      const values = anomalyValues({ kind: 'anomaly', severity }, anomaly);
      return [sink, { v: 1, kind: 'anomaly', severity, ...textsOf(sink, values), at, ...runbookOf(sink), anomaly }];
    });
  }

  /** Each sink once, however many routes lead to it. */
  #matching(matched: Matched): SinkConfig[] {
    const names = new Set(
      this.#config.routes.filter((route) => matches(route, matched)).flatMap(({ sinks }) => [...sinks]),
    );
    return [...names].flatMap((name) => this.#sinks.get(name) ?? []);
  }
}

/** The words of one sink about one incident. */
export function incidentEvent({
  kind,
  severity,
  at,
  sink,
  incident,
  externalUrl,
}: {
  kind: AlertEventKind;
  severity: Severity;
  at: number;
  sink: SinkConfig;
  incident: Incident;
  externalUrl: string | undefined;
}): AlertEvent {
  const link = externalUrl === undefined ? {} : { url: `${externalUrl}/#/incident?id=${incident.id}` };
  const values = incidentValues({ kind, severity, ...link }, incident);
  const { title, text } = textsOf(sink, values);
  const ended = resolutionWords(incident);
  const whole = ended === '' ? text : `${text} ${escapeFor(sink)(ended)}`;
  return { v: 1, kind, severity, title, text: whole, at, ...link, ...runbookOf(sink), incident };
}

function textsOf(sink: SinkConfig, values: ReturnType<typeof incidentValues>): { title: string; text: string } {
  const escape = escapeFor(sink);
  return {
    title: renderTemplate(sink.title, values, escape).replaceAll(/\s+/g, ' ').trim(),
    text: renderTemplate(values.score === NO_SCORE ? withoutScore(sink.text) : sink.text, values, escape),
  };
}

function escapeFor({ tool }: SinkConfig): (text: string) => string {
  return { slack: escapeSlack, teams: escapeTeams }[tool.type as string] ?? ((text) => text);
}

const NO_SCORE = '0.00';

function runbookOf({ runbook }: SinkConfig): { runbook?: string } {
  return runbook === undefined ? {} : { runbook };
}

function matches({ services, reasons, minSeverity, minScore, events }: Route, matched: Matched): boolean {
  return (
    events.some((event) => matched.kinds.includes(event)) &&
    (services === undefined || matched.services.some((name) => services.some((one) => matchesPattern(one, name)))) &&
    (reasons === undefined || reasons.some((reason) => matched.reasons.includes(reason))) &&
    (minSeverity === undefined || isAtLeast(matched.severity, minSeverity)) &&
    (minScore === undefined || matched.score >= minScore)
  );
}

/** An incident has one opening and one resolution, and each update has more anomalies in it than the one before. */
function changeId(kind: IncidentChange['kind'], { id, count }: Incident): string {
  return kind === 'updated' ? `incident-${id}-updated-${count}` : `incident-${id}-${kind}`;
}

function entryOf(id: string, sink: SinkConfig, createdMs: number, event: AlertEvent): OutboxEntry {
  return { id, sink: sink.name, createdMs, event: JSON.stringify(event) };
}

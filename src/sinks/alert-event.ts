import type { Anomaly } from '../domain/anomaly.ts';
import type { Incident } from '../domain/incident.ts';
import type { Severity } from './severity.ts';

export const ALERT_EVENTS = ['opened', 'updated', 'resolved', 'anomaly', 'test'] as const;

/** What there is to tell: a change of an incident, a single anomaly, or that somebody tries the sink. */
export type AlertEventKind = (typeof ALERT_EVENTS)[number];

/** What may be asked for in the routes of the alerts file. */
export const ROUTED_EVENTS = ALERT_EVENTS.filter((kind) => kind !== 'test');

/** One alert for one sink, all words decided. Kept in the outbox as JSON, so that a restart tells what was decided. */
export interface AlertEvent {
  /** Version of this shape. */
  v: 1;
  kind: AlertEventKind;
  severity: Severity;
  /** One line. */
  title: string;
  text: string;
  /** Epoch milliseconds at which it was so. */
  at: number;
  /** Page of the incident, where the alerts file names our address. */
  url?: string;
  runbook?: string;
  /** Of all kinds but `anomaly`. */
  incident?: Incident;
  /** Of the kind `anomaly`. */
  anomaly?: Anomaly;
}

/** An event with the identity under which it is delivered. */
export interface Alert {
  /** The same in every retry and after a restart. */
  id: string;
  event: AlertEvent;
}

/** What alerts are about: those of one subject reach a sink in order, and a newer update takes the place of an older one. */
export function subjectOf({ kind, incident, anomaly }: AlertEvent): string {
  if (incident !== undefined) return `incident ${incident.id}`;
  return anomaly === undefined ? kind : `anomaly ${anomaly.fingerprint}`;
}

/** The alert that an outbox entry holds; undefined for one of another version, or damaged. */
export function readEvent(json: string): AlertEvent | undefined {
  try {
    const event = JSON.parse(json) as AlertEvent;
    return event.v === 1 && ALERT_EVENTS.includes(event.kind) ? event : undefined;
  } catch {
    return undefined;
  }
}

import type { Reason } from './anomaly.ts';
import type { Level } from './level.ts';

export const INCIDENT_STATES = ['open', 'resolved'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/** Anomalies that belong together, as they leave for readers. Times are epoch milliseconds. */
export interface Incident {
  /** 16 hex digits: a hash of what groups its anomalies and of the first one's time. */
  id: string;
  state: IncidentState;
  /** Of its first anomaly. */
  service: string;
  /** In order of appearance, bounded. */
  services: string[];
  first_seen: number;
  last_seen: number;
  /** Present when resolved. */
  resolved_at?: number;
  /** Present when it was resolved because its anomalies went on as part of this one. */
  merged_into?: string;
  /** Anomalies. */
  count: number;
  /** Anomalies, and lines like them that raised none of their own, in between or since their template began. */
  line_count: number;
  /** Those that some anomaly had, and how many had each. */
  reasons: Reason[];
  reason_counts: Partial<Record<Reason, number>>;
  worst_score: number;
  worst_level: Level;
  /** Of its first anomaly. */
  fingerprint: string;
  /** In order of appearance, bounded. */
  templates: IncidentTemplate[];
  /** Anomalies whose template had no place any more. */
  other_templates_count: number;
  /** The first of each template and some more, bounded. */
  samples: IncidentSample[];
  /** The first ones, bounded. */
  trace_ids: string[];
}

export interface IncidentTemplate {
  fingerprint: string;
  service: string;
  /** As it was first seen. */
  template: string;
  count: number;
}

export interface IncidentSample {
  timestamp: number;
  service: string;
  level: Level;
  message: string;
  fingerprint: string;
}

export const INCIDENT_EVENTS = ['opened', 'updated', 'resolved'] as const;
export type IncidentEventKind = (typeof INCIDENT_EVENTS)[number];

/** What happened to an incident; it is the incident as of then, and changes no more. */
export interface IncidentChange {
  kind: IncidentEventKind;
  incident: Incident;
}

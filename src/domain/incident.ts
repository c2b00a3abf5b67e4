import type { Reason } from './anomaly.ts';
import type { Level } from './level.ts';

export const INCIDENT_STATES = ['open', 'resolved'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/**
 * How an incident ended. `over`: nothing odd was found any more, and what was told of rates has come back to what was
 * usual before; `usual`: it goes on still, for so long that it counts as usual; `merged`: it goes on as part of another;
 * `displaced`: too many were open, and it had been quiet for longest.
 */
export const RESOLUTIONS = ['over', 'usual', 'merged', 'displaced'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** What became of that which was told of a service. `over`, too, where nothing was told that could go on. */
export const COURSES = ['over', 'ongoing', 'usual'] as const;
export type Course = (typeof COURSES)[number];

export interface OngoingCourse {
  course: Exclude<Course, 'over'>;
  /** Lines of it since `since`, epoch milliseconds, in whole minutes: told ones, silent ones, and usual ones among them. */
  lines: number;
  since: number;
}

/** Of a service in which something goes on, or has become usual. */
export interface ServiceCourse extends OngoingCourse {
  service: string;
}

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
  /** Until when what it tells was found to go on, where that was later than its last anomaly at some time. */
  ongoing_until?: number;
  /** Present when resolved. */
  resolved_at?: number;
  resolution?: Resolution;
  /** Present when it was resolved because its anomalies went on as part of this one. */
  merged_into?: string;
  /** Anomalies. */
  count: number;
  /** Lines that are part of it, told or silent, as far as they are known. */
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

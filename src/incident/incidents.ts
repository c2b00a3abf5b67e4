import type { Anomaly } from '../domain/anomaly.ts';
import type { Incident } from '../domain/incident.ts';
import { GrowingIncident } from './growing-incident.ts';

const QUIET_MS = 300_000;
const OPEN_MAX = 1000;

export interface IncidentsOptions {
  /** An incident is over when it had no anomaly for longer than this, 300,000. */
  quietMs?: number;
  /** Incidents open at once, 1,000; beyond it the one that has been quiet for longest is resolved early. */
  openMax?: number;
}

/** What happened to an incident; it is the incident as of now, and changes no more. */
export interface IncidentChange {
  kind: 'opened' | 'resolved';
  incident: Incident;
}

/**
 * Anomalies to incidents: those of one service belong together as long as no two are further apart than `quietMs`.
 * Knows no clock: time comes in with anomalies and `advance`. The same anomalies in the same order give the same
 * incidents, with the same ids.
 */
export class Incidents {
  readonly #quietMs: number;
  readonly #openMax: number;
  /** By group; the first is the one that has been quiet for longest. */
  readonly #open = new Map<string, GrowingIncident>();
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor({ quietMs = QUIET_MS, openMax = OPEN_MAX }: IncidentsOptions = {}) {
    this.#quietMs = quietMs;
    this.#openMax = openMax;
  }

  /** Takes an anomaly into its incident, or opens one; `changes` begin with what its time resolved. */
  add(anomaly: Anomaly): { id: string; changes: IncidentChange[] } {
    const changes = this.advance(anomaly.timestamp);
    const group = groupOf(anomaly);
    const known = this.#open.get(group);
    if (known !== undefined && anomaly.timestamp >= known.firstSeen - this.#quietMs) {
      const later = anomaly.timestamp > known.lastSeen;
      known.add(anomaly);
      if (later) {
        this.#open.delete(group);
        this.#open.set(group, known);
      }
      return { id: known.id, changes };
    }
    // One from long before the open incident is late: it becomes an incident that is over, of its own.
    const opened = new GrowingIncident(group, anomaly);
    if (known !== undefined) {
      changes.push({ kind: 'opened', incident: opened.shown() }, this.#resolved(opened));
      return { id: opened.id, changes };
    }
    if (this.#open.size >= this.#openMax) changes.push(this.#closeOldest());
    this.#open.set(group, opened);
    changes.push({ kind: 'opened', incident: opened.shown() });
    return { id: opened.id, changes };
  }

  /** It is this late: resolves what has been quiet, in the order in which it fell so. */
  advance(nowMs: number): IncidentChange[] {
    const changes: IncidentChange[] = [];
    if (nowMs <= this.#nowMs) return changes;
    this.#nowMs = nowMs;
    for (const [group, incident] of this.#open) {
      if (incident.lastSeen + this.#quietMs >= nowMs) break;
      this.#open.delete(group);
      changes.push(this.#resolved(incident));
    }
    return changes;
  }

  /** Those open now, the one that has been quiet for longest first. */
  open(): Incident[] {
    return Array.from(this.#open.values(), (incident) => incident.shown());
  }

  get openCount(): number {
    return this.#open.size;
  }

  #closeOldest(): IncidentChange {
    const [group, incident] = this.#open.entries().next().value as [string, GrowingIncident];
    this.#open.delete(group);
    return { kind: 'resolved', incident: incident.shown(this.#nowMs) };
  }

  #resolved(incident: GrowingIncident): IncidentChange {
    return { kind: 'resolved', incident: incident.shown(incident.lastSeen + this.#quietMs) };
  }
}

/** What anomalies of one incident have in common. */
function groupOf(anomaly: Anomaly): string {
  return anomaly.service;
}

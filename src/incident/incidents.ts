import type { Anomaly } from '../domain/anomaly.ts';
import type { Incident, IncidentChange, ServiceCourse } from '../domain/incident.ts';
import { GrowingIncident } from './growing-incident.ts';

const QUIET_MS = 300_000;
const OPEN_MAX = 1000;
/** So many services that fall ill within a minute have one illness. */
const WIDE_SERVICES_MIN = 3;
const WIDE_MS = 60_000;

export interface IncidentsOptions {
  /** An incident ends when nothing was found of it for longer than this, 300,000. */
  quietMs?: number;
  /** Incidents open at once, 1,000; beyond it the one that has been quiet for longest is resolved early. */
  openMax?: number;
}

/**
 * Anomalies to incidents: those of one service belong together as long as no two are further apart than `quietMs`, or
 * what they tell goes on in between; and those of three services or more whose incidents open within a minute.
 *
 * Knows no clock: time comes in with anomalies and `advance`. The same anomalies in the same order give the same
 * incidents, with the same ids.
 */
export class Incidents {
  readonly #quietMs: number;
  readonly #openMax: number;
  /** With the services that each stands for; the first is the one that has been quiet for longest. */
  readonly #open = new Map<GrowingIncident, Set<string>>();
  readonly #byService = new Map<string, GrowingIncident>();
  /** The incident that several services share and that one joined last, and when. */
  #wide: { incident: GrowingIncident; joinedMs: number } | undefined;
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor({ quietMs = QUIET_MS, openMax = OPEN_MAX }: IncidentsOptions = {}) {
    this.#quietMs = quietMs;
    this.#openMax = openMax;
  }

  /** Takes an anomaly into its incident, or opens one; `changes` begin with what its time resolved. */
  add(anomaly: Anomaly): { id: string; changes: IncidentChange[] } {
    const changes = this.advance(anomaly.timestamp);
    const known = this.#byService.get(anomaly.service);
    if (known === undefined) return { id: this.#begin(anomaly, changes), changes };
    if (anomaly.timestamp >= known.firstSeen - this.#quietMs) {
      this.#grow(known, anomaly, changes);
      return { id: known.id, changes };
    }
    // One from long before the open incident is late: it becomes an incident that is over, of its own.
    const late = new GrowingIncident(anomaly, this.#quietMs);
    changes.push({ kind: 'opened', incident: late.shown() }, this.#resolution(late));
    return { id: late.id, changes };
  }

  /** What became of services without a further anomaly; answers incidents that readers have not seen so. */
  follow(courses: readonly ServiceCourse[], nowMs: number): Incident[] {
    const changed = new Map<string, Incident>();
    for (const one of courses) {
      const incident = this.#byService.get(one.service);
      if (incident === undefined || incident.lastFound + this.#quietMs < nowMs) continue;
      if (incident.follow(one, nowMs)) changed.set(incident.id, incident.shown());
      if (one.course === 'ongoing') this.#moveToEnd(incident);
    }
    return [...changed.values()];
  }

  /** It is this late: resolves what has been quiet, in the order in which it fell so. */
  advance(nowMs: number): IncidentChange[] {
    const changes: IncidentChange[] = [];
    if (nowMs <= this.#nowMs) return changes;
    this.#nowMs = nowMs;
    for (const incident of this.#open.keys()) {
      if (incident.lastFound + this.#quietMs >= nowMs) break;
      this.#forget(incident);
      changes.push(this.#resolution(incident));
    }
    return changes;
  }

  /** Those open now, the one that has been quiet for longest first. */
  open(): Incident[] {
    return Array.from(this.#open.keys(), (incident) => incident.shown());
  }

  /** Of those open now, the ones with these ids. */
  standing(ids: ReadonlySet<string>): Incident[] {
    const found: Incident[] = [];
    for (const incident of this.#open.keys()) if (ids.has(incident.id)) found.push(incident.shown());
    return found;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Goes on with incidents that `open` gave, before anything is added. */
  restore(incidents: readonly Incident[]): void {
    for (const shown of incidents) {
      const incident = GrowingIncident.restore(shown, this.#quietMs);
      this.#open.set(incident, new Set());
      for (const service of shown.services) this.#assign(service, incident);
    }
  }

  /** The first anomaly of a service without an incident; answers the id of the one that it is part of now. */
  #begin(anomaly: Anomaly, changes: IncidentChange[]): string {
    const { timestamp, service } = anomaly;
    const wide = this.#wide;
    if (wide !== undefined && this.#open.has(wide.incident) && timestamp - wide.joinedMs <= WIDE_MS) {
      wide.joinedMs = Math.max(wide.joinedMs, timestamp);
      this.#assign(service, wide.incident);
      this.#grow(wide.incident, anomaly, changes);
      return wide.incident.id;
    }
    if (this.#open.size >= this.#openMax) changes.push(this.#closeQuietest());
    const opened = new GrowingIncident(anomaly, this.#quietMs);
    this.#open.set(opened, new Set());
    this.#assign(service, opened);
    changes.push({ kind: 'opened', incident: opened.shown() });
    return this.#widen(opened, changes).id;
  }

  #grow(incident: GrowingIncident, anomaly: Anomaly, changes: IncidentChange[]): void {
    const isLater = anomaly.timestamp > incident.lastFound;
    if (incident.add(anomaly)) changes.push({ kind: 'updated', incident: incident.shown() });
    if (isLater) this.#moveToEnd(incident);
  }

  /** Joins the incidents that opened within a minute, where they are many; the earliest takes in the others. */
  #widen(opened: GrowingIncident, changes: IncidentChange[]): GrowingIncident {
    const near = [...this.#open.keys()].filter(({ openedMs }) => Math.abs(opened.openedMs - openedMs) <= WIDE_MS);
    const services = near.flatMap((incident) => [...(this.#open.get(incident) ?? [])]);
    if (services.length < WIDE_SERVICES_MIN) return opened;
    near.sort((a, b) => a.openedMs - b.openedMs);
    const [first, ...others] = near as [GrowingIncident, ...GrowingIncident[]];
    for (const other of others) {
      first.absorb(other);
      this.#forget(other);
      changes.push({
        kind: 'resolved',
        incident: other.shown({ at: opened.openedMs, resolution: 'merged', mergedInto: first.id }),
      });
    }
    for (const service of services) this.#assign(service, first);
    this.#moveToEnd(first);
    changes.push({ kind: 'updated', incident: first.shown() });
    this.#wide = { incident: first, joinedMs: opened.openedMs };
    return first;
  }

  #assign(service: string, incident: GrowingIncident): void {
    this.#byService.set(service, incident);
    this.#open.get(incident)?.add(service);
  }

  #moveToEnd(incident: GrowingIncident): void {
    const services = this.#open.get(incident) ?? new Set();
    this.#open.delete(incident);
    this.#open.set(incident, services);
  }

  #forget(incident: GrowingIncident): void {
    const services = this.#open.get(incident) ?? [];
    this.#open.delete(incident);
    for (const service of services) this.#byService.delete(service);
  }

  #closeQuietest(): IncidentChange {
    const incident = this.#open.keys().next().value as GrowingIncident;
    this.#forget(incident);
    return { kind: 'resolved', incident: incident.shown({ at: this.#nowMs, resolution: 'displaced' }) };
  }

  #resolution(incident: GrowingIncident): IncidentChange {
    const { lastFound, resolution } = incident;
    return { kind: 'resolved', incident: incident.shown({ at: lastFound + this.#quietMs, resolution }) };
  }
}

import type { Alert } from '../alert-event.ts';
import { subjectOf } from '../alert-event.ts';
import { isAtLeast } from '../severity.ts';
import type { Severity } from '../severity.ts';

/** One alert that waits for its sink. */
export interface Pending {
  alert: Alert;
  subject: string;
  createdMs: number;
  bytes: number;
  /** Refused as part of a batch: it is sent by itself, to tell whether it was the one. */
  isAlone: boolean;
}

export interface DeliveryQueueOptions {
  entriesMax: number;
  bytesMax: number;
  /**
   * Time from one message about a subject to the next update of it. Openings, resolutions and updates that are more
   * severe than what was told never wait for it.
   */
  updateIntervalMs: number;
  /** Whether single anomalies of one template that wait count as one, the newest. */
  joinsAnomalies: boolean;
}

/** What waits about one subject, oldest first. */
interface Lane {
  waiting: Pending[];
  isUnderWay: boolean;
  /** An update waits until then, unless it is of something worse than what was told. */
  quietUntilMs: number;
  told: Severity | undefined;
}

/** Subjects told lately that are remembered for their update interval. */
const QUIET_LANES_MAX = 2000;

/**
 * What waits for one sink. Alerts of one subject leave in order, one after the other; subjects take turns. A newer
 * update takes the place of one that waits, so what waits of an incident is its opening, one update and its resolution.
 *
 * Bounded by count and bytes. At the bound the oldest update or single anomaly goes, and without any the oldest alert:
 * that an incident began and ended is worth more than how it grew.
 */
export class DeliveryQueue {
  readonly #options: DeliveryQueueOptions;
  /** By subject, in the order of their turns. */
  readonly #lanes = new Map<string, Lane>();
  #count = 0;
  #bytes = 0;

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
  }

  /** Those under way included. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Subjects that are remembered: those that wait, and those told lately. */
  get subjects(): number {
    return this.#lanes.size;
  }

  /** All that wait, those of one subject oldest first. */
  waiting(): Pending[] {
    return [...this.#lanes.values()].flatMap(({ waiting }) => waiting);
  }

  get isHalfEmpty(): boolean {
    return this.#count * 2 <= this.#options.entriesMax && this.#bytes * 2 <= this.#options.bytesMax;
  }

  /** Answers what need not be delivered any more: superseded by this one, or dropped at the bound. */
  add(pending: Pending): { superseded: Pending[]; dropped: Pending[] } {
    const lane = this.#laneOf(pending.subject);
    const superseded = this.#supersede(lane, pending);
    lane.waiting.push(pending);
    this.#count++;
    this.#bytes += pending.bytes;
    const dropped: Pending[] = [];
    while (this.#count > this.#options.entriesMax || this.#bytes > this.#options.bytesMax) {
      const victim = this.#leastMissed();
      if (victim === undefined) break;
      dropped.push(victim);
    }
    return { superseded, dropped };
  }

  /** The next alerts in turn, at most `max`, now under way: `done` or `putBack` has to follow. */
  take(max: number, nowMs: number, ignoresIntervals = false): Pending[] {
    const taken: Pending[] = [];
    for (const [subject, lane] of this.#lanes) {
      if (taken.length >= max) break;
      if (lane.isUnderWay) continue;
      if (lane.waiting.length === 0) {
        if (lane.quietUntilMs <= nowMs) this.#lanes.delete(subject);
        continue;
      }
      while (taken.length < max && isReady(lane, nowMs, ignoresIntervals)) {
        const next = lane.waiting[0] as Pending;
        if (next.isAlone && taken.length > 0) break;
        lane.waiting.shift();
        lane.isUnderWay = true;
        taken.push(next);
        if (next.isAlone) return taken;
      }
    }
    return taken;
  }

  /** They are delivered or given up. */
  done(pendings: readonly Pending[], nowMs: number): void {
    for (const { subject, bytes, alert } of pendings) {
      this.#count--;
      this.#bytes -= bytes;
      const lane = this.#laneOf(subject);
      lane.told = alert.event.severity;
      lane.isUnderWay = false;
      lane.quietUntilMs = nowMs + this.#options.updateIntervalMs;
      // To the end: the others have their turn first.
      this.#lanes.delete(subject);
      this.#lanes.set(subject, lane);
    }
    this.#forgetQuiet();
  }

  /** They are to be tried again, after the other subjects have had their turn. */
  putBack(pendings: readonly Pending[]): void {
    for (const pending of pendings.toReversed()) {
      const lane = this.#laneOf(pending.subject);
      lane.isUnderWay = false;
      lane.waiting.unshift(pending);
      this.#lanes.delete(pending.subject);
      this.#lanes.set(pending.subject, lane);
    }
  }

  /** Takes out all that were created before. */
  expire(beforeMs: number): Pending[] {
    const expired: Pending[] = [];
    for (const lane of this.#lanes.values()) {
      if (!lane.waiting.some(({ createdMs }) => createdMs < beforeMs)) continue;
      expired.push(...lane.waiting.filter(({ createdMs }) => createdMs < beforeMs));
      lane.waiting = lane.waiting.filter(({ createdMs }) => createdMs >= beforeMs);
    }
    this.#discount(expired);
    return expired;
  }

  /** When something can be taken: a time in the past is now; undefined while nothing waits. */
  nextReadyMs(): number | undefined {
    let soonest: number | undefined;
    for (const lane of this.#lanes.values()) {
      const [head] = lane.waiting;
      if (head === undefined || lane.isUnderWay) continue;
      soonest = Math.min(soonest ?? Number.POSITIVE_INFINITY, waits(lane, head) ? lane.quietUntilMs : 0);
    }
    return soonest;
  }

  /** Updates that wait for their interval need not any more. */
  forgetIntervals(): void {
    for (const lane of this.#lanes.values()) lane.quietUntilMs = 0;
  }

  #laneOf(subject: string): Lane {
    let lane = this.#lanes.get(subject);
    if (lane === undefined) {
      lane = { waiting: [], isUnderWay: false, quietUntilMs: 0, told: undefined };
      this.#lanes.set(subject, lane);
    }
    return lane;
  }

  #supersede(lane: Lane, by: Pending): Pending[] {
    const { kind } = by.alert.event;
    const isNews = kind === 'updated' || kind === 'resolved';
    const last = lane.waiting.at(-1);
    if (last === undefined) return [];
    const was = last.alert.event.kind;
    const joins = kind === 'anomaly' && was === 'anomaly' && this.#options.joinsAnomalies;
    const isSame = last.alert.id === by.alert.id;
    if (!(isNews && was === 'updated') && !joins && !isSame) return [];
    lane.waiting.pop();
    this.#discount([last]);
    return [last];
  }

  #leastMissed(): Pending | undefined {
    let oldest: Lane | undefined;
    for (const lane of this.#lanes.values()) {
      if (lane.waiting.length > 0) oldest ??= lane;
      const index = lane.waiting.findIndex(({ alert }) => ['updated', 'anomaly'].includes(alert.event.kind));
      if (index < 0) continue;
      const victims = lane.waiting.splice(index, 1);
      this.#discount(victims);
      return victims[0];
    }
    const victim = oldest?.waiting.shift();
    if (victim !== undefined) this.#discount([victim]);
    return victim;
  }

  #discount(pendings: readonly Pending[]): void {
    for (const { bytes } of pendings) {
      this.#count--;
      this.#bytes -= bytes;
    }
  }

  #forgetQuiet(): void {
    let over = this.#lanes.size - this.#count - QUIET_LANES_MAX;
    if (over <= 0) return;
    for (const [subject, lane] of this.#lanes) {
      if (over <= 0) return;
      if (lane.isUnderWay || lane.waiting.length > 0) continue;
      this.#lanes.delete(subject);
      over--;
    }
  }
}

function isReady(lane: Lane, nowMs: number, ignoresIntervals: boolean): boolean {
  const [head] = lane.waiting;
  if (head === undefined) return false;
  return ignoresIntervals || !waits(lane, head) || lane.quietUntilMs <= nowMs;
}

function waits({ told }: Lane, { alert: { event } }: Pending): boolean {
  return event.kind === 'updated' && told !== undefined && isAtLeast(told, event.severity);
}

export function pendingOf(alert: Alert, createdMs: number, bytes: number): Pending {
  return { alert, subject: subjectOf(alert.event), createdMs, bytes, isAlone: false };
}

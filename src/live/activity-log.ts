import type { ServiceActivity } from './shard-protocol.ts';

export interface ActivityLogOptions {
  /** Services told apart; the busiest. */
  servicesMax: number;
  bucketMs: number;
  /** How many are kept, the present one included. */
  buckets: number;
}

/** Learning: not enough known yet. Quiet: no line for a minute. Bursting: an anomaly in the last minute. */
export type ServiceState = 'learning' | 'watching' | 'quiet' | 'bursting';

export interface ServiceSeries {
  service: string;
  state: ServiceState;
  /** Since the service is known. */
  lines: number;
  /** In the buckets shown, oldest first. */
  line_counts: number[];
  anomaly_counts: number[];
}

export interface Activity {
  /** Of the first bucket. */
  startMs: number;
  services: ServiceSeries[];
  /** Of all services, also those that have no place here. */
  line_counts: number[];
  anomaly_counts: number[];
}

const RECENT_MS = 60_000;

/**
 * How many lines and anomalies each of the busiest services had, in buckets of the wall clock. Asked every few seconds
 * what the services have counted in all, it books the difference where the clock stands.
 */
export class ActivityLog {
  readonly #options: ActivityLogOptions;
  readonly #services = new Map<string, Counted>();
  readonly #all: Buckets;
  #allLines: number | undefined;

  constructor(options: ActivityLogOptions) {
    this.#options = options;
    this.#all = new Buckets(options);
  }

  /** Counts of now: of the busiest services, and of all services together. */
  sample(nowMs: number, services: readonly ServiceActivity[], allLines: number): void {
    this.#all.advance(nowMs);
    this.#all.add('lines', since(this.#allLines, allLines));
    this.#allLines = allLines;
    for (const { service, lines, learning } of services) {
      const known = this.#services.get(service);
      // What was there before anybody looked is not of this moment.
      const counted = known ?? { buckets: new Buckets(this.#options), lines: undefined, learning, heardMs: nowMs };
      counted.buckets.advance(nowMs);
      const added = since(counted.lines, lines);
      counted.buckets.add('lines', added);
      if (added > 0) counted.heardMs = nowMs;
      counted.lines = lines;
      counted.learning = learning;
      if (known === undefined) this.#admit(service, counted);
    }
  }

  anomaly(nowMs: number, service: string): void {
    this.#all.advance(nowMs);
    this.#all.add('anomalies', 1);
    const counted = this.#services.get(service);
    counted?.buckets.advance(nowMs);
    counted?.buckets.add('anomalies', 1);
  }

  read(nowMs: number, limit: number): Activity {
    this.#all.advance(nowMs);
    const services = [...this.#services].map(([service, { buckets, lines, learning, heardMs }]) => {
      buckets.advance(nowMs);
      const state = stateOf(learning, nowMs - heardMs < RECENT_MS, buckets.anomaliesIn(RECENT_MS));
      return { service, state, lines: lines ?? 0, ...buckets.counts() };
    });
    services.sort((a, b) => b.lines - a.lines || (a.service < b.service ? -1 : 1));
    return { startMs: this.#all.startMs, services: services.slice(0, limit), ...this.#all.counts() };
  }

  /** In place of the one that was heard longest ago, when all are taken. */
  #admit(service: string, counted: Counted): void {
    if (this.#services.size >= this.#options.servicesMax) {
      const [oldest] = [...this.#services].reduce((a, b) => (b[1].heardMs < a[1].heardMs ? b : a));
      this.#services.delete(oldest);
    }
    this.#services.set(service, counted);
  }
}

interface Counted {
  buckets: Buckets;
  lines: number | undefined;
  learning: boolean;
  heardMs: number;
}

/** A model that was wiped or lost counts from nothing again. */
function since(before: number | undefined, now: number): number {
  if (before === undefined) return 0;
  return now >= before ? now - before : now;
}

function stateOf(learning: boolean, isHeard: boolean, anomalies: number): ServiceState {
  if (anomalies > 0) return 'bursting';
  if (!isHeard) return 'quiet';
  return learning ? 'learning' : 'watching';
}

/** A ring of counts whose last place is the present bucket. */
class Buckets {
  readonly #bucketMs: number;
  readonly #counts: { lines: Float64Array; anomalies: Float64Array };
  /** Number of the present bucket since 1970; undefined before the first. */
  #present: number | undefined;

  constructor({ bucketMs, buckets }: ActivityLogOptions) {
    this.#bucketMs = bucketMs;
    this.#counts = { lines: new Float64Array(buckets), anomalies: new Float64Array(buckets) };
  }

  get startMs(): number {
    return ((this.#present ?? 0) - this.#counts.lines.length + 1) * this.#bucketMs;
  }

  /** A clock that was set back goes on in the present bucket. */
  advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / this.#bucketMs);
    const { lines, anomalies } = this.#counts;
    const from = this.#present ?? bucket;
    for (let at = Math.max(from + 1, bucket - lines.length + 1); at <= bucket; at++) {
      lines[at % lines.length] = 0;
      anomalies[at % lines.length] = 0;
    }
    this.#present = Math.max(from, bucket);
  }

  add(what: 'lines' | 'anomalies', count: number): void {
    const counts = this.#counts[what];
    counts[(this.#present ?? 0) % counts.length]! += count;
  }

  anomaliesIn(ms: number): number {
    const last = Math.ceil(ms / this.#bucketMs);
    return this.counts()
      .anomaly_counts.slice(-last)
      .reduce((sum, count) => sum + count, 0);
  }

  counts(): { line_counts: number[]; anomaly_counts: number[] } {
    const { lines, anomalies } = this.#counts;
    const first = (this.#present ?? 0) + 1;
    const inOrder = (counts: Float64Array) => Array.from(counts, (_, i) => counts[(first + i) % counts.length] ?? 0);
    return { line_counts: inOrder(lines), anomaly_counts: inOrder(anomalies) };
  }
}

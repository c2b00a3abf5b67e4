import type { Reason } from '../../domain/anomaly.ts';
import { BUCKET_MS, BucketRing, ERRORS, LINES, MINUTE_BUCKETS, WARNS } from './bucket-ring.ts';
import { EventStream } from './event-stream.ts';
import { RateBaseline } from './rate-baseline.ts';
import type { Signal } from './service-state.ts';

/** Known time from which rates are judged, seconds. */
const READY_SECONDS = 300;
const SLOW_SECONDS = 3600;
const FAST_SECONDS = 600;
/** What is learnt of a bucket in which something was wrong, and of one when the service says so for long. */
const TROUBLED_WEIGHT = 0.1;
/** A pause that is this much longer than any of late is one. */
const PAUSE_FACTOR = 1.6;
const PAUSE_MIN_MS = 15_000;
const PAUSE_KEPT = 0.9998;

/** Rates of a whole service, looked at once a bucket: lines, warnings, errors; spikes, drops and silence. */
export class ServiceWatch {
  readonly ring: BucketRing;
  readonly lines = stream([{ ratio: 2 }, { ratio: 5 }, { ratio: 25 }], 16, 2);
  readonly drops = stream([{ ratio: 0.4 }, { ratio: 0.03 }], 16, 2);
  readonly errors = stream([{ ratio: 2.5 }, { ratio: 6, perSecond: 0.05 }, { ratio: 25 }], 14, 1.5);
  readonly warns = stream([{ ratio: 2.5 }, { ratio: 6, perSecond: 0.05 }, { ratio: 25 }], 14, 1.5);
  readonly #kinds: readonly { reason: Reason; events: EventStream; unit: string }[] = [
    { reason: 'rate_drop', events: this.drops, unit: 'lines' },
    { reason: 'rate_spike', events: this.lines, unit: 'lines' },
    { reason: 'error_burst', events: this.errors, unit: 'error lines' },
    { reason: 'severity_shift', events: this.warns, unit: 'warn lines' },
  ];
  /** Lines of late, beside the slow baseline of `lines`. */
  readonly #recent = new RateBaseline(FAST_SECONDS);
  #lastLineMs: number;
  /** The longest pause between lines, slowly forgotten. */
  #pauseMs = 0;
  #buckets = 0;

  constructor(openBucket: number) {
    this.ring = new BucketRing(openBucket);
    this.#lastLineMs = openBucket * BUCKET_MS;
  }

  /** Whether rates are known well enough to be judged. */
  get ready(): boolean {
    return this.lines.knownSeconds >= READY_SECONDS;
  }

  /** Lines a second, of late or for long, whichever is more. */
  get rateHigh(): number {
    return Math.max(this.lines.rate, this.#recent.rate(1));
  }

  /** Lines a second, of late or for long, whichever is less. */
  get rateLow(): number {
    return Math.min(this.lines.rate, this.#recent.rate(0));
  }

  /** Judges the open bucket, learns the one that falls out, and opens the next; `doubtful` while something is wrong. */
  closeBucket(doubtful: boolean): void {
    const { ring } = this;
    const nowMs = (ring.open + 1) * BUCKET_MS;
    const lines = ring.count(ring.open, LINES);
    if (lines > 0) this.#heard(nowMs);
    if (this.ready) this.#judge(lines, nowMs);
    const { leaving } = ring;
    if (leaving !== undefined) this.#learn(leaving, doubtful);
    ring.advance();
    if (++this.#buckets % MINUTE_BUCKETS === 0 && this.ready) this.#endMinute(!doubtful);
  }

  /** Adds what speaks now. */
  addSignals(nowMs: number, signals: Signal[]): void {
    for (const { reason, events, unit } of this.#kinds) {
      if (!events.speaks(nowMs) || (events === this.drops && !this.#isPause(nowMs))) continue;
      const { evidence, observed, expected, sinceMs } = events.watch;
      const seconds = Math.round((nowMs - sinceMs) / 1000);
      const detail = { reason, observed, expected, unit: `${unit} in ${seconds} s`, since: sinceMs };
      signals.push({ detail, evidence, memory: undefined });
    }
  }

  told(nowMs: number): void {
    for (const { events } of this.#kinds) if (events.speaks(nowMs)) events.told();
  }

  isErrorBurst(nowMs: number): boolean {
    return this.ready && this.errors.passed(nowMs);
  }

  get streams(): readonly EventStream[] {
    return [this.lines, this.drops, this.errors, this.warns];
  }

  copyFrom(other: ServiceWatch): void {
    this.streams.forEach((stream, index) => stream.copyFrom(other.streams[index]!));
    this.#recent.copyFrom(other.#recent);
    this.#pauseMs = other.#pauseMs;
  }

  #heard(nowMs: number): void {
    const pauseMs = nowMs - this.#lastLineMs - BUCKET_MS;
    if (pauseMs > this.#pauseMs) this.#pauseMs = pauseMs;
    this.#lastLineMs = nowMs;
  }

  /** A service that is merely fewer has spoken since; one that is silent must be so for longer than it ever is. */
  #isPause(nowMs: number): boolean {
    const { sinceMs } = this.drops.watch;
    if (this.#lastLineMs > sinceMs + BUCKET_MS) return true;
    return nowMs - this.#lastLineMs >= Math.max(this.#pauseMs * PAUSE_FACTOR, PAUSE_MIN_MS);
  }

  #judge(lines: number, nowMs: number): void {
    const { ring } = this;
    this.#pauseMs *= PAUSE_KEPT;
    this.lines.count(lines, nowMs, this.rateHigh);
    this.drops.count(lines, nowMs, this.rateLow);
    this.errors.count(ring.count(ring.open, ERRORS), nowMs, this.errors.rate);
    this.warns.count(ring.count(ring.open, WARNS), nowMs, this.warns.rate);
  }

  #learn(bucket: number, doubtful: boolean): void {
    const { ring } = this;
    const weight = doubtful && ring.isTroubled(bucket) ? TROUBLED_WEIGHT : ring.isTroubled(bucket) ? 0.3 : 1;
    const seconds = BUCKET_MS / 1000;
    const lines = ring.count(bucket, LINES);
    this.lines.learn(lines, seconds, weight);
    this.#recent.learn(lines, seconds, weight);
    this.drops.learn(lines, seconds, weight);
    this.errors.learn(ring.count(bucket, ERRORS), seconds, weight);
    this.warns.learn(ring.count(bucket, WARNS), seconds, weight);
  }

  #endMinute(healthy: boolean): void {
    const seconds = (MINUTE_BUCKETS * BUCKET_MS) / 1000;
    this.lines.endMinute(this.lines.rate * seconds, healthy);
    this.drops.endMinute(this.lines.rate * seconds, healthy);
    this.errors.endMinute(this.errors.rate * seconds, healthy);
    this.warns.endMinute(this.warns.rate * seconds, healthy);
  }
}

function stream(alternatives: { ratio: number; perSecond?: number }[], limit: number, spread: number): EventStream {
  return new EventStream({
    alternatives,
    limit,
    memorySeconds: SLOW_SECONDS,
    prior: 0.5,
    spread,
    spreadWeight: 5,
  });
}

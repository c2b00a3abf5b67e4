import type { Archive } from '../../domain/archive/archive.ts';
import type { Reason } from '../../domain/anomaly.ts';
import { BUCKET_MS, BucketRing, ERRORS, LINES, MINUTE_BUCKETS, WARNS } from './bucket-ring.ts';
import { EventStream } from './event-stream.ts';
import { DropWatch } from './drop-watch.ts';
import { isOneClump } from './one-clump.ts';
import type { Ongoing } from './ongoing.ts';
import { MISSING } from './ongoing-rate.ts';
import { RateBaseline } from './rate-baseline.ts';
import type { Signal } from './service-state.ts';
import type { Alternative } from './shift-watch.ts';
import { Spread } from './spread.ts';
import { archivePeaks, notePeak, PEAK_NUMBERS, usualPeak } from './usual-peak.ts';

/** Known time from which rates are judged, seconds. */
const READY_SECONDS = 300;
const SLOW_SECONDS = 3600;
const FAST_SECONDS = 600;
/** What is learnt of a bucket in which something was wrong, and of one when the service says so for long. */
const TROUBLED_WEIGHT = 0.1;
/** A minute, or some seconds, must have so many times what the busiest usual ones have. */
const PEAK_FACTOR = 2;
const QUICK_BUCKETS = 3;
const KINDS = [LINES, WARNS, ERRORS] as const;

/** Rates of a whole service, looked at once a bucket: lines, warnings, errors; spikes, drops and silence. */
export class ServiceWatch {
  readonly ring: BucketRing;
  readonly lines = stream([{ ratio: 3 }, { ratio: 5, isFar: true }, { ratio: 25, isFar: true }], 12, 2);
  readonly drops = new DropWatch();
  /** Scatter of the lines of a bucket. */
  readonly #clump = new Spread(1.5, 20);
  /** Busiest minutes: lines, warnings, errors. */
  readonly #peaks = new Float64Array(3 * PEAK_NUMBERS);
  /** Of {@link QUICK_BUCKETS}, likewise: an outbreak is beyond these before it is beyond a whole minute. */
  readonly #quickPeaks = new Float64Array(3 * PEAK_NUMBERS);
  readonly errors = stream([{ ratio: 3 }, { ratio: 6, perSecond: 0.05 }, { ratio: 25 }], 11, 1.5);
  readonly warns = stream([{ ratio: 3 }, { ratio: 6, perSecond: 0.05 }, { ratio: 25 }], 13, 1.5);
  readonly #kinds: readonly { reason: Reason; events: EventStream; unit: string; kind: number }[] = [
    { reason: 'rate_spike', events: this.lines, unit: 'lines', kind: LINES },
    { reason: 'error_burst', events: this.errors, unit: 'error lines', kind: ERRORS },
    { reason: 'severity_shift', events: this.warns, unit: 'warn lines', kind: WARNS },
  ];
  /** Lines of late, beside the slow baseline of `lines`. */
  readonly #recent = new RateBaseline(FAST_SECONDS);
  #buckets = 0;

  constructor(openBucket: number) {
    this.ring = new BucketRing(openBucket);
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
  closeBucket(doubtful: boolean, ongoing: Ongoing): void {
    const { ring } = this;
    const nowMs = (ring.open + 1) * BUCKET_MS;
    const lines = ring.count(ring.open, LINES);
    this.drops.count(
      lines,
      this.ready ? (this.lines.rate * BUCKET_MS) / 1000 : 0,
      nowMs,
      !doubtful,
      ongoing.follows(MISSING),
    );
    if (this.ready) this.#judge(lines, nowMs, doubtful);
    const { leaving } = ring;
    if (leaving !== undefined) this.#learn(leaving, doubtful);
    ring.advance();
    this.#noteQuickPeaks(ongoing);
    if (++this.#buckets % MINUTE_BUCKETS !== 0) return;
    this.#notePeaks(ongoing);
    if (this.ready) this.#endMinute(!doubtful, ongoing);
  }

  /** Adds what speaks now. */
  addSignals(nowMs: number, signals: Signal[]): void {
    for (const { reason, events, unit, kind } of this.#kinds) {
      if (!this.#speaks(events, kind, nowMs)) continue;
      const { evidence, observed, expected, sinceMs } = events.watch;
      const seconds = Math.round((nowMs - sinceMs) / 1000);
      const detail = { reason, observed, expected, unit: `${unit} in ${seconds} s`, since: sinceMs };
      signals.push({ detail, evidence, memory: undefined });
    }
    if (!this.drops.speaks(nowMs)) return;
    const { evidence, observed, expected, sinceMs } = this.drops;
    const unit = `lines in ${Math.round((nowMs - sinceMs) / 1000)} s`;
    signals.push({
      detail: { reason: 'rate_drop', observed, expected, unit, since: sinceMs },
      evidence,
      memory: undefined,
    });
  }

  told(nowMs: number): void {
    for (const { events, kind } of this.#kinds) if (this.#speaks(events, kind, nowMs)) events.told();
    if (this.drops.speaks(nowMs)) this.drops.told();
  }

  isErrorBurst(nowMs: number): boolean {
    return this.ready && this.errors.passed(nowMs);
  }

  /** How what is counted scatters; all lines, where it is no kind of line by level. */
  spreadOf(kind: number): number {
    return (this.#kinds.find((one) => one.kind === kind)?.events ?? this.lines).spread;
  }

  get streams(): readonly EventStream[] {
    return [this.lines, this.errors, this.warns];
  }

  archive(state: Archive): void {
    this.ring.archive(state);
    for (const stream of this.streams) stream.archive(state);
    this.#recent.archive(state);
    this.drops.archive(state);
    this.#clump.archive(state);
    archivePeaks(state, this.#peaks);
    // No stretch of a minute has more than the minute.
    if (state.isOlderThan(3)) this.#quickPeaks.set(this.#peaks);
    else archivePeaks(state, this.#quickPeaks);
    this.#buckets = state.count(this.#buckets);
  }

  copyFrom(other: ServiceWatch): void {
    this.streams.forEach((stream, index) => stream.copyFrom(other.streams[index]!));
    this.#recent.copyFrom(other.#recent);
    this.drops.copyFrom(other.drops);
    this.#clump.copyFrom(other.#clump);
    this.#peaks.set(other.#peaks);
    this.#quickPeaks.set(other.#quickPeaks);
  }

  #speaks(events: EventStream, kind: number, nowMs: number): boolean {
    if (!events.speaks(nowMs) || this.#isOneClump(events, kind)) return false;
    const at = kind * PEAK_NUMBERS;
    return (
      this.ring.minuteCount(kind) > usualPeak(this.#peaks, at, nowMs) * PEAK_FACTOR ||
      this.ring.lately(kind, QUICK_BUCKETS) > usualPeak(this.#quickPeaks, at, nowMs) * PEAK_FACTOR
    );
  }

  /** Warnings and errors that all came at once: a burst goes on. */
  #isOneClump({ watch }: EventStream, kind: number): boolean {
    if (kind === LINES) return false;
    const { ring } = this;
    let busiest = 0;
    let sum = 0;
    const first = Math.max(Math.floor(watch.sinceMs / BUCKET_MS), ring.open - 5 * MINUTE_BUCKETS);
    for (let bucket = first; bucket < ring.open; bucket++) {
      if (!ring.holds(bucket)) continue;
      const count = ring.count(bucket, kind);
      sum += count;
      if (count > busiest) busiest = count;
    }
    return isOneClump(busiest, sum - busiest, this.#clump.value);
  }

  #notePeaks(ongoing: Ongoing): void {
    const nowMs = this.ring.open * BUCKET_MS;
    for (const kind of KINDS) {
      notePeak(this.#peaks, kind * PEAK_NUMBERS, this.ring.minuteCount(kind), nowMs, ongoing.follows(kind));
    }
  }

  #noteQuickPeaks(ongoing: Ongoing): void {
    const nowMs = this.ring.open * BUCKET_MS;
    for (const kind of KINDS) {
      notePeak(
        this.#quickPeaks,
        kind * PEAK_NUMBERS,
        this.ring.lately(kind, QUICK_BUCKETS),
        nowMs,
        ongoing.follows(kind),
      );
    }
  }

  #judge(lines: number, nowMs: number, doubtful: boolean): void {
    const { ring } = this;
    this.lines.count(lines, nowMs, this.rateHigh, 1, this.#clump.value);
    this.drops.judge(ring, nowMs, this.rateLow, this.#clump.value, this.lines.spread);
    if (!doubtful) this.#clump.learnMore((lines - this.lines.rate * 5) ** 2, this.lines.rate * 5);
    this.errors.countSome(ring.count(ring.open, ERRORS), nowMs, this.#clump.value);
    this.warns.countSome(ring.count(ring.open, WARNS), nowMs, this.#clump.value);
  }

  #learn(bucket: number, doubtful: boolean): void {
    const { ring } = this;
    const weight = doubtful && ring.isTroubled(bucket) ? TROUBLED_WEIGHT : ring.isTroubled(bucket) ? 0.3 : 1;
    const seconds = BUCKET_MS / 1000;
    const lines = ring.count(bucket, LINES);
    this.lines.learn(lines, seconds, weight);
    this.#recent.learn(lines, seconds, weight);
    this.errors.learn(ring.count(bucket, ERRORS), seconds, weight);
    this.warns.learn(ring.count(bucket, WARNS), seconds, weight);
  }

  #endMinute(healthy: boolean, ongoing: Ongoing): void {
    const seconds = (MINUTE_BUCKETS * BUCKET_MS) / 1000;
    for (const { events, kind } of this.#kinds)
      events.endMinute(events.rate * seconds, healthy && !ongoing.follows(kind));
  }
}

function stream(alternatives: Alternative[], limit: number, spread: number): EventStream {
  return new EventStream({
    alternatives,
    limit,
    caution: 1,
    memorySeconds: SLOW_SECONDS,
    prior: 0.5,
    spread,
    spreadWeight: 5,
  });
}

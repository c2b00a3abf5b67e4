import type { Archive } from '../../domain/archive/archive.ts';
import { BUCKET_MS, LINES } from './bucket-ring.ts';
import type { BucketRing } from './bucket-ring.ts';
import { Habit } from './habit.ts';
import { Spread } from './spread.ts';
import { archivePeaks, notePeak, PEAK_NUMBERS, usualPeak } from './usual-peak.ts';

/** Windows in which lines may be too few, in buckets: two to five minutes. */
const WINDOWS = [24, 36, 48, 60] as const;
/** Buckets of the stretch over which the noise of the rate is measured: four minutes. */
const STRETCH_BUCKETS = 48;
/** Nats from which a window has too few lines, and from which a pause is a silence. */
const DROP_LIMIT = 6.5;
const SILENCE_LIMIT = 12;
/** Share of the usual lines above which it is no drop. */
const SHARE_MAX = 0.45;
const RECENT_BUCKETS = 6;
const RECENT_SHARE_MAX = 0.7;
/** A pause must be so much longer than the usual longest. */
const PAUSE_FACTOR = 1.4;
const PAUSE_MIN_MS = 20_000;
/** Half the shortest window: a pause so long makes too few lines of the usual ones. */
const LONG_PAUSE_MS = 60_000;
/** Empty buckets after an empty one that are remembered, as an exponential mean. */
const MEMORY_BUCKETS = 720;
const STRETCHES_MAX = 30;
/** Stretches for which the noise of a minute is believed before their own. */
const NOISE_PRIOR = 6;
const NOISE_MIN = 0.03;
const PRIOR_STAY = 0.3;
const PRIOR_WEIGHT = 2;

/**
 * Too few lines. A pause is judged by how often an empty bucket is followed by another: a service that speaks in
 * clumps stays silent more easily than its rate says. A drop is judged by the lines of some minutes, taken as clumps
 * whose rate itself varies (negative binomial): the upper variance of a busy minute says little about a lean one.
 */
export class DropWatch {
  readonly #habit = new Habit();
  readonly #pauses = new Float64Array(PEAK_NUMBERS);
  /** Empty buckets that followed an empty one, and all buckets that did. */
  #stayed = 0;
  #followed = 0;
  /** Empty buckets up to now. */
  #empty = 0;
  /** Lines a second that were usual when the pause began: while it lasts, the service is slowly taken for a quiet one. */
  #pauseRate = 0;
  /** Bucket after the last pause that was usual and long. */
  #pausedUntil = -Infinity;
  #told = false;
  /** Scatter of the lines of four minutes, and those being counted. */
  readonly #slow = new Spread(1, 0);
  #stretchLines = 0;
  #stretchBuckets = 0;
  #stretches = 0;
  evidence = 0;
  observed = 0;
  expected = 0;
  sinceMs = 0;

  /** The open bucket is over, for which so many lines were `expected`. */
  count(lines: number, expected: number, nowMs: number, healthy: boolean, isTold: boolean): void {
    this.#countStretch(lines, expected, healthy);
    if (lines === 0) {
      this.#empty++;
      return;
    }
    if (this.#empty === 0) return;
    notePeak(this.#pauses, 0, this.#empty * BUCKET_MS, nowMs, isTold);
    if (healthy) {
      const kept = Math.exp(-this.#empty / MEMORY_BUCKETS);
      this.#stayed = this.#stayed * kept + this.#empty - 1;
      this.#followed = this.#followed * kept + this.#empty;
    }
    this.#empty = 0;
  }

  #countStretch(lines: number, expected: number, healthy: boolean): void {
    if (!healthy || expected === 0) this.#stretchBuckets = -1;
    this.#stretchLines = this.#stretchBuckets < 0 ? 0 : this.#stretchLines + lines;
    if (++this.#stretchBuckets < STRETCH_BUCKETS) return;
    this.#slow.learn(this.#stretchLines, expected * STRETCH_BUCKETS);
    this.#stretches = Math.min(this.#stretches + 1, STRETCHES_MAX);
    this.#stretchBuckets = 0;
    this.#stretchLines = 0;
  }

  /** Variance of the rate itself over some minutes, as a share of its square. */
  #noise(rate: number, clump: number, spread: number): number {
    const ofMinute = noiseOf(spread, clump, rate * 60);
    const ofStretch = noiseOf(this.#slow.value, clump, (rate * STRETCH_BUCKETS * BUCKET_MS) / 1000);
    // Until enough was measured, minutes are taken to be all alike.
    const pooled = (NOISE_PRIOR * ofMinute + this.#stretches * ofStretch) / (NOISE_PRIOR + this.#stretches);
    return Math.max(NOISE_MIN, pooled);
  }

  /** `rate` lines a second are usual; `clump` and `spread` are their dispersion in a bucket and in a minute. */
  judge(ring: BucketRing, nowMs: number, rate: number, clump: number, spread: number): void {
    this.evidence = 0;
    const stay = (this.#stayed + PRIOR_WEIGHT * PRIOR_STAY) / (this.#followed + PRIOR_WEIGHT);
    const silence = ((this.#empty - 1) * -Math.log(stay) * DROP_LIMIT) / SILENCE_LIMIT;
    const pauseMs = this.#empty * BUCKET_MS;
    const usualMs = Math.max(PAUSE_MIN_MS, usualPeak(this.#pauses, 0, nowMs) * PAUSE_FACTOR);
    if (this.#empty <= 1) this.#pauseRate = rate;
    if (pauseMs > usualMs) this.#take(silence, 0, (this.#pauseRate * pauseMs) / 1000, nowMs - pauseMs);
    if (pauseMs >= LONG_PAUSE_MS && pauseMs <= usualMs) this.#pausedUntil = ring.open + 1;
    // A drop to nothing is a pause, and judged as such.
    if (pauseMs > usualMs / PAUSE_FACTOR && this.evidence < DROP_LIMIT) return;
    const noise = this.#noise(rate, clump, spread);
    let lines = 0;
    let buckets = 0;
    if (!this.#isLean(ring, rate)) return;
    for (const window of WINDOWS) {
      for (; buckets < window; buckets++) lines += ring.count(ring.open - buckets, LINES);
      const expected = (rate * window * BUCKET_MS) / 1000;
      if (lines > expected * SHARE_MAX || Math.min(ring.age, ring.open - this.#pausedUntil) < window) continue;
      this.#take(deviance(lines / clump, expected / clump, 1 / noise), lines, expected, nowMs - window * BUCKET_MS);
    }
  }

  speaks(nowMs: number): boolean {
    return this.evidence >= DROP_LIMIT * this.#habit.at(nowMs);
  }

  told(): void {
    this.#told = true;
  }

  settle(nowMs: number): void {
    if (this.#told) this.#habit.passed(nowMs);
    this.#told = false;
  }

  archive(state: Archive): void {
    this.#habit.archive(state);
    archivePeaks(state, this.#pauses);
    this.#stayed = state.number(this.#stayed);
    this.#followed = state.number(this.#followed);
    this.#empty = state.number(this.#empty);
    this.#told = state.flag(this.#told);
    this.#slow.archive(state);
    this.#stretchLines = state.number(this.#stretchLines);
    this.#stretchBuckets = state.number(this.#stretchBuckets);
    this.#stretches = state.number(this.#stretches);
    this.evidence = state.number(this.evidence);
    this.observed = state.number(this.observed);
    this.expected = state.number(this.expected);
    this.sinceMs = state.number(this.sinceMs);
    if (!state.isOlderThan(4)) this.#pauseRate = state.number(this.#pauseRate);
    if (!state.isOlderThan(5)) this.#pausedUntil = state.number(this.#pausedUntil);
  }

  copyFrom(other: DropWatch): void {
    this.#habit.copyFrom(other.#habit);
    this.#pauses.set(other.#pauses);
    this.#stayed = other.#stayed;
    this.#followed = other.#followed;
    this.#slow.copyFrom(other.#slow);
    this.#stretches = other.#stretches;
  }

  /** Whether it still lasts: the last half minute has few lines, too. */
  #isLean(ring: BucketRing, rate: number): boolean {
    let lines = 0;
    for (let i = 0; i < RECENT_BUCKETS; i++) lines += ring.count(ring.open - i, LINES);
    return lines <= (rate * RECENT_BUCKETS * BUCKET_MS * RECENT_SHARE_MAX) / 1000;
  }

  #take(evidence: number, observed: number, expected: number, sinceMs: number): void {
    if (evidence <= this.evidence) return;
    this.evidence = evidence;
    this.observed = observed;
    this.expected = expected;
    this.sinceMs = sinceMs;
  }
}

function noiseOf(spread: number, clump: number, mean: number): number {
  return ((Math.max(spread, clump) / clump - 1) * clump) / mean;
}

/** Nats between a count and a negative binomial of this mean and size. */
function deviance(count: number, mean: number, size: number): number {
  const own = count === 0 ? 0 : count * Math.log(count / mean);
  return own - (count + size) * Math.log((count + size) / (mean + size));
}

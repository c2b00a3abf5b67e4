import type { Archive } from '../../domain/archive/archive.ts';
import { Habit } from './habit.ts';
import { RateBaseline } from './rate-baseline.ts';
import { ShiftWatch } from './shift-watch.ts';
import type { Alternative } from './shift-watch.ts';
import { Spread } from './spread.ts';

export interface EventStreamOptions {
  alternatives: readonly Alternative[];
  /** Nats from which a change counts as one. */
  limit: number;
  /** So much more is wanted, by what part of what can be remembered is not known yet. */
  caution: number;
  /** Time in which what was learnt loses weight, seconds. */
  memorySeconds: number;
  /** Events taken to have been seen before any was. */
  prior: number;
  /** Variance beside Poisson's, believed before any was measured, and for how many events' worth. */
  spread: number;
  spreadWeight: number;
}

/** Sums stop growing here, so that they are down again soon after a change has ended. */
const CEILING_FACTOR = 1.6;
/** Nats that must have come since a change was told, for it to be told again. */
const FRESH_MIN = 3;

/** Events of one kind in one service: their usual rate, how they scatter, and whether there are more than usual. */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #baseline: RateBaseline;
  readonly #spread: Spread;
  readonly #habit = new Habit();
  readonly watch: ShiftWatch;
  /** Events of the minute that is being counted. */
  #minuteCount = 0;
  /** Whether it was told in the incident that is open. */
  #told = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#baseline = new RateBaseline(options.memorySeconds);
    this.#spread = new Spread(options.spread, options.spreadWeight);
    this.watch = new ShiftWatch(options.alternatives);
  }

  /** Events a second. */
  get rate(): number {
    return this.#baseline.rate(this.#options.prior);
  }

  get knownSeconds(): number {
    return this.#baseline.seconds;
  }

  get spread(): number {
    return this.#spread.value;
  }

  /** So many events came until `nowMs`; how they scatter is taken from `clump`, all lines' own, until they have shown it. */
  countSome(count: number, nowMs: number, clump: number): void {
    this.#minuteCount += count;
    const spread = this.#spread.under(Math.max(this.#options.spread, (1 + clump) / 2));
    this.watch.add(count, nowMs, this.rate, spread, this.#limit(nowMs) * CEILING_FACTOR);
  }

  /**
   * So many events came until `nowMs`, where `rate` a second are usual; each tells as much as `weight` usual ones. Within
   * seconds they scatter as `clump` says, where that is less than what minutes do.
   */
  count(count: number, nowMs: number, rate: number, weight = 1, clump = Infinity): void {
    this.#minuteCount += count * weight;
    const spread = this.spread / weight;
    this.watch.add(count, nowMs, rate, spread, this.#limit(nowMs) * CEILING_FACTOR, Math.min(spread, clump));
  }

  /** Whether there is evidence for a change, and new evidence where it was told already. */
  speaks(nowMs: number, known?: number): boolean {
    return this.passed(nowMs, known) && (!this.#told || this.watch.freshEvidence >= FRESH_MIN);
  }

  /** Whether there is evidence for a change; `known` is what part of all that can be known is, where that is no matter of time. */
  passed(nowMs: number, known?: number): boolean {
    return this.watch.evidence >= this.#options.limit && this.watch.evidence >= this.#limit(nowMs, known);
  }

  told(): void {
    this.#told = true;
    this.watch.told();
  }

  /** `weight` 0 to 1: what came while something was wrong teaches little. */
  learn(count: number, seconds: number, weight: number): void {
    this.#baseline.learn(count, seconds, weight);
  }

  /** A minute is over, and `expected` events were usual; what scatters is learnt from healthy ones. */
  endMinute(expected: number, healthy: boolean): void {
    if (healthy) this.#spread.learn(this.#minuteCount, expected);
    this.#minuteCount = 0;
  }

  /** The incident is over: evidence starts anew, and more of it is wanted for a while where there was enough. */
  settle(nowMs: number): void {
    if (this.#told) this.#habit.passed(nowMs);
    this.#told = false;
    this.watch.reset();
  }

  archive(state: Archive): void {
    this.#baseline.archive(state);
    this.#spread.archive(state);
    this.#habit.archive(state);
    this.watch.archive(state);
    this.#minuteCount = state.number(this.#minuteCount);
    this.#told = state.flag(this.#told);
  }

  /** Takes over what was learnt; evidence starts anew. */
  copyFrom(other: EventStream): void {
    this.#baseline.copyFrom(other.#baseline);
    this.#spread.copyFrom(other.#spread);
    this.#habit.copyFrom(other.#habit);
  }

  #limit(nowMs: number, known = this.knownSeconds / this.#options.memorySeconds): number {
    const { limit, caution } = this.#options;
    return limit * this.#habit.at(nowMs) * (1 + caution * (1 - known));
  }
}

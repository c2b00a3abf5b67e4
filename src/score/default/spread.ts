import type { Archive } from '../../domain/archive/archive.ts';

/** Minutes after which what was measured weighs 1/e. */
const MEMORY_BLOCKS = 90;
/** Expected events after which what was pooled weighs 1/e. */
const POOL_MEMORY = 4000;

/**
 * How many times the variance of Poisson counts the counts of a minute really have: pooled squared deviations over
 * pooled expectations, with a prior that gives way as more is expected. Never below 1.
 */
export class Spread {
  readonly #prior: number;
  readonly #priorWeight: number;
  #deviations = 0;
  #expected = 0;

  /** @param prior what is believed before anything was measured, worth `priorWeight` expected events. */
  constructor(prior: number, priorWeight: number) {
    this.#prior = prior;
    this.#priorWeight = priorWeight;
  }

  get value(): number {
    return this.under(this.#prior);
  }

  /** The same where `prior` was believed before. */
  under(prior: number): number {
    const pooled = (prior * this.#priorWeight + this.#deviations) / (this.#priorWeight + this.#expected);
    return pooled > 1 ? pooled : 1;
  }

  /** A minute's count, of which so many were expected. */
  learn(count: number, expected: number): void {
    const kept = 1 - 1 / MEMORY_BLOCKS;
    this.#deviations = this.#deviations * kept + (count - expected) ** 2;
    this.#expected = this.#expected * kept + expected;
  }

  /** Squared deviations of one of many counts; what is old loses weight as more is expected. */
  learnMore(deviations: number, expected: number): void {
    const kept = Math.exp(-expected / POOL_MEMORY);
    this.#deviations = this.#deviations * kept + deviations;
    this.#expected = this.#expected * kept + expected;
  }

  archive(state: Archive): void {
    this.#deviations = state.number(this.#deviations);
    this.#expected = state.number(this.#expected);
  }

  copyFrom(other: Spread): void {
    this.#deviations = other.#deviations;
    this.#expected = other.#expected;
  }
}

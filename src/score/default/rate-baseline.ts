import type { Archive } from '../../domain/archive/archive.ts';

/** The usual rate of events, with weights that fall off exponentially in time; numbers, so that copies are cheap. */
export class RateBaseline {
  readonly #memorySeconds: number;
  /** What is kept for the `seconds * weight` of the last lesson, which is mostly that of the next. */
  #kept = 1;
  #keptFor = 0;
  /** Events and seconds that are remembered. */
  count = 0;
  seconds = 0;

  /** @param memorySeconds time in which the weight of what was learnt falls to 1/e. */
  constructor(memorySeconds: number) {
    this.#memorySeconds = memorySeconds;
  }

  learn(count: number, seconds: number, weight: number): void {
    if (seconds * weight !== this.#keptFor) {
      this.#keptFor = seconds * weight;
      this.#kept = Math.exp(-this.#keptFor / this.#memorySeconds);
    }
    const kept = this.#kept;
    this.count = this.count * kept + count * weight;
    this.seconds = this.seconds * kept + seconds * weight;
  }

  /** Events a second; `prior` events more are taken to have been seen. */
  rate(prior: number): number {
    return (this.count + prior) / Math.max(this.seconds, 1);
  }

  archive(state: Archive): void {
    this.count = state.number(this.count);
    this.seconds = state.number(this.seconds);
  }

  copyFrom({ count, seconds }: RateBaseline): void {
    this.count = count;
    this.seconds = seconds;
  }
}

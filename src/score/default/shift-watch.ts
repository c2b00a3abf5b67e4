import type { Archive } from '../../domain/archive/archive.ts';

/** What "of late" means for {@link ShiftWatch.freshEvidence}. */
const TREND_SECONDS = 20;

/** What a change of rate might be: at least `ratio` times the usual rate, and at least so many a second. */
export interface Alternative {
  ratio: number;
  perSecond?: number;
  /** Whether no busy minute comes near it, so that only how lines come in clumps can be mistaken for it. */
  isFar?: boolean;
}

/**
 * Whether events come at another rate than usual: Page's CUSUM (1954), the largest log likelihood ratio of "changed at
 * some moment" against "never changed", one sum an alternative. Counts are taken to be Poisson with their variance
 * `spread` times as large (quasi-likelihood). Evidence is in nats and starts again at 0 whenever nothing speaks for a
 * change, so that slow drifts well below an alternative's ratio never add up.
 */
export class ShiftWatch {
  readonly #alternatives: readonly Alternative[];
  readonly #sums: Float64Array;
  /** As `#sums`, since the change was last told, and not bounded by 0. */
  readonly #fresh: Float64Array;
  /** Nats of late, for the best alternative. */
  #trend = 0;
  #atMs = Number.NaN;
  /** Nats for the best alternative. */
  evidence = 0;
  /** Since when there is evidence, NaN when there is none; and what came since, beside what was to be expected. */
  sinceMs = Number.NaN;
  observed = 0;
  expected = 0;

  constructor(alternatives: readonly Alternative[]) {
    this.#alternatives = alternatives;
    this.#sums = new Float64Array(alternatives.length);
    this.#fresh = new Float64Array(alternatives.length);
  }

  /** Nats gained since {@link told}; none where the last half minute spoke against a change. */
  get freshEvidence(): number {
    if (!(this.#trend > 0)) return 0;
    let most = -Infinity;
    for (let i = 0; i < this.#fresh.length; i++) most = Math.max(most, this.#fresh[i]!);
    return most;
  }

  /**
   * So many events came until `nowMs`, where `rate` a second are usual; sums stay at or below `ceiling`. `spread` is that
   * of minutes, `clump` that of seconds.
   */
  add(count: number, nowMs: number, rate: number, spread: number, ceiling: number, clump = spread): void {
    // The first count's seconds are not known, and so not what was to be expected in them.
    if (Number.isNaN(this.#atMs)) {
      this.#atMs = nowMs;
      return;
    }
    const seconds = nowMs > this.#atMs ? (nowMs - this.#atMs) / 1000 : 0;
    const fromMs = seconds > 0 ? this.#atMs : nowMs;
    if (seconds > 0) this.#atMs = nowMs;
    if (count === 0 && this.evidence === 0) return;

    const expected = rate * seconds;
    let best = 0;
    let gained = 0;
    for (let i = 0; i < this.#sums.length; i++) {
      const { ratio, perSecond = 0, isFar } = this.#alternatives[i]!;
      const times = perSecond > ratio * rate ? perSecond / rate : ratio;
      const gain = ((count === 0 ? 0 : count * Math.log(times)) - (times - 1) * expected) / (isFar ? clump : spread);
      const sum = Math.min(Math.max(0, this.#sums[i]! + gain), ceiling);
      this.#sums[i] = sum;
      this.#fresh[i]! += gain;
      if (sum > best) {
        best = sum;
        gained = gain;
      }
    }
    this.evidence = best;
    this.#trend = this.#trend * Math.exp(-seconds / TREND_SECONDS) + gained;
    if (best === 0) return this.#forget();
    if (Number.isNaN(this.sinceMs)) this.sinceMs = fromMs;
    this.observed += count;
    this.expected += expected;
  }

  /** Fresh evidence counts from here. */
  told(): void {
    this.#fresh.fill(0);
  }

  /** As if nothing had ever spoken for a change. */
  reset(): void {
    this.#sums.fill(0);
    this.#fresh.fill(0);
    this.#trend = 0;
    this.evidence = 0;
    this.#forget();
  }

  archive(state: Archive): void {
    state.numbers(this.#sums);
    state.numbers(this.#fresh);
    this.#trend = state.number(this.#trend);
    this.#atMs = state.number(this.#atMs);
    this.evidence = state.number(this.evidence);
    this.sinceMs = state.number(this.sinceMs);
    this.observed = state.number(this.observed);
    this.expected = state.number(this.expected);
  }

  #forget(): void {
    this.sinceMs = Number.NaN;
    this.observed = 0;
    this.expected = 0;
  }
}

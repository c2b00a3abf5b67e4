import type { Archive } from '../../domain/archive/archive.ts';
import type { FeatureDetail } from '../../domain/anomaly.ts';
import { classOf, LINE_FEATURES } from './line-features.ts';

const CLASSES_MAX = 16;
const LINES_MAX = 60_000;

/** How often each class of each feature was seen in a service: what range is usual. */
export class FeatureRanges {
  readonly #counts = new Uint16Array(LINE_FEATURES.length * CLASSES_MAX);
  #lines = 0;

  learn(key: number): void {
    for (let feature = 0; feature < LINE_FEATURES.length; feature++) {
      this.#counts[feature * CLASSES_MAX + classOf(key, feature)]!++;
    }
    if (++this.#lines < LINES_MAX) return;
    this.#lines >>= 1;
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i]! >>= 1;
  }

  /** The features of a line that are outside the usual, from 0 (most usual) to 1, furthest first. */
  unusual(key: number): FeatureDetail[] {
    if (this.#lines === 0) return [];
    return LINE_FEATURES.map(({ name, classes }, index) => ({
      feature: name,
      value: classOf(key, index) / (classes - 1),
      low: this.#quantile(index, 0.05) / (classes - 1),
      high: this.#quantile(index, 0.95) / (classes - 1),
    }))
      .filter(({ value, low, high }) => value < low || value > high)
      .toSorted((a, b) => distance(b) - distance(a));
  }

  archive(state: Archive): void {
    state.counts(this.#counts);
    this.#lines = state.count(this.#lines);
  }

  clone(): FeatureRanges {
    const copy = new FeatureRanges();
    copy.#counts.set(this.#counts);
    copy.#lines = this.#lines;
    return copy;
  }

  #quantile(feature: number, share: number): number {
    const wanted = share * this.#lines;
    let sum = 0;
    for (let index = 0; index < CLASSES_MAX; index++) {
      sum += this.#counts[feature * CLASSES_MAX + index]!;
      if (sum >= wanted) return index;
    }
    return CLASSES_MAX - 1;
  }
}

function distance({ value, low, high }: FeatureDetail): number {
  return value > high ? value - high : low - value;
}

import { buildForest } from './half-space-forest.ts';
import type { ForestOptions, HalfSpaceForest } from './half-space-forest.ts';

export interface HalfSpaceTreesOptions extends ForestOptions {
  /** Observations after which the reference masses are replaced. */
  windowSize: number;
}

/**
 * Half-Space-Trees (Tan, Ting, Liu, IJCAI 2011) in River's form, over any features; equal to River's scores.
 *
 * Works where anomalies are rare and spread out; a window full of them becomes normal. Features must lie inside their
 * ranges to be told apart (values outside go to the outermost leaves). Scores are in [0, 1], high is anomalous, and 0
 * until the first window is full. Score and learn cost `treeCount * height` steps each; memory is
 * `8 * treeCount * 2^(height + 1)` bytes.
 *
 * An observation is a value per feature in the order of `options.features`; NaN stands for a missing one, which
 * follows the child with the larger latest mass, the left one on a tie.
 */
export class HalfSpaceTrees {
  readonly forest: HalfSpaceForest;
  readonly #windowSize: number;
  /** Rows that reached each node in the last full window, and in the current one. */
  #referenceMass: Uint32Array;
  #latestMass: Uint32Array;
  #learnt = 0;
  #ready = false;

  constructor(options: HalfSpaceTreesOptions) {
    if (!Number.isInteger(options.windowSize) || options.windowSize < 1) {
      throw new RangeError(`windowSize must be a positive integer, got ${options.windowSize}`);
    }
    this.forest = buildForest(options);
    this.#windowSize = options.windowSize;
    this.#referenceMass = new Uint32Array(this.forest.feature.length);
    this.#latestMass = new Uint32Array(this.forest.feature.length);
  }

  /** Whether a first window has been learnt, so that scores mean something. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Indexed as {@link HalfSpaceForest} says. */
  get referenceMass(): Readonly<Uint32Array> {
    return this.#referenceMass;
  }

  get latestMass(): Readonly<Uint32Array> {
    return this.#latestMass;
  }

  score(values: ArrayLike<number>): number {
    if (!this.#ready) return 0;
    const { treeCount, nodesPerTree } = this.forest;
    const massMin = 0.1 * this.#windowSize;
    let sum = 0;
    for (let tree = 0; tree < treeCount; tree++) {
      const base = tree * nodesPerTree;
      for (let node = 1, weight = 1; node < nodesPerTree; node = this.#child(base, node, values), weight *= 2) {
        const mass = this.#referenceMass[base + node]!;
        sum += mass * weight;
        if (mass < massMin) break;
      }
    }
    return 1 - sum / (treeCount * this.#windowSize * (nodesPerTree - 1));
  }

  learn(values: ArrayLike<number>): void {
    const { treeCount, nodesPerTree } = this.forest;
    for (let tree = 0; tree < treeCount; tree++) {
      const base = tree * nodesPerTree;
      for (let node = 1; node < nodesPerTree; node = this.#child(base, node, values)) this.#latestMass[base + node]!++;
    }
    if (++this.#learnt === this.#windowSize) this.#turn();
  }

  #turn(): void {
    const spent = this.#referenceMass;
    this.#referenceMass = this.#latestMass;
    this.#latestMass = spent.fill(0);
    this.#learnt = 0;
    this.#ready = true;
  }

  /** Of a leaf: an index past the tree. */
  #child(base: number, node: number, values: ArrayLike<number>): number {
    const left = node * 2;
    if (left >= this.forest.nodesPerTree) return left;
    const value = values[this.forest.feature[base + node]!]!;
    if (Number.isNaN(value))
      return this.#latestMass[base + left]! < this.#latestMass[base + left + 1]! ? left + 1 : left;
    return value < this.forest.threshold[base + node]! ? left : left + 1;
  }
}

import { PythonRandom } from './python-random.ts';

/** A feature by name, with the range its splits are drawn from. */
export interface FeatureRange {
  name: string;
  /** Default 0. */
  min?: number;
  /** Default 1. */
  max?: number;
}

export interface ForestOptions {
  features: readonly FeatureRange[];
  treeCount: number;
  /** Edges from the root to a leaf, 1 to 16. */
  height: number;
  seed: number;
}

/**
 * The splits of every tree; they never change. Node `i` of tree `t` (1 is the root, `2 i` and `2 i + 1` its children)
 * stands at `t * nodesPerTree + i`; slot 0 of a tree is unused. A value below the threshold goes left.
 */
export interface HalfSpaceForest {
  readonly treeCount: number;
  readonly height: number;
  /** 2^(height + 1), leaves and the unused slot included. */
  readonly nodesPerTree: number;
  /** Index into `ForestOptions.features`. */
  readonly feature: Uint8Array;
  readonly threshold: Float64Array;
}

/** Share of a range, at either end, in which no split is put. */
const PADDING = 0.15;

/**
 * Random half-space splits (Tan, Ting, Liu, IJCAI 2011) as River draws them: features in the order of their names, in
 * preorder, the feature by `choices` weighted with what is left of its range, the point uniformly inside the padding;
 * one generator for all trees.
 */
export function buildForest({ features, treeCount, height, seed }: ForestOptions): HalfSpaceForest {
  checkOptions(features, treeCount, height);
  const nodesPerTree = 2 ** (height + 1);
  const feature = new Uint8Array(treeCount * nodesPerTree);
  const threshold = new Float64Array(treeCount * nodesPerTree);
  const byName = [...features.keys()].toSorted((a, b) => (features[a]!.name < features[b]!.name ? -1 : 1));
  const low = byName.map((index) => features[index]!.min ?? 0);
  const high = byName.map((index) => features[index]!.max ?? 1);
  const random = new PythonRandom(seed);

  const split = (base: number, node: number): void => {
    if (node * 2 >= nodesPerTree) return;
    const on = random.choice(low.map((value, index) => high[index]! - value));
    const a = low[on]!;
    const b = high[on]!;
    const at = random.uniform(a + PADDING * (b - a), b - PADDING * (b - a));
    feature[base + node] = byName[on]!;
    threshold[base + node] = at;
    high[on] = at;
    split(base, node * 2);
    high[on] = b;
    low[on] = at;
    split(base, node * 2 + 1);
    low[on] = a;
  };
  for (let tree = 0; tree < treeCount; tree++) split(tree * nodesPerTree, 1);
  return { treeCount, height, nodesPerTree, feature, threshold };
}

function checkOptions(features: readonly FeatureRange[], treeCount: number, height: number): void {
  if (features.length < 1 || features.length > 256) {
    throw new RangeError(`features must be 1 to 256, got ${features.length}`);
  }
  if (new Set(features.map(({ name }) => name)).size < features.length) {
    throw new RangeError(`feature names must differ, got ${features.map(({ name }) => name).join(', ')}`);
  }
  if (!Number.isInteger(treeCount) || treeCount < 1) {
    throw new RangeError(`treeCount must be a positive integer, got ${treeCount}`);
  }
  if (!Number.isInteger(height) || height < 1 || height > 16) {
    throw new RangeError(`height must be an integer from 1 to 16, got ${height}`);
  }
}

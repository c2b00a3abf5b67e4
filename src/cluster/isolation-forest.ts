import { Xoshiro } from './xoshiro.ts';

const TREES = 200;
const SUBSAMPLE_MAX = 256;
/** Values of a feature closer than this count as equal, as scikit-learn has it. */
const CONSTANT_RANGE = 1e-7;
const SEED = 42;
const EULER_GAMMA = 0.5772156649015329;

export interface IsolationScores {
  /** In (0, 1], high is anomalous: 2^(-mean path length / c(subsample)). */
  scores: Float64Array;
  /** Mean over the trees of a point's path length, its leaf's c(n) included. */
  pathLengths: Float64Array;
}

/**
 * Isolation Forest (Liu, Ting, Zhou, ICDM 2008) as scikit-learn fits it: 200 trees on min(256, n) points drawn without
 * replacement, split at a uniform point of a random feature that is not constant in the node, at most ceil(log2(psi))
 * deep. `table` has one row of `features` numbers a point; they are rounded to 32-bit floats. The seed is fixed and
 * points are drawn by index: give them in a canonical order.
 *
 * @param tick called between trees.
 * @param fitted trees are grown over the first so many points; all of them unless it is told.
 */
export function scoreForest(
  table: Float64Array,
  features: number,
  tick: () => void = () => {},
  fitted: number = table.length / features,
): IsolationScores {
  const points = table.length / features;
  const subsample = Math.min(SUBSAMPLE_MAX, fitted);
  const columns = columnsOf(table, features, points);
  const tree = allocateTree(subsample);
  const random = new Xoshiro(SEED);
  const order = Uint32Array.from({ length: fitted }, (_, i) => i);
  const pathLengths = new Float64Array(points);
  for (let i = 0; i < TREES; i++) {
    tick();
    drawSubsample(order, subsample, random);
    growTree(tree, columns, order.slice(0, subsample), random);
    addPathLengths(tree, columns, pathLengths);
  }
  for (let point = 0; point < points; point++) pathLengths[point]! /= TREES;
  return { scores: pathLengths.map((length) => isolationScore(length, subsample)), pathLengths };
}

/** 2^(-E(h) / c(psi)); 1 for a subsample of a single point, which has no path at all. */
export function isolationScore(meanPathLength: number, subsample: number): number {
  const scale = averagePathLength(subsample);
  return scale === 0 ? 1 : 2 ** (-meanPathLength / scale);
}

/** c(n): the mean path length of an unsuccessful search in a binary search tree of n points. */
export function averagePathLength(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + EULER_GAMMA) - (2 * (n - 1)) / n;
}

/** A tree as flat arrays; node 0 is the root, a leaf has `left` 0. `x <= threshold` goes left. */
export interface IsolationTree {
  feature: Uint8Array;
  threshold: Float64Array;
  left: Uint32Array;
  right: Uint32Array;
  /** Of a leaf: its depth plus c(points in it). */
  pathLength: Float64Array;
}

/** Adds each point's path length in `tree` to `sums`; `columns` are the features, a value a point. */
export function addPathLengths(tree: IsolationTree, columns: readonly Float32Array[], sums: Float64Array): void {
  const { feature, threshold, left, right, pathLength } = tree;
  for (let point = 0; point < sums.length; point++) {
    let node = 0;
    while (left[node] !== 0) node = (columns[feature[node]!]![point]! <= threshold[node]! ? left : right)[node]!;
    sums[point]! += pathLength[node]!;
  }
}

export function allocateTree(points: number): IsolationTree {
  const nodes = Math.max(1, 2 * points - 1);
  return {
    feature: new Uint8Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Uint32Array(nodes),
    right: new Uint32Array(nodes),
    pathLength: new Float64Array(nodes),
  };
}

function columnsOf(table: Float64Array, features: number, points: number): Float32Array[] {
  return Array.from({ length: features }, (_, feature) =>
    Float32Array.from({ length: points }, (_, point) => table[point * features + feature]!),
  );
}

/** The first `count` of `order` become a random draw without replacement (a partial Fisher-Yates shuffle). */
function drawSubsample(order: Uint32Array, count: number, random: Xoshiro): void {
  for (let i = 0; i < count; i++) {
    const j = i + random.below(order.length - i);
    const drawn = order[j]!;
    order[j] = order[i]!;
    order[i] = drawn;
  }
}

/** Fills `tree` from `points`, which it reorders so that every node's points are one range. */
function growTree(tree: IsolationTree, columns: readonly Float32Array[], points: Uint32Array, random: Xoshiro): void {
  const depthMax = Math.ceil(Math.log2(Math.max(points.length, 2)));
  let nodes = 1;
  const grow = (node: number, start: number, end: number, depth: number): void => {
    const feature = depth < depthMax && end - start > 1 ? drawFeature(columns, points, start, end, random) : -1;
    if (feature < 0) {
      tree.left[node] = 0;
      tree.pathLength[node] = depth + averagePathLength(end - start);
      return;
    }
    const threshold = drawThreshold(columns[feature]!, points, start, end, random);
    const middle = partition(columns[feature]!, points, start, end, threshold);
    const left = nodes++;
    const right = nodes++;
    tree.feature[node] = feature;
    tree.threshold[node] = threshold;
    tree.left[node] = left;
    tree.right[node] = right;
    grow(left, start, middle, depth + 1);
    grow(right, middle, end, depth + 1);
  };
  grow(0, 0, points.length, 0);
}

/** A feature that varies over the range, each as likely; -1 when none does. */
function drawFeature(
  columns: readonly Float32Array[],
  points: Uint32Array,
  start: number,
  end: number,
  random: Xoshiro,
): number {
  // Draws without replacement until one varies: bit i of `left` is set while feature i has not been drawn.
  let left = 2 ** columns.length - 1;
  for (let count = columns.length; count > 0; count--) {
    let nth = random.below(count);
    let feature = 0;
    while ((left & (1 << feature)) === 0 || nth-- > 0) feature++;
    if (varies(columns[feature]!, points, start, end)) return feature;
    left &= ~(1 << feature);
  }
  return -1;
}

function varies(column: Float32Array, points: Uint32Array, start: number, end: number): boolean {
  const first = column[points[start]!]!;
  let low = first;
  let high = first;
  for (let i = start + 1; i < end; i++) {
    const value = column[points[i]!]!;
    if (value < low) low = value;
    else if (value > high) high = value;
    if (high > low + CONSTANT_RANGE) return true;
  }
  return false;
}

/** Uniform in [min, max): both sides of the split get a point. */
function drawThreshold(column: Float32Array, points: Uint32Array, start: number, end: number, random: Xoshiro): number {
  let low = Infinity;
  let high = -Infinity;
  for (let i = start; i < end; i++) {
    const value = column[points[i]!]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const threshold = low + (high - low) * random.unit();
  return threshold < high ? threshold : low;
}

function partition(column: Float32Array, points: Uint32Array, start: number, end: number, threshold: number): number {
  let middle = start;
  for (let i = start; i < end; i++) {
    const point = points[i]!;
    if (column[point]! > threshold) continue;
    points[i] = points[middle]!;
    points[middle++] = point;
  }
  return middle;
}

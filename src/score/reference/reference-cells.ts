import { ERROR, WARN } from '../../domain/level.ts';
import { TREES_SHAPE, TREES_WINDOW } from '../cell-trees.ts';
import { buildForest } from '../half-space-forest.ts';
import type { ForestOptions } from '../half-space-forest.ts';

/** The reference detector's trees: the same for every service, so what depends on splits alone is found once. */
export const REFERENCE_FOREST = {
  features: ['is_error', 'is_warn', 'msg_len', 'token_count', 'template_rarity'].map((name) => ({ name })),
  ...TREES_SHAPE,
} as const satisfies ForestOptions;

export const REFERENCE_WINDOW = TREES_WINDOW;
export const CHARS_MAX = 500;
export const TOKENS_MAX = 50;

/**
 * The reference features, in the order of {@link REFERENCE_FOREST}. `templateLines` counts this line too, so that the
 * first line of a template has rarity 1/2.
 */
export function referenceFeatures(level: number, chars: number, tokens: number, templateLines: number): number[] {
  return [
    level >= ERROR ? 1 : 0,
    level === WARN ? 1 : 0,
    Math.min(chars, CHARS_MAX) / CHARS_MAX,
    Math.min(tokens, TOKENS_MAX) / TOKENS_MAX,
    1 / (1 + templateLines),
  ];
}

/** Leaves that are remembered, 25 bytes each. A collision costs one walk and changes nothing. */
const REMEMBERED_CELLS = 8192;

/**
 * The grid that all splits of the forest cut feature space into. Every line in one cell takes the same path through
 * every tree, so a cell stands for its lines: a 32-bit key, and one leaf (0 to 255) a tree.
 */
export class ReferenceCells {
  /** Key parts by value; a line's cell is the sum of one part each. */
  readonly levelPart: Uint32Array;
  readonly charsPart: Uint32Array;
  readonly tokensPart: Uint32Array;
  /** By lines of the template so far; the last entry stands for all above. */
  readonly linesPart: Uint32Array;
  /** `leaves[offset + tree]`, `offset` as `leavesOf` answers it. */
  readonly leaves = new Uint8Array(REMEMBERED_CELLS * REFERENCE_FOREST.treeCount);
  readonly #keys = new Int32Array(REMEMBERED_CELLS).fill(-1);
  readonly #grid: Grid;

  constructor() {
    const grid = (this.#grid = buildGrid());
    const part = (axis: number, values: readonly number[]): Uint32Array =>
      Uint32Array.from(values, (value) => grid.classOf(axis, value) * grid.strides[axis]!);
    this.levelPart = part(0, [0, 0, 0, 0, 1, 1]).map((key, level) => key + (level === WARN ? grid.strides[1]! : 0));
    this.charsPart = part(2, AXIS_VALUES[2]!);
    this.tokensPart = part(3, AXIS_VALUES[3]!);
    this.linesPart = part(4, [1, ...AXIS_VALUES[4]!.toReversed()]);
  }

  /** Offset into {@link leaves}; good until the next call. */
  leavesOf(key: number): number {
    const slot = (Math.imul(key, 0x9e3779b1) >>> 16) % REMEMBERED_CELLS;
    const offset = slot * REFERENCE_FOREST.treeCount;
    if (this.#keys[slot] !== key) {
      this.#keys[slot] = key;
      this.#grid.walk(key, this.leaves, offset);
    }
    return offset;
  }
}

/** Lines of a template after which its rarity is below every split of the forest. */
const LINES_MAX = 100;

/** Every value that each feature can take, ascending; rarer than 1/(1 + LINES_MAX) counts as that. */
const AXIS_VALUES: readonly (readonly number[])[] = [
  [0, 1],
  [0, 1],
  Array.from({ length: CHARS_MAX + 1 }, (_, chars) => chars / CHARS_MAX),
  Array.from({ length: TOKENS_MAX + 1 }, (_, tokens) => tokens / TOKENS_MAX),
  Array.from({ length: LINES_MAX }, (_, index) => 1 / (1 + LINES_MAX - index)),
];

interface Grid {
  /** Weight of each axis in a key; axis 0 has weight 1. */
  strides: number[];
  /** Values of one axis that no split tells apart are one class; classes ascend with the value. */
  classOf(axis: number, value: number): number;
  walk(key: number, leaves: Uint8Array, offset: number): void;
}

function buildGrid(): Grid {
  const forest = buildForest(REFERENCE_FOREST);
  const { nodesPerTree, feature, threshold, treeCount } = forest;
  const leafStart = nodesPerTree / 2;

  const cuts = AXIS_VALUES.map(() => new Set<number>());
  const cutOf = new Float64Array(feature.length);
  for (let tree = 0; tree < treeCount; tree++) {
    for (let i = tree * nodesPerTree + 1; i < tree * nodesPerTree + leafStart; i++) {
      // The smallest value that goes right; a split above all values goes left always and cuts nothing.
      const right = AXIS_VALUES[feature[i]!]!.find((value) => value >= threshold[i]!) ?? Infinity;
      cutOf[i] = right;
      if (right !== Infinity && right > AXIS_VALUES[feature[i]!]![0]!) cuts[feature[i]!]!.add(right);
    }
  }
  const sortedCuts = cuts.map((axis) => Float64Array.from(axis).toSorted());
  const classOf = (axis: number, value: number): number =>
    value === Infinity ? 0xffff : sortedCuts[axis]!.filter((cut) => cut <= value).length;
  /** First class that goes right at each node. */
  const cutClass = Uint16Array.from(cutOf, (cut, i) => classOf(feature[i]!, cut));

  const strides: number[] = [];
  sortedCuts.reduce((stride, axis) => (strides.push(stride), stride * (axis.length + 1)), 1);
  const classes = new Uint16Array(AXIS_VALUES.length);
  return {
    strides,
    classOf,
    walk(key, leaves, offset) {
      classes.forEach((_, axis) => {
        classes[axis] = Math.floor(key / strides[axis]!) % (sortedCuts[axis]!.length + 1);
      });
      for (let tree = 0; tree < treeCount; tree++) {
        const base = tree * nodesPerTree;
        let node = 1;
        while (node < leafStart) node = node * 2 + (classes[feature[base + node]!]! < cutClass[base + node]! ? 0 : 1);
        leaves[offset + tree] = node - leafStart;
      }
    },
  };
}

import { TREES_SHAPE } from '../cell-trees.ts';
import type { Cells } from '../cell-trees.ts';
import { buildForest } from '../half-space-forest.ts';

/**
 * What the trees see of a line, each in a few classes, the usual end low: how rare its level and its template are in
 * the service, how much more often than usual the template and the whole service speak of late, how many errors there
 * are beside the usual, whether the level surprises for this template, how unlike the template's other lines it is in
 * length, and how young the template is.
 */
export const LINE_FEATURES = [
  { name: 'level_rarity', classes: 8 },
  { name: 'template_rarity', classes: 16 },
  { name: 'template_heat', classes: 8 },
  { name: 'service_heat', classes: 8 },
  { name: 'error_heat', classes: 8 },
  { name: 'level_surprise', classes: 4 },
  { name: 'length_surprise', classes: 4 },
  { name: 'youth', classes: 4 },
] as const;

const BITS = LINE_FEATURES.map(({ classes }) => Math.log2(classes));
/** Bits below each feature's in a key. */
const SHIFTS = BITS.map((_, feature) => BITS.slice(0, feature).reduce((sum, bits) => sum + bits, 0));

export const LEVEL_RARITY = SHIFTS[0]!;
export const TEMPLATE_RARITY = SHIFTS[1]!;
export const TEMPLATE_HEAT = SHIFTS[2]!;
export const SERVICE_HEAT = SHIFTS[3]!;
export const ERROR_HEAT = SHIFTS[4]!;
export const LEVEL_SURPRISE = SHIFTS[5]!;
export const LENGTH_SURPRISE = SHIFTS[6]!;
export const YOUTH = SHIFTS[7]!;

/** The class of a feature, by its index in {@link LINE_FEATURES}. */
export function classOf(key: number, feature: number): number {
  return (key >>> SHIFTS[feature]!) & (LINE_FEATURES[feature]!.classes - 1);
}

/** -log2 of a share, as a class below `classes`. */
export function rarityClass(share: number, classes: number): number {
  return Math.max(0, Math.min(classes - 1, Math.floor(-Math.log2(Math.max(share, 1e-9)))));
}

/** How many times the usual, doubling from class to class: 0 up to the usual, 1 from 1.5 times, 2 from 3 times, ... */
export function heatClass(observed: number, expected: number): number {
  // Half a line on either side, so that one line where none was due is not an infinite heat.
  const times = (observed + 0.5) / (expected + 0.5);
  return times < 1.5 ? 0 : Math.min(7, 1 + Math.floor(Math.log2(times / 1.5)));
}

/** Leaves that are remembered, 25 bytes each. */
const REMEMBERED_CELLS = 8192;

/** The grid of the features' classes; the same for all services of a thread. */
export class LineCells implements Cells {
  readonly leaves = new Uint8Array(REMEMBERED_CELLS * TREES_SHAPE.treeCount);
  readonly #keys = new Int32Array(REMEMBERED_CELLS).fill(-1);
  readonly #forest = buildForest({ features: LINE_FEATURES, ...TREES_SHAPE });

  leavesOf(key: number): number {
    const slot = (Math.imul(key, 0x9e3779b1) >>> 16) % REMEMBERED_CELLS;
    const offset = slot * TREES_SHAPE.treeCount;
    if (this.#keys[slot] !== key) {
      this.#keys[slot] = key;
      this.#walk(key, offset);
    }
    return offset;
  }

  #walk(key: number, offset: number): void {
    const { treeCount, nodesPerTree, feature, threshold } = this.#forest;
    const values = LINE_FEATURES.map(({ classes }, index) => (classOf(key, index) + 0.5) / classes);
    const leafStart = nodesPerTree / 2;
    for (let tree = 0; tree < treeCount; tree++) {
      const base = tree * nodesPerTree;
      let node = 1;
      while (node < leafStart) node = node * 2 + (values[feature[base + node]!]! < threshold[base + node]! ? 0 : 1);
      this.leaves[offset + tree] = node - leafStart;
    }
  }
}

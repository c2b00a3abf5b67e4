import type { Archive } from '../domain/archive/archive.ts';

/** Lines after which the reference masses are replaced; masses are one byte each, so at most 255. */
export const TREES_WINDOW = 250;
/** Half-Space-Trees as the method's authors and users set them. */
export const TREES_SHAPE = { treeCount: 25, height: 8, seed: 42 } as const;

/** A grid that all splits of a forest of {@link TREES_SHAPE} cut feature space into. */
export interface Cells {
  /** Where the leaves of a cell stand in {@link leaves}, one (0 to 255) a tree; good until the next call. */
  leavesOf(key: number): number;
  readonly leaves: Uint8Array;
}

/**
 * Half-Space-Trees over the cells of a grid, with the very scores of `HalfSpaceTrees`.
 *
 * Reference masses stand still for a window of 250 lines, so within one a line's score is a function of its cell of
 * feature space: it is worked out for the first line of a cell and remembered, and learning is counting lines per cell
 * until the window turns. A line costs one probe of a small table; memory is at most 17 KB a service, and a few hundred
 * bytes while it has few lines.
 */
export class CellTrees {
  readonly #cells: Cells;
  /** Cells seen in this window: at most 250, in arrays that double as they fill. `#index` holds entry + 1. */
  #keys = new Uint32Array(ENTRIES_MIN);
  #counts = new Uint8Array(ENTRIES_MIN);
  #scores = new Float64Array(ENTRIES_MIN);
  #index = new Uint8Array(ENTRIES_MIN * 2);
  #entries = 0;
  #lines = 0;
  /** Mass of each node in the last full window: at most 250, so one byte. None before the first turn. */
  #referenceMass: Uint8Array | undefined;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  /** Whether a first window has been learnt; scores are 0 until then. */
  get ready(): boolean {
    return this.#referenceMass !== undefined;
  }

  /** Bytes of the model's arrays. */
  get byteLength(): number {
    const { byteLength } = this.#index;
    return byteLength + this.#entriesMax * (4 + 1 + 8) + (this.#referenceMass?.byteLength ?? 0);
  }

  /** Scores a line in the cell `key`, then learns it unless told not to. In [0, 1], high is anomalous. */
  scoreThenLearn(key: number, learn: boolean): number {
    const index = this.#index;
    const mask = index.length - 1;
    let slot = hash(key) & mask;
    let entry = index[slot]! - 1;
    while (entry >= 0 && this.#keys[entry] !== key) {
      slot = (slot + 1) & mask;
      entry = index[slot]! - 1;
    }
    if (entry < 0) {
      if (!learn) return this.#scoreOf(key);
      entry = this.#add(key, slot);
    }
    const score = this.#scores[entry]!;

    if (learn) {
      this.#counts[entry]!++;
      if (++this.#lines === TREES_WINDOW) this.#turn();
    }
    return score;
  }

  /** The index is worked out anew. */
  archive(state: Archive): void {
    const entries = state.count(this.#entries);
    while (this.#entriesMax < entries) this.#grow();
    state.counts(this.#keys.subarray(0, entries));
    state.counts(this.#counts.subarray(0, entries));
    state.numbers(this.#scores.subarray(0, entries));
    this.#lines = state.count(this.#lines);
    if (state.flag(this.ready)) state.counts((this.#referenceMass ??= new Uint8Array(TREES_SHAPE.treeCount * NODES)));
    if (!state.restoring) return;
    this.#entries = entries;
    for (let entry = 0; entry < entries; entry++) this.#index[this.#freeSlot(this.#keys[entry]!)] = entry + 1;
  }

  clone(): CellTrees {
    const copy = new CellTrees(this.#cells);
    copy.#keys = this.#keys.slice();
    copy.#counts = this.#counts.slice();
    copy.#scores = this.#scores.slice();
    copy.#index = this.#index.slice();
    copy.#entries = this.#entries;
    copy.#lines = this.#lines;
    copy.#referenceMass = this.#referenceMass?.slice();
    return copy;
  }

  get #entriesMax(): number {
    return this.#keys.length;
  }

  /** A cell's first line in this window; `slot` is its free place in the index. */
  #add(key: number, slot: number): number {
    if (this.#entries === this.#entriesMax) {
      this.#grow();
      slot = this.#freeSlot(key);
    }
    const entry = this.#entries++;
    this.#index[slot] = entry + 1;
    this.#keys[entry] = key;
    this.#counts[entry] = 0;
    this.#scores[entry] = this.#scoreOf(key);
    return entry;
  }

  #scoreOf(key: number): number {
    return this.#referenceMass === undefined ? 0 : scoreOfCell(this.#cells, key, this.#referenceMass);
  }

  #grow(): void {
    const entriesMax = this.#entriesMax * 2;
    this.#keys = grown(this.#keys, new Uint32Array(entriesMax));
    this.#counts = grown(this.#counts, new Uint8Array(entriesMax));
    this.#scores = grown(this.#scores, new Float64Array(entriesMax));
    this.#index = new Uint8Array(entriesMax * 2);
    for (let entry = 0; entry < this.#entries; entry++) this.#index[this.#freeSlot(this.#keys[entry]!)] = entry + 1;
  }

  #freeSlot(key: number): number {
    const mask = this.#index.length - 1;
    let slot = hash(key) & mask;
    while (this.#index[slot] !== 0) slot = (slot + 1) & mask;
    return slot;
  }

  /** This window's lines become the reference masses: put on the leaves, then summed up to the roots. */
  #turn(): void {
    this.#referenceMass ??= new Uint8Array(TREES_SHAPE.treeCount * NODES);
    const mass = this.#referenceMass.fill(0);
    const { leaves } = this.#cells;
    for (let entry = 0; entry < this.#entries; entry++) {
      const offset = this.#cells.leavesOf(this.#keys[entry]!);
      const count = this.#counts[entry]!;
      for (let tree = 0; tree < TREES_SHAPE.treeCount; tree++) {
        mass[tree * NODES + LEAF_START + leaves[offset + tree]!]! += count;
      }
    }
    sumUp(mass);
    this.#index.fill(0);
    this.#entries = 0;
    this.#lines = 0;
  }
}

const ENTRIES_MIN = 16;
/** Nodes a tree, slot 0 unused; the children of node i are 2 i and 2 i + 1. */
const NODES = 2 ** (TREES_SHAPE.height + 1);
const LEAF_START = NODES / 2;
/** Score of a point that is all mass at every depth. */
const SUM_MAX = TREES_SHAPE.treeCount * TREES_WINDOW * (NODES - 1);
const MASS_MIN = 0.1 * TREES_WINDOW;

function scoreOfCell(cells: Cells, key: number, referenceMass: Uint8Array): number {
  const offset = cells.leavesOf(key);
  const { leaves } = cells;
  let sum = 0;
  for (let tree = 0; tree < TREES_SHAPE.treeCount; tree++) {
    const base = tree * NODES;
    const leaf = LEAF_START + leaves[offset + tree]!;
    for (let depth = 0; depth <= TREES_SHAPE.height; depth++) {
      const mass = referenceMass[base + (leaf >> (TREES_SHAPE.height - depth))]!;
      sum += mass * (1 << depth);
      if (mass < MASS_MIN) break;
    }
  }
  return 1 - sum / SUM_MAX;
}

/** Gives each inner node the mass of its two children, four of which are read at a time: no sum is above 250. */
function sumUp(mass: Uint8Array): void {
  const children = new Uint32Array(mass.buffer, mass.byteOffset, mass.length / 4);
  const parents = new Uint16Array(mass.buffer, mass.byteOffset, mass.length / 2);
  for (let base = 0; base < mass.length; base += NODES) {
    for (let pair = LEAF_START / 2 - 1; pair > 0; pair--) {
      const four = children[base / 4 + pair]!;
      const sums = (four & 0x00ff00ff) + ((four >>> 8) & 0x00ff00ff);
      parents[base / 2 + pair] = sums | (sums >>> 8);
    }
    mass[base + 1] = mass[base + 2]! + mass[base + 3]!;
  }
}

function hash(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> 20;
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

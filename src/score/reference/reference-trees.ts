import { CHARS_MAX, REFERENCE_FOREST, REFERENCE_WINDOW, ReferenceCells, TOKENS_MAX } from './reference-cells.ts';

/**
 * Half-Space-Trees over the five reference features of one service, with the very scores of `HalfSpaceTrees`.
 *
 * Reference masses stand still for a window of 250 lines, so within one a line's score is a function of its cell of
 * feature space (see `ReferenceCells`): it is worked out for the first line of a cell and remembered, and learning is
 * counting lines per cell until the window turns. A line costs one probe of a small table; memory is at most 17 KB a
 * service, and a few hundred bytes while it has few lines.
 */
export class ReferenceTrees {
  /** Cells seen in this window: at most 250, in arrays that double as they fill. `#index` holds entry + 1. */
  #keys = new Uint32Array(ENTRIES_MIN);
  #counts = new Uint8Array(ENTRIES_MIN);
  #scores = new Float64Array(ENTRIES_MIN);
  #index = new Uint8Array(ENTRIES_MIN * 2);
  #entries = 0;
  #lines = 0;
  /** Mass of each node in the last full window: at most 250, so one byte. None before the first turn. */
  #referenceMass: Uint8Array | undefined;

  /** Whether a first window has been learnt; scores are 0 until then. */
  get ready(): boolean {
    return this.#referenceMass !== undefined;
  }

  /** Bytes of the model's arrays. */
  get byteLength(): number {
    const { byteLength } = this.#index;
    return byteLength + this.#entriesMax * (4 + 1 + 8) + (this.#referenceMass?.byteLength ?? 0);
  }

  /**
   * Scores a line, then learns it. `chars` and `tokens` may stop counting at 500 and 50; `templateLines` are the lines
   * of its template so far, this one included. In [0, 1], high is anomalous.
   */
  scoreThenLearn(level: number, chars: number, tokens: number, templateLines: number): number {
    const { levelPart, charsPart, tokensPart, linesPart } = cells();
    const key =
      levelPart[level]! +
      charsPart[chars < CHARS_MAX ? chars : CHARS_MAX]! +
      tokensPart[tokens < TOKENS_MAX ? tokens : TOKENS_MAX]! +
      linesPart[templateLines < linesPart.length ? templateLines : linesPart.length - 1]!;

    const index = this.#index;
    const mask = index.length - 1;
    let slot = hash(key) & mask;
    let entry = index[slot]! - 1;
    while (entry >= 0 && this.#keys[entry] !== key) {
      slot = (slot + 1) & mask;
      entry = index[slot]! - 1;
    }
    if (entry < 0) entry = this.#add(key, slot);
    const score = this.#scores[entry]!;

    this.#counts[entry]!++;
    if (++this.#lines === REFERENCE_WINDOW) this.#turn();
    return score;
  }

  clone(): ReferenceTrees {
    const copy = new ReferenceTrees();
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
    this.#scores[entry] = this.#referenceMass === undefined ? 0 : scoreOfCell(key, this.#referenceMass);
    return entry;
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
    this.#referenceMass ??= new Uint8Array(REFERENCE_FOREST.treeCount * NODES);
    const mass = this.#referenceMass.fill(0);
    const { leaves } = cells();
    for (let entry = 0; entry < this.#entries; entry++) {
      const offset = cells().leavesOf(this.#keys[entry]!);
      const count = this.#counts[entry]!;
      for (let tree = 0; tree < REFERENCE_FOREST.treeCount; tree++) {
        mass[tree * NODES + LEAF_START + leaves[offset + tree]!]! += count;
      }
    }
    for (let base = 0; base < mass.length; base += NODES) {
      for (let node = LEAF_START - 1; node > 0; node--) {
        mass[base + node] = mass[base + 2 * node]! + mass[base + 2 * node + 1]!;
      }
    }
    this.#index.fill(0);
    this.#entries = 0;
    this.#lines = 0;
  }
}

const ENTRIES_MIN = 16;
/** Nodes a tree, slot 0 unused; the children of node i are 2 i and 2 i + 1. */
const NODES = 2 ** (REFERENCE_FOREST.height + 1);
const LEAF_START = NODES / 2;
/** Score of a point that is all mass at every depth. */
const SUM_MAX = REFERENCE_FOREST.treeCount * REFERENCE_WINDOW * (NODES - 1);
const MASS_MIN = 0.1 * REFERENCE_WINDOW;

let sharedCells: ReferenceCells | undefined;

/** One for all services of a thread: it holds nothing but what the fixed seed implies. */
function cells(): ReferenceCells {
  return (sharedCells ??= new ReferenceCells());
}

function scoreOfCell(key: number, referenceMass: Uint8Array): number {
  const offset = cells().leavesOf(key);
  const { leaves } = cells();
  let sum = 0;
  for (let tree = 0; tree < REFERENCE_FOREST.treeCount; tree++) {
    const base = tree * NODES;
    const leaf = LEAF_START + leaves[offset + tree]!;
    for (let depth = 0; depth <= REFERENCE_FOREST.height; depth++) {
      const mass = referenceMass[base + (leaf >> (REFERENCE_FOREST.height - depth))]!;
      sum += mass * (1 << depth);
      if (mass < MASS_MIN) break;
    }
  }
  return 1 - sum / SUM_MAX;
}

function hash(key: number): number {
  return Math.imul(key, 0x9e3779b1) >>> 20;
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

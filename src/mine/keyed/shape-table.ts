import type { KeyedTemplate, Shape } from './keyed-template.ts';
import { isKey } from './key-bytes.ts';

/** Of a hash, not looked at to find a place. */
const SPARE_BITS = 4;

/** Shapes by key: open addressing with linear probing, at most half full. */
export class ShapeTable {
  #hashes = new Int32Array(64);
  #shapes: (Shape | undefined)[] = Array.from({ length: 64 });
  #count = 0;

  /** The template of the key in `scratch`, of the message `bytes`. */
  find(hash: number, bytes: Uint8Array): KeyedTemplate | undefined {
    const hashes = this.#hashes;
    const shapes = this.#shapes;
    const mask = hashes.length - 1;
    for (let slot = homeOf(hash) & mask; ; slot = (slot + 1) & mask) {
      const shape = shapes[slot];
      if (shape === undefined) return undefined;
      if (hashes[slot] === hash && isKey(shape.key, bytes)) return shape.template;
    }
  }

  /** The template whose key is `key`, byte for byte. */
  findKey(hash: number, key: Uint8Array): Shape | undefined {
    const mask = this.#hashes.length - 1;
    for (let slot = homeOf(hash) & mask; ; slot = (slot + 1) & mask) {
      const shape = this.#shapes[slot];
      if (shape === undefined) return undefined;
      if (this.#hashes[slot] === hash && sameBytes(shape.key, key)) return shape;
    }
  }

  /** Whether a key has the hash but for its lowest {@link SPARE_BITS} bits; perhaps another key. */
  mayHave(hash: number): boolean {
    const mask = this.#hashes.length - 1;
    for (let slot = homeOf(hash) & mask; this.#shapes[slot] !== undefined; slot = (slot + 1) & mask)
      if (homeOf(this.#hashes[slot]!) === homeOf(hash)) return true;
    return false;
  }

  add(shape: Shape): void {
    if (++this.#count * 2 > this.#hashes.length) this.#grow();
    this.#place(shape);
  }

  delete(shape: Shape): void {
    const mask = this.#hashes.length - 1;
    let hole = homeOf(shape.hash) & mask;
    while (this.#shapes[hole] !== shape) hole = (hole + 1) & mask;
    this.#count--;
    // What stands behind the hole and may not be cut off from its place moves into it.
    for (let slot = (hole + 1) & mask; ; slot = (slot + 1) & mask) {
      const moved = this.#shapes[slot];
      if (moved === undefined) break;
      const home = homeOf(this.#hashes[slot]!) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      this.#shapes[hole] = moved;
      this.#hashes[hole] = this.#hashes[slot]!;
      hole = slot;
    }
    this.#shapes[hole] = undefined;
  }

  get heldBytes(): number {
    return this.#hashes.length * 12;
  }

  #grow(): void {
    const old = this.#shapes;
    this.#hashes = new Int32Array(old.length * 2);
    this.#shapes = Array.from({ length: old.length * 2 });
    for (const shape of old) if (shape !== undefined) this.#place(shape);
  }

  #place(shape: Shape): void {
    const mask = this.#hashes.length - 1;
    let slot = homeOf(shape.hash) & mask;
    while (this.#shapes[slot] !== undefined) slot = (slot + 1) & mask;
    this.#shapes[slot] = shape;
    this.#hashes[slot] = shape.hash;
  }
}

function homeOf(hash: number): number {
  return hash >>> SPARE_BITS;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

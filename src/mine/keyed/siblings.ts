import { BYTE_KIND, DIGIT } from './byte-kind.ts';
import { CLOSING, mixed, OPENING, scratch, VARIABLE, VARIABLE_HASH } from './scratch.ts';
import { HASH_SEED } from '../token-hash.ts';

/** Keys with more tokens keep their words: the more there are, the less one of them is likely to be a variable. */
export const SIBLING_TOKENS_MAX = 64;

/** Siblings become one template when they weigh as much: eight plain words. */
export const MERGER_WEIGHT = 24;
const PLAIN_WEIGHT = 3;
/** Words at the start of a line mostly name what the line is about. */
const FIRST_WEIGHT = 2;
/** Of words that carry a digit three are enough. */
const DIGIT_WEIGHT = 8;
/** A template that has a variable there already. */
export const VARIABLE_WEIGHT = 9;

const WEIGHT_BITS = 4;
const WEIGHT_MASK = (1 << WEIGHT_BITS) - 1;

/**
 * Templates that differ in one word: for each of their words, the hash of the key with a variable in its place, with
 * the word's weight in the lowest bits; and how much the templates weigh that share one. Open addressing.
 */
export class Siblings {
  #hashes = new Int32Array(256);
  #weights = new Int32Array(256);
  /** Slots that hold something or once did. */
  #used = 0;

  /** Weight of all that share the hash, with this one. */
  add(entry: number): number {
    const hash = entry & ~WEIGHT_MASK;
    let slot = this.#slotOf(hash);
    if (this.#weights[slot] === 0 && this.#hashes[slot] === 0) {
      if (++this.#used * 2 > this.#hashes.length) {
        this.#rebuild();
        slot = this.#slotOf(hash);
        this.#used++;
      }
      this.#hashes[slot] = hash | 1;
    }
    return (this.#weights[slot]! += entry & WEIGHT_MASK);
  }

  remove(entry: number): void {
    this.#weights[this.#slotOf(entry & ~WEIGHT_MASK)]! -= entry & WEIGHT_MASK;
  }

  clone(): Siblings {
    const copy = new Siblings();
    copy.#hashes = this.#hashes.slice();
    copy.#weights = this.#weights.slice();
    copy.#used = this.#used;
    return copy;
  }

  get heldBytes(): number {
    return this.#hashes.byteLength * 2;
  }

  /** The lowest bit says that the slot was ever taken. */
  #slotOf(hash: number): number {
    const hashes = this.#hashes;
    const mask = hashes.length - 1;
    let slot = (hash >>> WEIGHT_BITS) & mask;
    while (hashes[slot] !== 0 && hashes[slot] !== (hash | 1)) slot = (slot + 1) & mask;
    return slot;
  }

  /** Without those that nobody has any more. */
  #rebuild(): void {
    const hashes = this.#hashes;
    const weights = this.#weights;
    let live = 0;
    for (const weight of weights) if (weight > 0) live++;
    let size = 256;
    while (size < live * 4) size *= 2;
    this.#hashes = new Int32Array(size);
    this.#weights = new Int32Array(size);
    this.#used = live;
    for (let i = 0; i < weights.length; i++) {
      if (weights[i] === 0) continue;
      const slot = this.#slotOf(hashes[i]! & ~WEIGHT_MASK);
      this.#hashes[slot] = hashes[i]!;
      this.#weights[slot] = weights[i]!;
    }
  }
}

/** The entries of the key in `scratch`, of the message `bytes`, one a word in their order; none of a key that is too long. */
export function siblingEntries(bytes: Uint8Array): Int32Array {
  const { keyCount, keyStart } = scratch;
  if (keyCount > SIBLING_TOKENS_MAX) return new Int32Array(0);
  let words = 0;
  for (let i = 0; i < keyCount; i++) if (keyStart[i]! >= 0) words++;
  // A template that is nothing but a variable would say nothing.
  if (words < 2) return new Int32Array(0);
  const entries = new Int32Array(words);
  let next = 0;
  for (let i = 0; i < keyCount; i++)
    if (keyStart[i]! >= 0) entries[next++] = (maskedHash(i) & ~WEIGHT_MASK) | wordWeight(bytes, i);
  return entries;
}

export function isSameEntry(a: number, b: number): boolean {
  return ((a ^ b) & ~WEIGHT_MASK) === 0;
}

/** Hash of the key in `scratch` with a variable at that token. */
export function maskedHash(masked: number): number {
  const { keyCount, keyStart, keyHash, sum } = scratch;
  if (masked === 0 && keyCount === 1) return mixed(HASH_SEED, VARIABLE_HASH);
  let hash = sum[masked]!;
  let wasVariable = masked > 0 && keyStart[masked - 1] === VARIABLE;
  for (let i = masked; i < keyCount; i++) {
    const isVariable = i === masked || keyStart[i] === VARIABLE;
    if (isVariable && wasVariable) continue;
    wasVariable = isVariable;
    hash = mixed(hash, isVariable ? VARIABLE_HASH : keyHash[i]!);
  }
  return hash;
}

function wordWeight(bytes: Uint8Array, token: number): number {
  if (scratch.keyStart[0] === OPENING && token < closingToken()) return 0;
  const start = scratch.keyStart[token]!;
  const end = scratch.keyEnd[token]!;
  for (let at = start; at < end; at++) if (BYTE_KIND[bytes[at]!]! & DIGIT) return DIGIT_WEIGHT;
  return token === 0 ? FIRST_WEIGHT : PLAIN_WEIGHT;
}

/** Names of a record's fields stay. */
function closingToken(): number {
  let token = 0;
  while (scratch.keyStart[token] !== CLOSING) token++;
  return token;
}

import { HASH_SEED } from '../token-hash.ts';
import { isOutcome } from './outcome-words.ts';
import { hasPairs, isPairValue } from './pair-value.ts';
import { mixed, OPENING, scratch, VARIABLE, VARIABLE_HASH } from './scratch.ts';
import { classOf, NAME, OUTCOME, VALUES, variableWeightOfClass, weightOfClass } from './word-class.ts';

/** Keys with more tokens keep their words: the more there are, the less one of them is likely to be a variable. */
const SIBLING_TOKENS_MAX = 64;

const SLOTS_MIN = 128;
const CLASS_BITS = 4;
const CLASS_MASK = (1 << CLASS_BITS) - 1;

/**
 * Templates that differ in one word: for each of their words, the hash of the key with a variable in its place, with
 * the word's class in the lowest bits; and how much the templates weigh that share one. Open addressing.
 */
export class Siblings {
  /** Two numbers a slot: hash, with its lowest bit set, and weight; 0 for an empty one. */
  #slots = new Int32Array(2 * SLOTS_MIN);
  #used = 0;

  add(entry: number): void {
    const hash = keyOf(entry);
    let slot = this.#slotOf(hash);
    if (this.#slots[slot] === 0) {
      if (++this.#used * 4 > this.#slots.length) {
        this.#resize(this.#slots.length * 2);
        slot = this.#slotOf(hash);
      }
      this.#slots[slot] = hash;
    }
    this.#slots[slot + 1]! += weightOf(entry);
  }

  /** What those weigh that share the hash. */
  weightAt(hash: number): number {
    return this.#slots[this.#slotOf(keyOf(hash)) + 1]!;
  }

  remove(entry: number): void {
    const slots = this.#slots;
    const slot = this.#slotOf(keyOf(entry));
    slots[slot + 1]! -= weightOf(entry);
    if (slots[slot + 1]! > 0) return;
    this.#used--;
    this.#empty(slot);
    if (slots.length > 2 * SLOTS_MIN && this.#used * 16 < slots.length) this.#resize(slots.length / 2);
  }

  clone(): Siblings {
    const copy = new Siblings();
    copy.#slots = this.#slots.slice();
    copy.#used = this.#used;
    return copy;
  }

  get heldBytes(): number {
    return this.#slots.byteLength;
  }

  #slotOf(hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = homeOf(hash) & mask;
    while (slots[slot] !== 0 && slots[slot] !== hash) slot = (slot + 2) & mask;
    return slot;
  }

  /** What stands behind the hole and may not be cut off from its place moves into it. */
  #empty(from: number): void {
    const slots = this.#slots;
    const mask = slots.length - 2;
    let hole = from;
    for (let slot = (hole + 2) & mask; slots[slot] !== 0; slot = (slot + 2) & mask) {
      if (((slot - homeOf(slots[slot]!)) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = slots[slot]!;
      slots[hole + 1] = slots[slot + 1]!;
      hole = slot;
    }
    slots[hole] = 0;
    slots[hole + 1] = 0;
  }

  #resize(length: number): void {
    const old = this.#slots;
    this.#slots = new Int32Array(length);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0) continue;
      const slot = this.#slotOf(old[i]!);
      this.#slots[slot] = old[i]!;
      this.#slots[slot + 1] = old[i + 1]!;
    }
  }
}

function keyOf(entry: number): number {
  return (entry & ~CLASS_MASK) | 1;
}

/** What a template weighs that has a word there. */
export function weightOf(entry: number): number {
  return weightOfClass(entry & CLASS_MASK);
}

/** Whether the word may vary beside others: not the name of a field, nor all values at once. */
export function mayVary(entry: number): boolean {
  const wordClass = entry & CLASS_MASK;
  return wordClass !== NAME && wordClass !== OUTCOME && wordClass !== VALUES;
}

/** What a template weighs that has a variable where those of the entry have a word. */
export function variableWeight(entry: number): number {
  return variableWeightOfClass(entry & CLASS_MASK);
}

/** Even; the lowest bits are no part of the hash. */
function homeOf(hash: number): number {
  return (hash >>> CLASS_BITS) << 1;
}

/**
 * The entries of the key in `scratch`, of the message `bytes`, one a word in their order, and one of all the values of
 * pairs together where there are several; none of a key that is too long.
 */
export function siblingEntries(bytes: Uint8Array): Int32Array {
  const { keyCount, keyStart, sum } = scratch;
  if (keyCount > SIBLING_TOKENS_MAX) return new Int32Array(0);
  let words = 0;
  for (let i = 0; i < keyCount; i++) if (keyStart[i]! >= 0) words++;
  // A template that is nothing but a variable would say nothing.
  if (words < 2) return new Int32Array(0);
  const values = pairValues(bytes);
  const entries = new Int32Array(values.length > 1 ? words + 1 : words);
  let next = 0;
  for (let i = 0; i < keyCount; i++) {
    if (keyStart[i]! < 0) continue;
    const wordClass = classOf(bytes, i, words, values.includes(i));
    // One that never is a variable has no sibling, but its place among the entries.
    entries[next++] = entryOf(wordClass === OUTCOME ? mixed(sum[keyCount]!, i) : maskedHashAt(i), wordClass);
  }
  if (values.length > 1) entries[next] = entryOf(maskedHash(values), VALUES);
  return entries;
}

/** The tokens of the key in `scratch`, of the message `bytes`, that are variables in the hash of its `entry`th entry. */
export function maskedTokens(bytes: Uint8Array, entry: number): readonly number[] {
  let left = entry;
  for (let token = 0; token < scratch.keyCount; token++)
    if (scratch.keyStart[token]! >= 0 && left-- === 0) return [token];
  return pairValues(bytes);
}

/** The words that stand behind the `=` of a pair, in a line that has several. */
function pairValues(bytes: Uint8Array): number[] {
  const { keyCount, keyStart, keyEnd, keyHash, lineStart, lineEnd } = scratch;
  const values: number[] = [];
  if (keyStart[0] === OPENING || !hasPairs(bytes, lineStart, lineEnd)) return values;
  for (let i = 1; i < keyCount; i++)
    if (
      keyStart[i]! >= 0 &&
      isPairValue(bytes, keyStart[i]!, lineStart, lineEnd) &&
      !isOutcome(bytes, keyStart[i]!, keyEnd[i]!, keyHash[i]!)
    )
      values.push(i);
  return values;
}

function entryOf(hash: number, wordClass: number): number {
  return (hash & ~CLASS_MASK) | wordClass;
}

export function isSameEntry(a: number, b: number): boolean {
  return ((a ^ b) & ~CLASS_MASK) === 0;
}

/** The same as `maskedHash` for one token, which every word of a new template asks for. */
function maskedHashAt(token: number): number {
  const { keyCount, keyStart, keyHash, sum } = scratch;
  if (keyCount === 1) return mixed(HASH_SEED, VARIABLE_HASH);
  let hash = sum[token]!;
  let wasVariable = token > 0 && keyStart[token - 1] === VARIABLE;
  for (let i = token; i < keyCount; i++) {
    const isVariable = i === token || keyStart[i] === VARIABLE;
    if (isVariable && wasVariable) continue;
    wasVariable = isVariable;
    hash = mixed(hash, isVariable ? VARIABLE_HASH : keyHash[i]!);
  }
  return hash;
}

/** Hash of the key in `scratch` with variables at those tokens, one at least. */
export function maskedHash(masked: readonly number[]): number {
  const { keyCount, keyStart, keyHash, sum } = scratch;
  const first = masked[0]!;
  if (first === 0 && keyCount === 1) return mixed(HASH_SEED, VARIABLE_HASH);
  let hash = sum[first]!;
  let wasVariable = first > 0 && keyStart[first - 1] === VARIABLE;
  for (let i = first; i < keyCount; i++) {
    const isVariable = keyStart[i] === VARIABLE || masked.includes(i);
    if (isVariable && wasVariable) continue;
    wasVariable = isVariable;
    hash = mixed(hash, isVariable ? VARIABLE_HASH : keyHash[i]!);
  }
  return hash;
}

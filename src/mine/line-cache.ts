import { remembered } from './recallable.ts';
import type { Recallable } from './recallable.ts';
import { REMEMBERED_BYTES_MAX, REMEMBERED_SETS, REMEMBERED_WAYS } from './simd/assembly/layout.ts';
import { HASH_SEED } from './token-hash.ts';

/**
 * All that is known of a set's lines but their bytes, side by side, hashes first: one set is two lines of the
 * processor's cache.
 */
const SET_NUMBERS = 32;
const OWNER = REMEMBERED_WAYS;
const LENGTH = 2 * REMEMBERED_WAYS;
const VERSION = 3 * REMEMBERED_WAYS;
const TOKEN_COUNT = 4 * REMEMBERED_WAYS;
const CHAR_COUNT = 5 * REMEMBERED_WAYS;
/** How many lines have made room in the set. */
const TURN = 6 * REMEMBERED_WAYS;

const numbers = new Int32Array(REMEMBERED_SETS * SET_NUMBERS);
const bytesOf = new Uint8Array(REMEMBERED_SETS * REMEMBERED_WAYS * REMEMBERED_BYTES_MAX);
const templates: (Recallable | undefined)[] = Array.from({ length: REMEMBERED_SETS * REMEMBERED_WAYS });

/** Of the text looked up last: the set where it would stand, negative when it is too long; and its hash. */
export const lookup = { set: 0, hash: 0 };
let isEmpty = true;

/**
 * Messages that came before, to the letter, and the template that they found: many services say the same few things
 * over and over. One table a thread, a place a message, newer over older; an answer counts only while its
 * `recallVersion` is unchanged.
 *
 * `owner` is a number that no other miner has, and that a miner changes when all its answers may be wrong.
 */
export function recallLine(bytes: Uint8Array, start: number, end: number, owner: number): Recallable | undefined {
  const length = end - start;
  if (length > REMEMBERED_BYTES_MAX) {
    lookup.set = -1;
    return undefined;
  }
  const hash = hashOf(bytes, start, end) ^ Math.imul(owner, 0x9e3779b1);
  const set = (hash ^ (hash >>> 15)) & (REMEMBERED_SETS - 1);
  lookup.set = set;
  lookup.hash = hash;
  const first = set * SET_NUMBERS;
  for (let way = 0; way < REMEMBERED_WAYS; way++) {
    const at = first + way;
    if (numbers[at] !== hash || numbers[at + OWNER] !== owner || numbers[at + LENGTH] !== length) continue;
    const index = set * REMEMBERED_WAYS + way;
    if (!isSame(bytes, start, end, index)) continue;
    const template = templates[index];
    if (template === undefined || template.recallVersion !== numbers[at + VERSION]) return undefined;
    remembered.tokenCount = numbers[at + TOKEN_COUNT]!;
    remembered.charCount = numbers[at + CHAR_COUNT]!;
    return template;
  }
  return undefined;
}

/** Remembers a text that was looked up, with what `lookup` was then: it joined `template` and changed nothing. */
export function rememberLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  owner: number,
  template: Recallable,
  counts: { tokenCount: number; charCount: number },
  set: number,
  hash: number,
): void {
  if (set < 0) return;
  isEmpty = false;
  const way = wayFor(owner, end - start, set, hash);
  const index = set * REMEMBERED_WAYS + way;
  const from = index * REMEMBERED_BYTES_MAX - start;
  for (let at = start; at < end; at++) bytesOf[from + at] = bytes[at]!;
  const at = set * SET_NUMBERS + way;
  numbers[at] = hash;
  numbers[at + OWNER] = owner;
  numbers[at + LENGTH] = end - start;
  numbers[at + VERSION] = template.recallVersion;
  numbers[at + TOKEN_COUNT] = counts.tokenCount;
  numbers[at + CHAR_COUNT] = counts.charCount;
  templates[index] = template;
}

/** Lets go of all templates. */
export function forgetPlainLines(): void {
  if (isEmpty) return;
  isEmpty = true;
  templates.fill(undefined);
  numbers.fill(0);
}

/** Where the message stood with an answer that counts no more, else the place that was filled longest ago. */
function wayFor(owner: number, length: number, set: number, hash: number): number {
  const first = set * SET_NUMBERS;
  for (let way = 0; way < REMEMBERED_WAYS; way++) {
    const at = first + way;
    if (numbers[at] === hash && numbers[at + OWNER] === owner && numbers[at + LENGTH] === length) return way;
  }
  return numbers[first + TURN]!++ & (REMEMBERED_WAYS - 1);
}

/** Four bytes a step. */
function isSame(bytes: Uint8Array, start: number, end: number, index: number): boolean {
  let own = index * REMEMBERED_BYTES_MAX;
  let at = start;
  for (const stop = end - 3; at < stop; at += 4, own += 4) {
    const differs =
      (bytesOf[own]! ^ bytes[at]!) |
      (bytesOf[own + 1]! ^ bytes[at + 1]!) |
      (bytesOf[own + 2]! ^ bytes[at + 2]!) |
      (bytesOf[own + 3]! ^ bytes[at + 3]!);
    if (differs !== 0) return false;
  }
  for (; at < end; at++, own++) if (bytesOf[own] !== bytes[at]) return false;
  return true;
}

/** Four bytes a step; equality is always proven on the bytes. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let sum = HASH_SEED ^ (end - start);
  let at = start;
  for (const stop = end - 3; at < stop; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    sum = Math.imul(sum ^ word, 0x01000193);
    sum ^= sum >>> 15;
  }
  for (; at < end; at++) sum = Math.imul(sum ^ bytes[at]!, 0x01000193);
  return sum;
}

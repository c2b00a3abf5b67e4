import { HASH_SEED } from './token-hash.ts';
import type { Template } from './template.ts';

/** Power of two. */
const LINES = 1 << 14;
/** Longer messages are rarely repeated to the letter. */
const LINE_BYTES_MAX = 256;

const bytesOf = new Uint8Array(LINES * LINE_BYTES_MAX);
const lengths = new Int32Array(LINES);
const hashes = new Int32Array(LINES);
const owners = new Int32Array(LINES);
const versions = new Int32Array(LINES);
const tokenCounts = new Int32Array(LINES);
const charCounts = new Int32Array(LINES);
const templates: (Template | undefined)[] = Array.from({ length: LINES });

/** Of the message looked up last: where it would stand. */
let slot = 0;
let hash = 0;

/** What is remembered of the message that was found last. */
export const remembered = { tokenCount: 0, charCount: 0 };

/**
 * Messages that came before, to the letter, and the template that they found: many services say the same few things
 * over and over. One table a thread, a place a message, newer over older; an answer counts only while the leaf that
 * gave it is unchanged, as in the sequence cache.
 *
 * `owner` is a number that no other miner has, and that a miner changes when all its answers may be wrong.
 */
export function recallLine(bytes: Uint8Array, start: number, end: number, owner: number): Template | undefined {
  const length = end - start;
  if (length > LINE_BYTES_MAX) {
    slot = -1;
    return undefined;
  }
  hash = hashOf(bytes, start, end) ^ Math.imul(owner, 0x9e3779b1);
  slot = (hash ^ (hash >>> 15)) & (LINES - 1);
  if (hashes[slot] !== hash || owners[slot] !== owner || lengths[slot] !== length) return undefined;
  const from = slot * LINE_BYTES_MAX - start;
  for (let at = start; at < end; at++) if (bytesOf[from + at] !== bytes[at]) return undefined;
  const template = templates[slot];
  if (template?.leaf === undefined || template.leaf.version !== versions[slot]) return undefined;
  remembered.tokenCount = tokenCounts[slot]!;
  remembered.charCount = charCounts[slot]!;
  return template;
}

/** Remembers the message that was looked up last: it joined `template` and changed nothing. */
export function rememberLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  owner: number,
  template: Template,
  counts: { tokenCount: number; charCount: number },
): void {
  if (slot < 0) return;
  const from = slot * LINE_BYTES_MAX - start;
  for (let at = start; at < end; at++) bytesOf[from + at] = bytes[at]!;
  lengths[slot] = end - start;
  hashes[slot] = hash;
  owners[slot] = owner;
  versions[slot] = template.leaf!.version;
  tokenCounts[slot] = counts.tokenCount;
  charCounts[slot] = counts.charCount;
  templates[slot] = template;
}

/** Lets go of all templates, so that those of miners that are gone, or evicted ones, take no memory. */
export function forgetLines(): void {
  templates.fill(undefined);
  owners.fill(0);
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

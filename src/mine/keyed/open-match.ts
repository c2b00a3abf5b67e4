import { hashToken } from '../token-hash.ts';
import { isOutcome } from './outcome-words.ts';
import { CLOSING, KEY_TOKENS_MAX, OPENING, scratch, VARIABLE } from './scratch.ts';

const SPACE = 0x20;
const LESS = 0x3c;
/** Bytes of `<*>` and the space behind it. */
const WILDCARD_STEP = 4;

/** Run of the key that each token of the line was matched with last, -1 for its own words. Scratch space of the thread. */
export const runOf = new Int32Array(KEY_TOKENS_MAX);

/**
 * Whether the key in `scratch`, of the message `bytes`, is `key` but for one word in some of its open runs, those whose
 * bit is set in `openRuns`. A word that tells what came of something is let in nowhere.
 */
export function matchesOpen(key: Uint8Array, openRuns: number, bytes: Uint8Array): boolean {
  const { keyCount, keyStart, keyEnd, keyHash } = scratch;
  let token = 0;
  let run = 0;
  for (let at = 0; at < key.length;) {
    if (key[at] !== LESS) {
      runOf[token] = -1;
      at = behindWord(key, at, token++, bytes);
      if (at < 0) return false;
      continue;
    }
    at += WILDCARD_STEP;
    const from = token;
    if (token < keyCount && keyStart[token] === VARIABLE) token++;
    if (isOpen(openRuns, run) && token < keyCount && keyStart[token]! >= 0) {
      const isNext = token > from && at < key.length && behindWord(key, at, token, bytes) >= 0;
      if (!isNext && isOutcome(bytes, keyStart[token]!, keyEnd[token]!, keyHash[token]!)) return false;
      if (!isNext) token++;
      if (!isNext && token < keyCount && keyStart[token] === VARIABLE) token++;
    }
    if (token === from) return false;
    for (let i = from; i < token; i++) runOf[i] = run;
    run++;
  }
  return token === keyCount;
}

function isOpen(openRuns: number, run: number): boolean {
  return run < 31 && ((openRuns >>> run) & 1) === 1;
}

/** Where `key` goes on behind the token's text and a space, when that stands at `at`; else -1. */
function behindWord(key: Uint8Array, at: number, token: number, bytes: Uint8Array): number {
  if (token >= scratch.keyCount) return -1;
  const start = scratch.keyStart[token]!;
  let to = at;
  if (start < 0) {
    const brace = start === OPENING ? 0x7b : start === CLOSING ? 0x7d : 0;
    if (key[to++] !== brace) return -1;
  } else for (let from = start; from < scratch.keyEnd[token]!; from++) if (key[to++] !== bytes[from]) return -1;
  if (to === key.length) return to;
  return key[to] === SPACE ? to + 1 : -1;
}

/** The same for a key that is written out; see `matchesOpen`. */
export function keyMatchesOpen(key: Uint8Array, openRuns: number, other: Uint8Array): boolean {
  let to = 0;
  let run = 0;
  for (let at = 0; at < key.length;) {
    if (key[at] !== LESS) {
      to = behindSame(key, at, other, to);
      if (to < 0) return false;
      at = behindToken(key, at);
      continue;
    }
    at += WILDCARD_STEP;
    const from = to;
    if (to < other.length && other[to] === LESS) to += WILDCARD_STEP;
    if (isOpen(openRuns, run) && to < other.length && other[to] !== LESS) {
      const isNext = to > from && at < key.length && behindSame(key, at, other, to) >= 0;
      const end = behindToken(other, to) - 1;
      if (!isNext && isOutcome(other, to, end, hashToken(other, to, end))) return false;
      if (!isNext) to = behindToken(other, to);
      if (!isNext && to < other.length && other[to] === LESS) to += WILDCARD_STEP;
    }
    if (to === from) return false;
    run++;
  }
  return to >= other.length;
}

/** Behind the token at `at` and the space that follows it. */
function behindToken(key: Uint8Array, at: number): number {
  let end = at;
  while (end < key.length && key[end] !== SPACE) end++;
  return end + 1;
}

/** Behind the token at `to` of the other key, when it is the one at `at`; else -1. */
function behindSame(key: Uint8Array, at: number, other: Uint8Array, to: number): number {
  const end = behindToken(key, at) - 1;
  const otherEnd = to + end - at;
  if (otherEnd > other.length || (otherEnd < other.length && other[otherEnd] !== SPACE)) return -1;
  for (let i = at; i < end; i++) if (key[i] !== other[to + i - at]) return -1;
  return otherEnd + 1;
}

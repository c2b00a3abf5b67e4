import { CLOSING, KEY_TOKENS_MAX, OPENING, scratch, VARIABLE } from './scratch.ts';

const SPACE = 0x20;
const LESS = 0x3c;
/** Bytes of `<*>` and the space behind it. */
const WILDCARD_STEP = 4;

/** Run of the key that each token of the line was matched with last, -1 for its own words. Scratch space of the thread. */
export const runOf = new Int32Array(KEY_TOKENS_MAX);

/**
 * Whether the key in `scratch`, of the message `bytes`, is `key` but for one word in some of its open runs, those whose
 * bit is set in `openRuns`.
 */
export function matchesOpen(key: Uint8Array, openRuns: number, bytes: Uint8Array): boolean {
  const { keyCount, keyStart } = scratch;
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

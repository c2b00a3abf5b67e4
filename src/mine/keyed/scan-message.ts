import { HASH_PRIME, HASH_SEED } from '../token-hash.ts';
import { wideSpaceBytes } from '../byte-class.ts';
import { countMessage } from '../count-message.ts';
import {
  BREAK,
  BYTE_KIND,
  DELIMITER,
  DIGIT,
  HEX_LETTER,
  HIGH,
  LEAD,
  LETTER,
  MARK,
  SLASH as SLASH_KIND,
  SPACE,
  wideBreakBytes,
} from './byte-kind.ts';
import { isKnownHash } from './known-words.ts';
import { HEX_WORD_MIN, pushLetters } from './letter-word.ts';
import { longWordEnd, slashWordEnd } from './long-word.ts';
import { scanMark } from './marks.ts';
import { pushOddWord } from './odd-word.ts';
import {
  clearScratch,
  KEY_TOKENS_MAX,
  MINED_BYTES_MAX,
  mixed,
  NUMBER,
  OTHER,
  pushVariable,
  scratch,
  VARIABLES_MAX,
  WORD,
} from './scratch.ts';
import { scanJson, scanPairs } from './structured-line.ts';

const LINE_FEED = 0x0a;
const BLANK = 0x20;
const COLON = 0x3a;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const OPENING_BRACE = 0x7b;

/** Instead of a number of tokens: the scanner jumped over some, or did not see them all. */
const UNKNOWN = -1;

/** Cuts the first line of the message `bytes[start, end)` that is not blank into a key and variables, into `scratch`. */
export function scanMessage(bytes: Uint8Array, start: number, end: number): void {
  clearScratch();
  const first = skipBlank(bytes, start, end);
  const stop = capOf(bytes, first, end);
  scratch.tokenCount = 0;
  let at = -1;
  if (bytes[first] === OPENING_BRACE && first < stop) {
    at = scanJson(bytes, first, stop, scanText);
    if (at >= 0) scratch.tokenCount = UNKNOWN;
  }
  if (at < 0) at = scanText(bytes, first, stop);
  scratch.lineStart = first;
  scratch.lineEnd = at;
  scratch.charCount = end - start;
  if (scratch.tokenCount < 0 || !isBlank(bytes, start, first) || !isBlank(bytes, at, end))
    countMessage(bytes, start, end, scratch);
}

/** Free text `bytes[start, stop)`, up to its first line feed. Answers where it ended. */
function scanText(bytes: Uint8Array, start: number, stop: number): number {
  const { keyStart, keyEnd, keyHash, sum } = scratch;
  scratch.stop = stop;
  let all = 0;
  let tokens = 0;
  let isApart = 1;
  let at = start;
  while (at < stop) {
    let byte = bytes[at]!;
    let kind = BYTE_KIND[byte]!;
    if (kind & BREAK) {
      if (kind & SPACE) {
        if (byte === LINE_FEED) break;
        isApart = 1;
        at++;
        continue;
      }
      tokens += isApart;
      isApart = 0;
      if (kind & DELIMITER) {
        if (kind & MARK) {
          if (byte === EQUALS && isFirstKey(at, start)) {
            const end = scanPairs(bytes, start, stop, scanText);
            if (end >= 0) {
              scratch.tokenCount = UNKNOWN;
              return end;
            }
          }
          at = scanMark(bytes, at, start, stop, byte);
        } else at++;
        continue;
      }
      const width = wideBreakBytes(bytes, at, stop);
      if (width > 0) {
        all |= HIGH;
        at += width;
        continue;
      }
    }
    const count = scratch.keyCount;
    if (count >= KEY_TOKENS_MAX || scratch.variableCount >= VARIABLES_MAX - 1) break;
    tokens += isApart;
    isApart = 0;
    const from = at;
    let flags = 0;
    let hash = HASH_SEED;
    do {
      flags |= kind;
      hash = Math.imul(hash ^ byte, HASH_PRIME);
      if (++at >= stop) break;
      byte = bytes[at]!;
      kind = BYTE_KIND[byte]!;
    } while ((kind & BREAK) === 0 || (kind & LEAD && wideBreakBytes(bytes, at, stop) === 0));
    all |= flags;
    if (byte === COLON && at < stop) {
      const long = longWordEnd(bytes, from, at, stop, flags);
      if (long > at) {
        // A scheme is shown, and no part of the key.
        const isUrl = long > at + 2 && bytes[at + 1] === SLASH && bytes[at + 2] === SLASH;
        pushVariable(bytes, isUrl ? at + 3 : from, long, OTHER);
        all |= HIGH;
        at = long;
        continue;
      }
    }
    if ((flags & ~LETTER) === 0) {
      if (
        isKnownHash(hash) ||
        (flags === HEX_LETTER && at - from >= HEX_WORD_MIN) ||
        (count === scratch.nameToken && bytes[from - 1] === BLANK)
      ) {
        pushLetters(bytes, from, at, stop, flags, hash);
        continue;
      }
      keyStart[count] = from;
      keyEnd[count] = at;
      keyHash[count] = hash;
      sum[count + 1] = mixed(sum[count]!, hash);
      scratch.keyCount = count + 1;
      continue;
    }
    if (flags === DIGIT) {
      pushVariable(bytes, from, at, NUMBER);
      continue;
    }
    if (flags & SLASH_KIND) {
      const long = slashWordEnd(bytes, from, at, start, stop);
      if (long >= 0) {
        pushVariable(bytes, from, long, OTHER);
        all |= HIGH;
        at = long;
        continue;
      }
    }
    if (count === scratch.nameToken && bytes[from - 1] === BLANK) pushVariable(bytes, from, at, WORD);
    else pushOddWord(bytes, from, at, flags, hash);
  }
  scratch.tokenCount = (all & HIGH) === 0 ? tokens : UNKNOWN;
  return at;
}

/** The first word of the line stands right before the `=` at `at`. */
function isFirstKey(at: number, start: number): boolean {
  return scratch.keyCount === 1 && scratch.keyStart[0] === start && scratch.keyEnd[0] === at;
}

/** Whether there is nothing but white space of one byte. */
function isBlank(bytes: Uint8Array, from: number, end: number): boolean {
  let at = from;
  while (at < end && (BYTE_KIND[bytes[at]!]! & SPACE) !== 0) at++;
  return at === end;
}

function skipBlank(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const kind = BYTE_KIND[bytes[at]!]!;
    if (kind & SPACE) at++;
    else {
      const width = kind & LEAD ? wideSpaceBytes(bytes, at, end) : 0;
      if (width === 0) break;
      at += width;
    }
  }
  return at;
}

/** Where mining stops: at a character's edge, so that no half character gets into a template. */
function capOf(bytes: Uint8Array, start: number, end: number): number {
  let stop = start + MINED_BYTES_MAX;
  if (stop >= end) return end;
  for (let back = 0; back < 3 && (bytes[stop]! & 0xc0) === 0x80; back++) stop--;
  return stop;
}

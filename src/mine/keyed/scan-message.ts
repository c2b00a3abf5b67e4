import { HASH_PRIME, HASH_SEED } from '../token-hash.ts';
import { wideSpaceBytes } from '../byte-class.ts';
import { countMessage } from '../count-message.ts';
import {
  BACKSLASH,
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
import { hasPairs, pushQuoted } from './pair-value.ts';
import {
  clearScratch,
  isFull,
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
const QUOTE = 0x22;
const EQUALS = 0x3d;
const OPENING_BRACE = 0x7b;

/** What stands behind a colon in the midst of a value. */
const LONG_VALUE = SLASH_KIND | BACKSLASH | HEX_LETTER | DIGIT | DELIMITER;

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
  scratch.start = start;
  scratch.stop = stop;
  scratch.hasPairs = -1;
  let all = 0;
  let tokens = 0;
  let isApart = 1;
  let at = start;
  while (at < stop) {
    let byte = bytes[at]!;
    let kind = BYTE_KIND[byte]!;
    if (kind & SPACE) {
      if (byte === LINE_FEED) break;
      isApart = 1;
      at++;
      continue;
    }
    tokens += isApart;
    isApart = 0;
    if (kind & DELIMITER) {
      if ((kind & MARK) === 0) at++;
      else {
        const mark = at;
        at = markEnd(bytes, mark, start, stop, byte);
        if (at < 0) return ~at;
        // There may be blanks in it.
        if (byte === EQUALS && at > mark + 1) all |= HIGH;
      }
      continue;
    }
    if (kind & LEAD) {
      const width = wideBreakBytes(bytes, at, stop);
      if (width > 0) {
        all |= HIGH;
        at += width;
        continue;
      }
    }
    const count = scratch.keyCount;
    if (count >= KEY_TOKENS_MAX || scratch.variableCount >= VARIABLES_MAX - 1) break;
    const from = at;
    let flags = 0;
    let hash = HASH_SEED;
    for (;;) {
      do {
        flags |= kind;
        hash = Math.imul(hash ^ byte, HASH_PRIME);
        if (++at >= stop) break;
        byte = bytes[at]!;
        kind = BYTE_KIND[byte]!;
      } while ((kind & BREAK) === 0);
      if (at >= stop || (kind & LEAD) === 0 || wideBreakBytes(bytes, at, stop) > 0) break;
    }
    all |= flags;
    if (flags & SLASH_KIND || (byte === COLON && at + 1 < stop && BYTE_KIND[bytes[at + 1]!]! & LONG_VALUE)) {
      const end = longValueEnd(bytes, from, at, start, stop, flags);
      if (end >= 0) {
        // There may be blanks in it.
        all |= HIGH;
        at = end;
        continue;
      }
    }
    if (count === scratch.nameToken && bytes[from - 1] === BLANK) pushVariable(bytes, from, at, WORD);
    else if ((flags & ~LETTER) !== 0) {
      if (flags === DIGIT) pushVariable(bytes, from, at, NUMBER);
      else pushOddWord(bytes, from, at, flags, hash);
    } else if (isKnownHash(hash) || (flags === HEX_LETTER && at - from >= HEX_WORD_MIN)) {
      pushLetters(bytes, from, at, stop, flags, hash);
    } else {
      keyStart[count] = from;
      keyEnd[count] = at;
      keyHash[count] = hash;
      sum[count + 1] = mixed(sum[count]!, hash);
      scratch.keyCount = count + 1;
    }
  }
  scratch.tokenCount = (all & HIGH) === 0 ? tokens : UNKNOWN;
  return at;
}

/** Behind the mark at `at`; `~end` when it shows that the whole line is one record. */
function markEnd(bytes: Uint8Array, at: number, start: number, stop: number, byte: number): number {
  if (byte === EQUALS && isFirstKey(at, start)) {
    const end = scanPairs(bytes, start, stop, scanText);
    scratch.tokenCount = UNKNOWN;
    if (end >= 0) return ~end;
  }
  if (byte === EQUALS && at + 1 < stop && bytes[at + 1] === QUOTE && !isFull()) {
    if (scratch.hasPairs < 0) scratch.hasPairs = hasPairs(bytes, start, stop) ? 1 : 0;
    const end = scratch.hasPairs === 1 ? pushQuoted(bytes, at, start, stop) : -1;
    if (end >= 0) return end;
  }
  return scanMark(bytes, at, start, stop, byte);
}

/** Pushes the value that begins with the word `bytes[from, at)` and goes on behind it; its end, or -1 when it does not. */
function longValueEnd(bytes: Uint8Array, from: number, at: number, start: number, stop: number, flags: number): number {
  if (at < stop && bytes[at] === COLON) {
    const end = longWordEnd(bytes, from, at, stop, flags);
    if (end > at) {
      // A scheme is shown, and no part of the key.
      const isUrl = end > at + 2 && bytes[at + 1] === SLASH && bytes[at + 2] === SLASH;
      pushVariable(bytes, isUrl ? at + 3 : from, end, OTHER);
      return end;
    }
  }
  if ((flags & SLASH_KIND) === 0) return -1;
  const end = slashWordEnd(bytes, from, at, start, stop);
  if (end >= 0) pushVariable(bytes, from, end, OTHER);
  return end;
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

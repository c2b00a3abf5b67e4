import { hashToken, HASH_PRIME, HASH_SEED } from '../token-hash.ts';
import {
  BREAK,
  BYTE_KIND,
  DELIMITER,
  DIGIT,
  HEX_LETTER,
  LEAD,
  LETTER,
  MARK,
  SLASH as SLASH_KIND,
  SPACE,
  wideBreakBytes,
} from './byte-kind.ts';
import { wideSpaceBytes } from '../byte-class.ts';
import { countMessage } from '../count-message.ts';
import {
  KNOWN_LENGTH_MAX,
  meaningOf,
  MONTH,
  PLAIN,
  PREPOSITION,
  UNIT,
  USER,
  VALUE,
  WEEKDAY,
  ZONE,
} from './known-words.ts';
import { longWordEnd, slashWordEnd } from './long-word.ts';
import { pushOddWord } from './odd-word.ts';
import {
  clearScratch,
  isFull,
  lastIsVariable,
  MINED_BYTES_MAX,
  NUMBER,
  OTHER,
  pushDateWord,
  pushVariable,
  pushWord,
  scratch,
  WORD,
} from './scratch.ts';
import { scanJson, scanPairs } from './structured-line.ts';

const LINE_FEED = 0x0a;
const BLANK = 0x20;
const COLON = 0x3a;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const LESS = 0x3c;
const STAR = 0x2a;
const GREATER = 0x3e;
const OPENING_BRACE = 0x7b;
const ESCAPE = 0x1b;

/** A letter-only run of hex digits this long is no word of a language. */
const HEX_WORD_MIN = 8;

/** Cuts the first line of the message `bytes[start, end)` that is not blank into a key and variables, into `scratch`. */
export function scanMessage(bytes: Uint8Array, start: number, end: number): void {
  clearScratch();
  const first = skipBlank(bytes, start, end);
  const stop = capOf(bytes, first, end);
  let at = -1;
  if (bytes[first] === OPENING_BRACE && first < stop) at = scanJson(bytes, first, stop, scanText);
  if (at < 0) at = scanText(bytes, first, stop);
  scratch.lineStart = first;
  scratch.lineEnd = at;
  countMessage(bytes, start, end, scratch);
}

/** Free text `bytes[start, stop)`, up to its first line feed. Answers where it ended. */
export function scanText(bytes: Uint8Array, start: number, stop: number): number {
  scratch.stop = stop;
  let at = start;
  while (at < stop) {
    let byte = bytes[at]!;
    let kind = BYTE_KIND[byte]!;
    if (kind & BREAK) {
      if (kind & (SPACE | DELIMITER)) {
        if (byte === LINE_FEED) break;
        if (kind & MARK) {
          if (byte === EQUALS && isFirstKey(at, start)) {
            const end = scanPairs(bytes, start, stop, scanText);
            if (end >= 0) return end;
          }
          at = mark(bytes, at, start, stop, byte);
        } else at++;
        continue;
      }
      const width = wideBreakBytes(bytes, at, stop);
      if (width > 0) {
        at += width;
        continue;
      }
    }
    if (isFull()) break;
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
    if (at < stop && byte === COLON) {
      const long = longWordEnd(bytes, from, at, stop, flags);
      if (long > at) {
        // A scheme is shown, and no part of the key.
        const isUrl = bytes[at + 1] === SLASH && bytes[at + 2] === SLASH;
        pushVariable(bytes, isUrl ? at + 3 : from, long, OTHER);
        at = long;
        continue;
      }
    }
    if (flags & SLASH_KIND) {
      const long = slashWordEnd(bytes, from, at, start, stop);
      if (long > at) {
        pushVariable(bytes, from, long, OTHER);
        at = long;
        continue;
      }
    }
    if (scratch.nameToken === scratch.keyCount && bytes[from - 1] === BLANK) pushVariable(bytes, from, at, WORD);
    else if ((flags & ~LETTER) === 0) pushLetters(bytes, from, at, stop, flags, hash);
    else if (flags === DIGIT) pushVariable(bytes, from, at, NUMBER);
    else pushOddWord(bytes, from, at, flags, hash);
  }
  return at;
}

function pushLetters(bytes: Uint8Array, from: number, to: number, stop: number, flags: number, hash: number): void {
  const length = to - from;
  if (length <= KNOWN_LENGTH_MAX) {
    const meaning = meaningOf(bytes, from, to, hash);
    if (meaning !== PLAIN) {
      if (meaning === UNIT && isAfterVariable(bytes, from)) return;
      if (meaning === USER) {
        pushUser(bytes, from, to, hash);
        return;
      }
      if (isValue(bytes, from, to, stop, meaning)) {
        if (meaning === WEEKDAY || meaning === MONTH) pushDateWord(bytes, from, to);
        else pushVariable(bytes, from, to, WORD);
        return;
      }
    }
  }
  if (flags === HEX_LETTER && length >= HEX_WORD_MIN) pushVariable(bytes, from, to, OTHER);
  else pushWord(from, to, hash);
}

/** Whoever acts or is acted for is a value: `for user alice`. */
function pushUser(bytes: Uint8Array, from: number, to: number, hash: number): void {
  const before = scratch.keyCount - 1;
  pushWord(from, to, hash);
  if (before < 0) return;
  const start = scratch.keyStart[before]!;
  const end = scratch.keyEnd[before]!;
  if (start < 0 || end !== from - 1) return;
  if (meaningOf(bytes, start, end, scratch.keyHash[before]!) === PREPOSITION) scratch.nameToken = scratch.keyCount;
}

function isValue(bytes: Uint8Array, from: number, to: number, stop: number, meaning: number): boolean {
  if (meaning === VALUE) return true;
  if (meaning === ZONE) return isAfterVariable(bytes, from);
  if (meaning !== WEEKDAY && meaning !== MONTH) return false;
  let at = skipDateGap(bytes, to, stop);
  if (at < stop && BYTE_KIND[bytes[at]!]! & DIGIT) return true;
  if (meaning === MONTH) return false;
  const next = at;
  while (at < stop && BYTE_KIND[bytes[at]!]! & LETTER) at++;
  if (at === next || at - next > KNOWN_LENGTH_MAX) return false;
  if (meaningOf(bytes, next, at, hashToken(bytes, next, at)) !== MONTH) return false;
  at = skipDateGap(bytes, at, stop);
  return at < stop && (BYTE_KIND[bytes[at]!]! & DIGIT) !== 0;
}

function skipDateGap(bytes: Uint8Array, from: number, stop: number): number {
  let at = from;
  while (at < stop && at < from + 2 && (bytes[at] === 0x20 || bytes[at] === 0x2c)) at++;
  return at;
}

function isAfterVariable(bytes: Uint8Array, from: number): boolean {
  return lastIsVariable() && scratch.variableEnd[scratch.variableCount - 1] === from - 1 && bytes[from - 1] === 0x20;
}

/** The first word of the line stands right before the `=` at `at`. */
function isFirstKey(at: number, start: number): boolean {
  return scratch.keyCount === 1 && scratch.keyStart[0] === start && scratch.keyEnd[0] === at;
}

/** Values that are not there, placeholders and escape sequences. Answers where to go on. */
function mark(bytes: Uint8Array, at: number, start: number, stop: number, byte: number): number {
  if (byte === LESS) {
    if (at + 2 >= stop || bytes[at + 1] !== STAR || bytes[at + 2] !== GREATER) return at + 1;
    if (!isFull()) pushVariable(bytes, at, at + 3, OTHER);
    return at + 3;
  }
  if (byte === ESCAPE) return skipEscape(bytes, at, stop);
  if (at === start || isFull()) return at + 1;
  const before = bytes[at - 1]!;
  if (byte === EQUALS) {
    const kindBefore = BYTE_KIND[before]!;
    if (kindBefore & (SPACE | DELIMITER)) return at + 1;
    const next = at + 1 < stop ? bytes[at + 1]! : 0x20;
    if (BYTE_KIND[next]! & SPACE || next === 0x2c || next === 0x3b || next === 0x29)
      pushVariable(bytes, at + 1, at + 1, OTHER);
  } else if (before === openingOf(byte)) pushVariable(bytes, at, at, OTHER);
  return at + 1;
}

function openingOf(byte: number): number {
  if (byte === 0x29) return 0x28;
  if (byte === 0x5d) return 0x5b;
  if (byte === 0x7d) return OPENING_BRACE;
  return byte === QUOTE || byte === APOSTROPHE ? byte : -1;
}

/** Behind a colour or another sequence for terminals, which is no text. */
function skipEscape(bytes: Uint8Array, at: number, stop: number): number {
  if (at + 1 >= stop || bytes[at + 1] !== 0x5b) return at + 1;
  let next = at + 2;
  while (next < stop && next < at + 16 && bytes[next]! >= 0x20 && bytes[next]! <= 0x3f) next++;
  return next < stop && bytes[next]! >= 0x40 && bytes[next]! <= 0x7e ? next + 1 : at + 1;
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

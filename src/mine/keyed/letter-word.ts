import { hashToken } from '../token-hash.ts';
import { BYTE_KIND, DELIMITER, DIGIT, HEX_LETTER, LETTER } from './byte-kind.ts';
import {
  KNOWN_LENGTH_MAX,
  meaningOf,
  MONTH,
  PREPOSITION,
  SWITCH,
  UNIT,
  USER,
  VALUE,
  WEEKDAY,
  ZONE,
} from './known-words.ts';
import { lastIsVariable, OTHER, pushDateWord, pushVariable, pushWord, scratch, WORD } from './scratch.ts';

const BLANK = 0x20;
const LINE_FEED = 0x0a;
const ESCAPE = 0x1b;

/** A letter-only run of hex digits this long is no word of a language. */
export const HEX_WORD_MIN = 8;

/** Decides about a word of letters alone that is known, or may be a number in hex digits. */
export function pushLetters(
  bytes: Uint8Array,
  from: number,
  to: number,
  stop: number,
  flags: number,
  hash: number,
): void {
  const meaning = meaningOf(bytes, from, to, hash);
  if (meaning === UNIT && isAfterVariable(bytes, from)) return;
  if (meaning === USER) pushUser(bytes, from, to, hash);
  else if (isValue(bytes, from, to, stop, meaning)) {
    if (meaning === WEEKDAY || meaning === MONTH) pushDateWord(bytes, from, to);
    else pushVariable(bytes, from, to, WORD);
  } else if (flags === HEX_LETTER && to - from >= HEX_WORD_MIN) pushVariable(bytes, from, to, OTHER);
  else pushWord(from, to, hash);
}

/** Whoever acts or is acted for is a value: `for user alice`. */
function pushUser(bytes: Uint8Array, from: number, to: number, hash: number): void {
  const before = scratch.keyCount - 1;
  pushWord(from, to, hash);
  if (before < 0) return;
  const start = scratch.keyStart[before]!;
  const end = scratch.keyEnd[before]!;
  if (start < 0 || end !== from - 1 || bytes[end] !== BLANK) return;
  if (meaningOf(bytes, start, end, scratch.keyHash[before]!) === PREPOSITION) scratch.nameToken = scratch.keyCount;
}

function isValue(bytes: Uint8Array, from: number, to: number, stop: number, meaning: number): boolean {
  if (meaning === VALUE) return true;
  if (meaning === ZONE) return isAfterVariable(bytes, from);
  if (meaning === SWITCH) return isAmongMarks(bytes, from, to, stop);
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

/** Whether marks that part values stand on both sides of the word, or one more such word: `( on off )`, `admin: NO`. */
function isAmongMarks(bytes: Uint8Array, from: number, to: number, stop: number): boolean {
  const before = from > scratch.start + 1 && bytes[from - 1] === BLANK ? from - 2 : from - 1;
  const after = to < stop && bytes[to] === BLANK ? to + 1 : to;
  const isBehind = before >= scratch.start && (isValueMark(bytes[before]!) || isSwitchBefore(bytes, from));
  return isBehind && (after >= stop || isValueMark(bytes[after]!) || isSwitchAt(bytes, after, stop));
}

function isSwitchBefore(bytes: Uint8Array, from: number): boolean {
  if (!isAfterVariable(bytes, from)) return false;
  return isSwitchAt(bytes, scratch.variableStart[scratch.variableCount - 1]!, from - 1);
}

function isSwitchAt(bytes: Uint8Array, from: number, stop: number): boolean {
  let to = from;
  while (to < stop && to < from + KNOWN_LENGTH_MAX && BYTE_KIND[bytes[to]!]! & LETTER) to++;
  return meaningOf(bytes, from, to, hashToken(bytes, from, to)) === SWITCH;
}

/** = : , ; | ( ) [ ] { } < > and quotes, or the end of the line. */
function isValueMark(byte: number): boolean {
  return (
    byte === LINE_FEED || ((BYTE_KIND[byte]! & DELIMITER) !== 0 && byte !== 0x21 && byte !== 0x3f && byte !== ESCAPE)
  );
}

function skipDateGap(bytes: Uint8Array, from: number, stop: number): number {
  let at = from;
  while (at < stop && at < from + 2 && (bytes[at] === 0x20 || bytes[at] === 0x2c)) at++;
  return at;
}

function isAfterVariable(bytes: Uint8Array, from: number): boolean {
  return lastIsVariable() && scratch.variableEnd[scratch.variableCount - 1] === from - 1 && bytes[from - 1] === 0x20;
}

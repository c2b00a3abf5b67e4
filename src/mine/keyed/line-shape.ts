import {
  AT,
  BREAK,
  BYTE_KIND,
  DELIMITER,
  DIGIT,
  DOT,
  HEX_LETTER,
  HIGH,
  LEAD,
  LETTER,
  SPACE,
  SYMBOL,
} from './byte-kind.ts';
import { isQuantity, isTrailing } from './odd-word.ts';
import { SHAPED_BYTES_MAX } from '../simd/assembly/layout.ts';

/** Of a line that has none. */
export const NO_SHAPE = -1;

const TAB = 0x09;
const BLANK = 0x20;
const COLON = 0x3a;
const EQUALS = 0x3d;
const FULL_STOP = 0x2e;
const OPENING_BRACKET = 0x5b;
const OPENING_BRACE = 0x7b;

/** What stands for a run of digits, and for hex digits of some length: control bytes, which no line with a shape has. */
const DIGITS = 1;
const FEW_DIGITS = 2;
const ONE_DIGIT = 3;
/** Plus twice a length, plus one when a digit comes first, as after the name of a month. */
const HEX = 14;
const HEX_LENGTH_MAX = 5;
/** Between colons, more hex digits than this are no part of an address. */
const GROUP_MAX = 4;
/** A word with more digits is never a name. */
const NAME_DIGITS_MAX = 2;

/** The shape found last; scratch space of the thread. */
export const shape = new Uint8Array(SHAPED_BYTES_MAX);

/**
 * Writes into {@link shape} what the line `bytes[start, end)` has in common with others of the same key but for their
 * digits: digits that cannot matter to `scanMessage` are left out. Two lines of one shape always have one key and as many
 * white-space tokens; not the other way round. Answers the shape's length; {@link NO_SHAPE} for a line that has none: of several
 * lines, beyond ASCII, with control bytes, a record of names and values.
 */
export function lineShape(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > SHAPED_BYTES_MAX || bytes[start] === OPENING_BRACE) return NO_SHAPE;
  let out = 0;
  // Of a name that a record could begin with: where one does not stand first, there is none.
  let firstEnd = bytes[start] === OPENING_BRACKET ? start : NO_SHAPE;
  let at = start;
  while (at < end) {
    let byte = bytes[at]!;
    let kind = BYTE_KIND[byte]!;
    if (kind & (SPACE | DELIMITER)) {
      if ((byte < BLANK && byte !== TAB) || (byte === EQUALS && at === firstEnd)) return NO_SHAPE;
      if (at === start && byte !== OPENING_BRACKET) return NO_SHAPE;
      shape[out++] = byte;
      at++;
      continue;
    }
    const from = at;
    const outFrom = out;
    let flags = 0;
    do {
      flags |= kind;
      shape[out++] = byte;
      if (++at >= end) break;
      byte = bytes[at]!;
      kind = BYTE_KIND[byte]!;
    } while ((kind & BREAK) === 0);
    if (flags & (HIGH | LEAD) || (flags & SYMBOL && hasControl(bytes, from, at))) return NO_SHAPE;
    if (firstEnd < 0) firstEnd = at;
    if (flags & DIGIT) out = shapeWord(bytes, from, at, flags, outFrom, isByColon(bytes, start, from, at, end));
  }
  return out;
}

function isByColon(bytes: Uint8Array, start: number, from: number, to: number, end: number): boolean {
  return (from > start && bytes[from - 1] === COLON) || (to < end && bytes[to] === COLON);
}

function hasControl(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at]! < BLANK || bytes[at] === 0x7f) return true;
  return false;
}

/** The word `bytes[from, to)`, which has a digit, at `out`, where it stands to the letter. Answers where its shape ends. */
function shapeWord(bytes: Uint8Array, from: number, to: number, flags: number, out: number, byColon: boolean): number {
  const asItIs = out + (to - from);
  if ((flags & LETTER) === 0) {
    const shaped = shapeRuns(bytes, from, to, out, 1);
    // Groups of an address are told by their length.
    if (byColon && shape[out] === DIGITS && isFew(bytes, from, to)) shape[out] = FEW_DIGITS;
    return shaped;
  }
  if (flags & DOT && hasLeader(bytes, from, to)) return asItIs;
  if (byColon) {
    // An address may take the hex digits at its head along; what is left is no name where it has many digits.
    const isName = flags & AT || countDigits(bytes, behindHex(bytes, from, to), to) <= NAME_DIGITS_MAX;
    return isName ? asItIs : shapeDigits(bytes, from, to, out);
  }
  if (flags & AT) return shapeRuns(bytes, from, to, out, NAME_DIGITS_MAX + 1);
  if (countDigits(bytes, from, to) > NAME_DIGITS_MAX) return shapeHex(bytes, from, to, out);
  let last = to;
  while (isTrailing(bytes[last - 1]!)) last--;
  return isQuantity(bytes, from, last) ? shapeRuns(bytes, from, to, out, 1) : asItIs;
}

/** Runs of `digitsMin` digits or more become one mark. */
function shapeRuns(bytes: Uint8Array, from: number, to: number, outFrom: number, digitsMin: number): number {
  let out = outFrom;
  for (let at = from; at < to;) {
    const run = at;
    while (at < to && BYTE_KIND[bytes[at]!]! & DIGIT) at++;
    if (at - run >= digitsMin) shape[out++] = DIGITS;
    else for (let i = run; i < at; i++) shape[out++] = bytes[i]!;
    if (at < to) shape[out++] = bytes[at++]!;
  }
  return out;
}

/** Digits become marks one by one, as how many they are may matter. */
function shapeDigits(bytes: Uint8Array, from: number, to: number, outFrom: number): number {
  let out = outFrom;
  for (let at = from; at < to; at++) shape[out++] = BYTE_KIND[bytes[at]!]! & DIGIT ? ONE_DIGIT : bytes[at]!;
  return out;
}

function behindHex(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && BYTE_KIND[bytes[at]!]! & (HEX_LETTER | DIGIT)) at++;
  return at;
}

/** Runs as above; letters and digits that are hex together become a mark of their length. */
function shapeHex(bytes: Uint8Array, from: number, to: number, outFrom: number): number {
  let out = outFrom;
  for (let at = from; at < to;) {
    const run = at;
    let kinds = 0;
    while (at < to && BYTE_KIND[bytes[at]!]! & (LETTER | DIGIT)) kinds |= BYTE_KIND[bytes[at++]!]!;
    if (kinds === (HEX_LETTER | DIGIT)) shape[out++] = hexMark(at - run, BYTE_KIND[bytes[run]!]!);
    else if (kinds & DIGIT) out = shapeRuns(bytes, run, at, out, 1);
    else for (let i = run; i < at; i++) shape[out++] = bytes[i]!;
    if (at < to) shape[out++] = bytes[at++]!;
  }
  return out;
}

function hexMark(length: number, firstKind: number): number {
  return HEX + 2 * Math.min(length, HEX_LENGTH_MAX) + (firstKind & DIGIT ? 1 : 0);
}

/** Whether the run of digits at `from` is short enough for a group of an address. */
function isFew(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to && BYTE_KIND[bytes[at]!]! & DIGIT) at++;
  return at - from <= GROUP_MAX;
}

function countDigits(bytes: Uint8Array, from: number, to: number): number {
  let digits = 0;
  for (let at = from; at < to; at++) if (BYTE_KIND[bytes[at]!]! & DIGIT) digits++;
  return digits;
}

/** Dots that lead from one word to another make two of one. */
function hasLeader(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from + 1; at < to; at++) if (bytes[at] === FULL_STOP && bytes[at - 1] === FULL_STOP) return true;
  return false;
}

import { BYTE_KIND, DELIMITER, SPACE } from './byte-kind.ts';
import { foldList } from './list-value.ts';
import { isFull, OTHER, pushVariable, scratch } from './scratch.ts';

const EQUALS = 0x3d;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const LESS = 0x3c;
const STAR = 0x2a;
const GREATER = 0x3e;
const ESCAPE = 0x1b;
const CLOSING_PAREN = 0x29;
const CLOSING_BRACKET = 0x5d;
const CLOSING_BRACE = 0x7d;

/** Values that are not there, placeholders and escape sequences. Answers where to go on. */
export function scanMark(bytes: Uint8Array, at: number, start: number, stop: number, byte: number): number {
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
  else if (byte === CLOSING_PAREN || byte === CLOSING_BRACKET || byte === CLOSING_BRACE) foldList(bytes, at, start);
  return at + 1;
}

function openingOf(byte: number): number {
  if (byte === 0x29) return 0x28;
  if (byte === 0x5d) return 0x5b;
  if (byte === 0x7d) return 0x7b;
  return byte === QUOTE || byte === APOSTROPHE ? byte : -1;
}

/** Behind a colour or another sequence for terminals, which is no text. */
function skipEscape(bytes: Uint8Array, at: number, stop: number): number {
  if (at + 1 >= stop || bytes[at + 1] !== 0x5b) return at + 1;
  let next = at + 2;
  while (next < stop && next < at + 16 && bytes[next]! >= 0x30 && bytes[next]! <= 0x3f) next++;
  if (next >= stop || bytes[next]! < 0x40 || bytes[next]! > 0x7e) return at + 1;
  scratch.isColoured = true;
  return next + 1;
}

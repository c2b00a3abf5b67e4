import { BYTE_KIND, DELIMITER, DIGIT, DOT, JOINT, LETTER, SPACE } from './byte-kind.ts';
import { isLeading } from './odd-word.ts';
import { OTHER, pushVariable } from './scratch.ts';
import { isMessageName, stringEnd } from './structured-line.ts';

const LINE_FEED = 0x0a;
const ESCAPE = 0x1b;
const QUOTE = 0x22;
const EQUALS = 0x3d;

/** Pairs from which what stands behind `=` is a value; fewer may well be free text. */
const PAIRS_MIN = 3;

/** Whether there are so many pairs `name=value` in the first line of the text `bytes[start, stop)`. */
export function hasPairs(bytes: Uint8Array, start: number, stop: number): boolean {
  let pairs = 0;
  for (let at = start; at < stop && bytes[at] !== LINE_FEED; at++)
    if (bytes[at] === EQUALS && nameStartOf(bytes, at, start, stop) >= 0 && ++pairs === PAIRS_MIN) return true;
  return false;
}

/**
 * Pushes what stands in the quotes behind the `=` at `at`, in the text that begins at `start`, if it has blanks: one
 * value, where a message would be words. Answers where it ends, else -1.
 */
export function pushQuoted(bytes: Uint8Array, at: number, start: number, stop: number): number {
  const nameStart = nameStartOf(bytes, at, start, stop);
  if (nameStart < 0 || isMessageName(bytes, nameStart, at)) return -1;
  const end = stringEnd(bytes, at + 1, stop);
  if (end < 0 || !isText(bytes, at + 2, end - 1)) return -1;
  pushVariable(bytes, at + 2, end - 1, OTHER);
  return end;
}

/** Whether the word that begins at `from` stands behind the `=` of a pair, with nothing but marks between them. */
export function isPairValue(bytes: Uint8Array, from: number, start: number, stop: number): boolean {
  let at = from - 1;
  while (at > start && bytes[at] !== EQUALS && (bytes[at] === QUOTE || isLeading(bytes, at, from))) at--;
  if (at <= start || bytes[at] !== EQUALS) return false;
  const nameStart = nameStartOf(bytes, at, start, stop);
  return nameStart >= 0 && !isMessageName(bytes, nameStart, at);
}

/** Where the name begins that stands before the `=` at `at`; -1 when that is none of a pair. */
function nameStartOf(bytes: Uint8Array, at: number, start: number, stop: number): number {
  let from = at;
  while (from > start && isNameByte(bytes[from - 1]!)) from--;
  if (from === at || at + 1 >= stop || bytes[at + 1] === EQUALS) return -1;
  if ((BYTE_KIND[bytes[from]!]! & LETTER) === 0) return -1;
  // Elsewhere it is in the midst of a value, as the query of an address is.
  return from === start || (BYTE_KIND[bytes[from - 1]!]! & (SPACE | DELIMITER)) !== 0 ? from : -1;
}

/** Letters, digits and `_ - .` */
function isNameByte(byte: number): boolean {
  return (BYTE_KIND[byte]! & (LETTER | DIGIT | JOINT | DOT)) !== 0;
}

/** Whether there are blanks in it, and no colour, which is for the scanner to see. */
function isText(bytes: Uint8Array, from: number, end: number): boolean {
  let hasBlank = false;
  for (let at = from; at < end; at++) {
    if (bytes[at] === ESCAPE) return false;
    hasBlank ||= (BYTE_KIND[bytes[at]!]! & SPACE) !== 0;
  }
  return hasBlank;
}

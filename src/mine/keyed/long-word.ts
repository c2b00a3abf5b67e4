import {
  BYTE_KIND,
  DELIMITER,
  DIGIT,
  DOT,
  HEX_LETTER,
  JOINT,
  LEAD,
  LETTER,
  SPACE,
  wideBreakBytes,
} from './byte-kind.ts';
import { scratch } from './scratch.ts';

const COLON = 0x3a;
const SLASH = 0x2f;
const ESCAPE = 0x1b;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const BACKSLASH = 0x5c;

/** Groups of hex digits between colons: six make a MAC address, two colons in a row shorten an IPv6 address. */
const HEX_GROUPS_MIN = 6;
/** The longest are those of InfiniBand. */
const HEX_GROUPS_MAX = 20;

/**
 * End of a value that has colons in it, where `bytes[start, at)` is its beginning and a colon follows: a URL, a path with
 * a drive, a MAC or IPv6 address. `at` itself when it is none.
 */
export function longWordEnd(bytes: Uint8Array, start: number, at: number, stop: number, flags: number): number {
  if (at + 1 >= stop) return at;
  const next = bytes[at + 1]!;
  if (next === SLASH) {
    if (at + 2 < stop && bytes[at + 2] === SLASH) {
      const end = isScheme(bytes, start, at) ? urlEnd(bytes, at + 3, stop) : 0;
      return end > at + 3 ? end : at;
    }
    return isDrive(bytes, start, at) ? pathEnd(bytes, at + 2, stop) : at;
  }
  if (next === BACKSLASH) return isDrive(bytes, start, at) ? pathEnd(bytes, at + 2, stop) : at;
  if (at - start > 4 || (flags & ~(HEX_LETTER | DIGIT)) !== 0) return at;
  return next === COLON || BYTE_KIND[next]! & (HEX_LETTER | DIGIT) ? hexGroupsEnd(bytes, start, at, stop, flags) : at;
}

/**
 * End of a value that begins with the word `bytes[start, at)`, which has a slash in it: a path with its query, or a
 * quoted string that names a program first, as user agents do. -1 when it is none.
 */
export function slashWordEnd(bytes: Uint8Array, start: number, at: number, first: number, stop: number): number {
  if (at < stop && bytes[at] === 0x3f && bytes[start] === SLASH) return urlEnd(bytes, at + 1, stop);
  if (start === first || bytes[start - 1] !== QUOTE || (BYTE_KIND[bytes[start]!]! & LETTER) === 0) return -1;
  let slash = start;
  while (bytes[slash] !== SLASH) slash++;
  if (slash + 1 >= at || (BYTE_KIND[bytes[slash + 1]!]! & DIGIT) === 0) return -1;
  let end = at;
  for (; end < stop && bytes[end] !== QUOTE && bytes[end] !== LINE_FEED; end++)
    if (bytes[end] === ESCAPE) scratch.isColoured = true;
  return end < stop && bytes[end] === QUOTE ? end : -1;
}

function isDrive(bytes: Uint8Array, start: number, at: number): boolean {
  return at - start === 1 && (BYTE_KIND[bytes[start]!]! & LETTER) !== 0;
}

function isScheme(bytes: Uint8Array, start: number, at: number): boolean {
  if ((BYTE_KIND[bytes[start]!]! & LETTER) === 0) return false;
  for (let i = start + 1; i < at; i++) {
    const byte = bytes[i]!;
    if ((BYTE_KIND[byte]! & (LETTER | DIGIT | JOINT)) === 0 && byte !== 0x2b && byte !== 0x2e) return false;
  }
  return true;
}

/** Up to white space, a quote or a bracket; punctuation at its end belongs to the sentence. */
function urlEnd(bytes: Uint8Array, from: number, stop: number): number {
  let at = from;
  if (at + 2 < stop && bytes[at] === 0x3c && bytes[at + 1] === 0x2a && bytes[at + 2] === 0x3e) at += 3;
  while (at < stop) {
    const byte = bytes[at]!;
    const kind = BYTE_KIND[byte]!;
    if (kind & SPACE || (kind & DELIMITER && isUrlStop(byte))) break;
    if (kind & LEAD && wideBreakBytes(bytes, at, stop) > 0) break;
    at++;
  }
  while (at > from && isSentenceMark(bytes[at - 1]!)) at--;
  return at;
}

/** Quotes, brackets, bars, escape. */
function isUrlStop(byte: number): boolean {
  return !(byte === 0x3d || byte === COLON || byte === 0x2c || byte === 0x3b || byte === 0x21 || byte === 0x3f);
}

/** . , ; : ! ? */
function isSentenceMark(byte: number): boolean {
  return byte === 0x2e || byte === 0x2c || byte === 0x3b || byte === COLON || byte === 0x21 || byte === 0x3f;
}

function pathEnd(bytes: Uint8Array, from: number, stop: number): number {
  let at = from;
  while (at < stop) {
    const kind = BYTE_KIND[bytes[at]!]!;
    if (kind & (SPACE | DELIMITER) || (kind & LEAD && wideBreakBytes(bytes, at, stop) > 0)) break;
    at++;
  }
  while (at > from && bytes[at - 1] === 0x2e) at--;
  return at;
}

function hexGroupsEnd(bytes: Uint8Array, start: number, at: number, stop: number, flags: number): number {
  let all = flags;
  let groups = 1;
  let isShort = false;
  let end = at;
  while (end + 1 < stop && bytes[end] === COLON) {
    let next = end + 1;
    const isDouble = bytes[next] === COLON;
    if (isDouble) {
      if (isShort) break;
      isShort = true;
      next++;
    }
    const from = next;
    while (next < stop && BYTE_KIND[bytes[next]!]! & (HEX_LETTER | DIGIT)) all |= BYTE_KIND[bytes[next++]!]!;
    if (next - from > 4) return at;
    if (next > from || isDouble) end = next;
    if (next === from) break;
    if (++groups > HEX_GROUPS_MAX) return at;
  }
  // A word that goes on with another letter is none, nor are the parts of a name in C++.
  if (end < stop && (BYTE_KIND[bytes[end]!]! & (SPACE | DELIMITER | JOINT | DOT)) === 0 && bytes[end] !== SLASH)
    return at;
  return groups >= HEX_GROUPS_MIN || (isShort && groups >= 2 && all & DIGIT) ? end : at;
}

import { hashToken } from '../token-hash.ts';
import {
  AT,
  BACKSLASH,
  BYTE_KIND,
  DIGIT,
  DOT,
  HEX_LETTER,
  HIGH,
  JOINT,
  LETTER,
  SLASH,
  SPACE,
  SYMBOL,
} from './byte-kind.ts';
import { isHostName } from './host-name.ts';
import { isFull, NUMBER, OTHER, pushVariable, pushWord, scratch } from './scratch.ts';

const DASH = 0x2d;
const PLUS = 0x2b;
const FULL_STOP = 0x2e;
const HASH_SIGN = 0x23;
const AT_SIGN = 0x40;
const SLASH_BYTE = 0x2f;
const TILDE = 0x7e;
const BLANK = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

/** Letters behind digits that are still a unit: `15ms`, `4KiB`, `9Mbps`. */
const UNIT_LETTERS_MAX = 5;
/** Hex digits with one decimal digit among them that are no word: `face2` may be, shorter is a name like `fd0`. */
const HEX_MIN = 4;
/** Digits in the name of a register, a column, a sensor; more make it a value. */
const KEY_DIGITS_MAX = 2;

/** Decides about a word `bytes[start, end)` that is not letters alone, nor digits alone; `flags` are the kinds of its bytes. */
export function pushOddWord(bytes: Uint8Array, start: number, end: number, flags: number, hash: number): void {
  if ((flags & (LETTER | HIGH | DIGIT)) === 0) {
    // Marks alone mean nothing, but for one where a value is not there.
    if (end === start + 1 && flags === JOINT && isAbsentValue(bytes, start)) pushVariable(bytes, start, end, OTHER);
    return;
  }
  if (flags & HIGH && flags & DIGIT) {
    pushMixedScripts(bytes, start, end);
    return;
  }
  if (flags & DOT && flags & LETTER) {
    const leader = leaderAt(bytes, start, end);
    if (leader > start) {
      pushParts(bytes, start, leader, end);
      return;
    }
  }
  pushWhole(bytes, start, end, flags, hash);
}

/** Whether the mark at `at` stands for no value: `"-"`, `uid=-`, `server: _,`. */
function isAbsentValue(bytes: Uint8Array, at: number): boolean {
  const before = at > scratch.start ? bytes[at - 1]! : 0;
  const after = at + 1 < scratch.stop ? bytes[at + 1]! : COMMA;
  if (before === QUOTE) return after === QUOTE;
  if (before === EQUALS) return after === COMMA || after === SEMICOLON || (BYTE_KIND[after]! & SPACE) !== 0;
  return (
    before === BLANK && at > scratch.start + 1 && bytes[at - 2] === COLON && (after === COMMA || after === SEMICOLON)
  );
}

function pushWhole(bytes: Uint8Array, start: number, end: number, flags: number, hash: number): void {
  let from = start;
  let to = end;
  while (isTrailing(bytes[to - 1]!)) to--;
  while (isLeading(bytes, from, to)) from++;
  if ((flags & DIGIT) === 0) {
    if (isNamedValue(bytes, from, to, flags)) pushVariable(bytes, from, to, OTHER);
    else pushWord(from, to, from === start && to === end ? hash : hashToken(bytes, from, to));
    return;
  }
  if ((flags & LETTER) === 0) {
    pushVariable(bytes, from, to, isDecimal(bytes, from, to, flags) ? NUMBER : OTHER);
    return;
  }
  pushLettersAndDigits(bytes, from, to, flags);
}

/** Where two dots or more stand between words, as in `enable......0`, and are no part of a path; -1 when they do not. */
function leaderAt(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 1; at + 2 < end; at++) {
    if (bytes[at] !== FULL_STOP || bytes[at + 1] !== FULL_STOP) continue;
    if (bytes[at - 1] !== SLASH_BYTE && bytes[at + 2] !== SLASH_BYTE && bytes[at - 1] !== FULL_STOP) return at;
  }
  return -1;
}

/** The words between leaders, the first of which stands at `leader`. */
function pushParts(bytes: Uint8Array, start: number, leader: number, end: number): void {
  for (let from = start, to = leader; !isFull();) {
    let flags = 0;
    for (let at = from; at < to; at++) flags |= BYTE_KIND[bytes[at]!]!;
    if (flags & (LETTER | HIGH | DIGIT)) pushWhole(bytes, from, to, flags, hashToken(bytes, from, to));
    if (to === end) return;
    from = to;
    while (from < end && bytes[from] === FULL_STOP) from++;
    if (from === end) return;
    const next = leaderAt(bytes, from, end);
    to = next < 0 ? end : next;
  }
}

export function isTrailing(byte: number): boolean {
  return byte === FULL_STOP || byte === DASH || byte === HASH_SIGN || byte === AT_SIGN;
}

/** Marks before a word that are not of it; the dots of `./` and `../` are. */
export function isLeading(bytes: Uint8Array, at: number, end: number): boolean {
  const byte = bytes[at]!;
  if (byte === FULL_STOP) {
    const next = at + 1 < end ? bytes[at + 1] : 0;
    return !(next === SLASH_BYTE || (next === FULL_STOP && at + 2 < end && bytes[at + 2] === SLASH_BYTE));
  }
  return byte === HASH_SIGN || byte === 0x2a || byte === 0x24 || byte === AT_SIGN;
}

/** Letters and at least one digit, nothing beyond ASCII. */
function pushLettersAndDigits(bytes: Uint8Array, from: number, to: number, flags: number): void {
  const tail = flags & (DOT | JOINT | SYMBOL) ? numberTail(bytes, from, to) : 0;
  if (tail > 0) {
    let end = tail;
    while (isTrailing(bytes[end - 1]!)) end--;
    pushWord(from, end, hashToken(bytes, from, end));
    if (!isFull()) pushVariable(bytes, tail, to, NUMBER);
    return;
  }
  const at = flags & AT ? identityHash(bytes, from, to) : 0;
  if (at > 0) {
    pushWord(from, at, hashToken(bytes, from, at));
    if (!isFull()) pushVariable(bytes, at + 1, to, OTHER);
    return;
  }
  if (isKeyOfPair(bytes, from, to, flags)) pushWord(from, to, hashToken(bytes, from, to));
  else if (isQuantity(bytes, from, to)) pushVariable(bytes, from, to, NUMBER);
  else if (isName(bytes, from, to, flags)) pushWord(from, to, hashToken(bytes, from, to));
  else pushVariable(bytes, from, to, OTHER);
}

/** Where the number begins in `core.2275`, `CPU#0`, `part-00590`, `alignment......0`; 0 when it is not of that shape. */
function numberTail(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && BYTE_KIND[bytes[at]!]! & LETTER) at++;
  if (at - from < 2 || at === to) return 0;
  const separator = bytes[at]!;
  if (separator !== FULL_STOP && separator !== DASH && separator !== HASH_SIGN) return 0;
  while (at < to && bytes[at] === separator) at++;
  const tail = at;
  for (; at < to; at++) {
    if (BYTE_KIND[bytes[at]!]! & DIGIT) continue;
    if (bytes[at] !== FULL_STOP || at === tail) return 0;
  }
  return tail < to ? tail : 0;
}

/** Where the `@` stands in `org.example.Thing@1b2c3d` or `Connector@0.0.0.0`; 0 when it is not of that shape. */
function identityHash(bytes: Uint8Array, from: number, to: number): number {
  let at = to - 1;
  while (at > from && (BYTE_KIND[bytes[at]!]! & (HEX_LETTER | DIGIT) || bytes[at] === FULL_STOP)) at--;
  if (at === from || at === to - 1 || bytes[at] !== AT_SIGN) return 0;
  let digits = 0;
  for (let i = from; i < at; i++) {
    const kind = BYTE_KIND[bytes[i]!]!;
    if (kind & DIGIT) digits++;
    else if ((kind & (LETTER | DOT | JOINT)) === 0 && bytes[i] !== 0x24) return 0;
  }
  return digits <= 1 && BYTE_KIND[bytes[at - 1]!]! & (LETTER | DIGIT) ? at : 0;
}

/** A name with few digits right before `=` and a value: what the value is of, `r24=`. */
function isKeyOfPair(bytes: Uint8Array, from: number, to: number, flags: number): boolean {
  if (to + 1 >= scratch.stop || bytes[to] !== 0x3d || bytes[to + 1] === 0x3d) return false;
  if ((BYTE_KIND[bytes[from]!]! & LETTER) === 0 || flags & (SLASH | BACKSLASH | AT | SYMBOL | DOT)) return false;
  let digits = 0;
  for (let at = from; at < to; at++) if (BYTE_KIND[bytes[at]!]! & DIGIT) digits++;
  return digits <= KEY_DIGITS_MAX;
}

/** Digits, perhaps a fraction, and a unit. */
export function isQuantity(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  if (bytes[at] === DASH || bytes[at] === PLUS) at++;
  const digits = at;
  while (at < to && BYTE_KIND[bytes[at]!]! & DIGIT) at++;
  if (at === digits) return false;
  if (at < to && bytes[at] === FULL_STOP) {
    at++;
    while (at < to && BYTE_KIND[bytes[at]!]! & DIGIT) at++;
  }
  const unit = at;
  while (at < to && BYTE_KIND[bytes[at]!]! & LETTER) at++;
  if (at < to && bytes[at] === SLASH_BYTE && at > unit) {
    at++;
    while (at < to && BYTE_KIND[bytes[at]!]! & LETTER) at++;
  }
  return at === to && at - unit <= UNIT_LETTERS_MAX;
}

/** Names such as `eth1`, `ssh2` and `log4j`: one digit, and that beside a letter. Numbers, hex and values with a digit are none. */
function isName(bytes: Uint8Array, from: number, to: number, flags: number): boolean {
  let digitAt = -1;
  for (let at = from; at < to; at++) {
    if ((BYTE_KIND[bytes[at]!]! & DIGIT) === 0) continue;
    if (digitAt >= 0) return false;
    digitAt = at;
  }
  const before = digitAt > from ? BYTE_KIND[bytes[digitAt - 1]!]! : 0;
  const after = digitAt + 1 < to ? BYTE_KIND[bytes[digitAt + 1]!]! : 0;
  if (((before | after) & LETTER) === 0) return false;
  if (digitAt === from && bytes[from] === 0x30 && (bytes[from + 1]! | 0x20) === 0x78) return false;
  if ((flags & ~(HEX_LETTER | DIGIT)) === 0 && to - from >= HEX_MIN) return false;
  return !isNamedValue(bytes, from, to, flags);
}

/** Paths, e-mail addresses and names of hosts. */
function isNamedValue(bytes: Uint8Array, from: number, to: number, flags: number): boolean {
  if (flags & AT && isBetweenWords(bytes, from, to)) return true;
  if (flags & BACKSLASH && isWindowsPath(bytes, from, to)) return true;
  if (flags & SLASH && isPath(bytes, from, to)) return true;
  return (flags & (DOT | SLASH | AT | BACKSLASH | SYMBOL)) === DOT && isHostName(bytes, from, to);
}

/** `user@host`. */
function isBetweenWords(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from + 1; at + 1 < to; at++) if (bytes[at] === AT_SIGN) return true;
  return false;
}

/** `\\server\share`, `\device\disk`, `dir\dir\file`. */
function isWindowsPath(bytes: Uint8Array, from: number, to: number): boolean {
  let marks = 0;
  for (let at = from; at < to; at++) if (bytes[at] === 0x5c) marks++;
  return marks >= 2 || (marks === 1 && bytes[from] === 0x5c && to - from > 2);
}

/** A path begins with `/`, `./`, `../` or `~/`, or has two slashes, or one and a dot; `read/write` and `n/a` are none. */
function isPath(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from]!;
  if (first === SLASH_BYTE || first === TILDE) return true;
  let slashes = 0;
  let dots = 0;
  for (let at = from; at < to; at++) {
    if (bytes[at] === SLASH_BYTE) slashes++;
    else if (bytes[at] === FULL_STOP) dots++;
  }
  return slashes >= 2 || (slashes === 1 && dots > 0);
}

/** A number: digits, perhaps with a sign, a fraction, a percent sign. */
export function isDecimal(bytes: Uint8Array, from: number, to: number, flags: number): boolean {
  if (flags === DIGIT) return true;
  let at = from;
  if (bytes[at] === DASH || bytes[at] === PLUS) at++;
  let dots = 0;
  for (; at < to; at++) {
    const kind = BYTE_KIND[bytes[at]!]!;
    if (kind & DIGIT) continue;
    if (kind & DOT && dots === 0) dots++;
    else return at === to - 1 && bytes[at] === 0x25;
  }
  return true;
}

/** Scripts without spaces: numbers are cut from what stands around them. */
function pushMixedScripts(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end && !isFull();) {
    const from = at;
    if (BYTE_KIND[bytes[at]!]! & DIGIT) {
      while (at < end && BYTE_KIND[bytes[at]!]! & (DIGIT | DOT)) at++;
      if (isMicroseconds(bytes, at, end)) at = end;
      pushVariable(bytes, from, at, NUMBER);
      continue;
    }
    let flags = 0;
    while (at < end && (BYTE_KIND[bytes[at]!]! & DIGIT) === 0) flags |= BYTE_KIND[bytes[at++]!]!;
    if (flags & (LETTER | HIGH)) pushTrimmed(bytes, from, at);
  }
}

/** Whether the word ends with the unit `µs`, with the micro sign or the Greek letter, and nothing more. */
function isMicroseconds(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at !== 3 || bytes[end - 1] !== 0x73) return false;
  return (bytes[at] === 0xc2 && bytes[at + 1] === 0xb5) || (bytes[at] === 0xce && bytes[at + 1] === 0xbc);
}

function pushTrimmed(bytes: Uint8Array, start: number, end: number): void {
  let from = start;
  let to = end;
  while (isTrailing(bytes[to - 1]!)) to--;
  while (isLeading(bytes, from, to)) from++;
  pushWord(from, to, hashToken(bytes, from, to));
}

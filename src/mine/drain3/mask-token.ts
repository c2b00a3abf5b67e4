import { BYTE_CLASS, DIGIT, HEX, PATH_BYTE, SLASH, WORD } from '../byte-class.ts';
import { HASH_PRIME, HASH_SEED } from '../token-hash.ts';

/**
 * Masks one ASCII token (`bytes[start, end)`, no white space) as `maskReference` would. Where a mask matches, the masked
 * text is appended to `out` at `outAt`, its end returned and its hash left in `maskedToken.hash`; where none does, the
 * answer is -1. Linear in the token.
 *
 * Every mask begins and ends at the edges of *runs* (maximal stretches of word characters) and joins them by single
 * dots or hyphens, so the token is cut into runs once and each mask in turn claims whole runs. Exceptions: a URL may
 * begin inside a run and takes the rest of the token, a path takes separators along.
 */
export function maskToken(
  bytes: Uint8Array,
  start: number,
  end: number,
  flags: number,
  out: Uint8Array,
  outAt: number,
): number {
  let kinds = findRuns(bytes, start, end);
  let claimed = 0;
  if (kinds & HEX_8) claimed |= claimUuids(bytes);
  if (kinds & DIGITS_3) claimed |= claimIps(bytes);
  let cut = end;
  if (flags & SLASH) {
    cut = findUrl(bytes, start, end);
    if (cut < end) kinds |= cutRuns(bytes, cut);
    claimed |= claimPaths(bytes, start, cut);
  }
  if (kinds & DIGITS_4) claimed |= claimDates(bytes);
  if (kinds & DURATION) claimed |= claimDurations(bytes);
  if (kinds & HEX_LONG) claimed |= claimSingles(HEX_LONG, HEX_MASK);
  if (kinds & DIGITS) claimed |= claimFractions(bytes);
  if (kinds & DIGITS_LONG) claimed |= claimSingles(DIGITS_LONG, NUM_MASK);
  if (claimed === 0 && cut === end) return -1;
  return emit(bytes, start, cut, end, out, outAt);
}

/** Hash of the text that the last successful {@link maskToken} wrote. */
export const maskedToken = { hash: 0 };

// Kinds of run. The narrower ones say that a mask is worth trying; they imply DIGITS or ALL_HEX.
const DIGITS = 1;
const ALL_HEX = 2;
/** Digits with ms, s, m or h attached. */
const DURATION = 4;
const DIGITS_3 = 8;
const DIGITS_4 = 16;
const DIGITS_LONG = 32;
const HEX_8 = 64;
const HEX_LONG = 128;

const [UUID_MASK, IP_MASK, PATH_MASK, DATE_MASK, DUR_MASK, HEX_MASK, FLOAT_MASK, NUM_MASK, INSIDE] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9,
];
const PLACEHOLDERS = ['', '<UUID>', '<IP>', '<PATH>', '<DATE>', '<DUR>', '<HEX>', '<FLOAT>', '<NUM>'].map(ascii);
const URL = ascii('<URL>');

const DOT = 0x2e;
const HYPHEN = 0x2d;
const SLASH_BYTE = 0x2f;

/** A token of 16 KiB has at most 8,192 runs. The arrays are scratch space: nothing outlives a call. */
const RUNS_MAX = 8193;
const runStart = new Int32Array(RUNS_MAX);
const runEnd = new Int32Array(RUNS_MAX);
const runKind = new Uint8Array(RUNS_MAX);
/** Mask that begins at this run (INSIDE: one that began earlier), and where in the bytes its match begins and ends. */
const runMask = new Uint8Array(RUNS_MAX);
const matchStart = new Int32Array(RUNS_MAX);
const matchEnd = new Int32Array(RUNS_MAX);
let runs = 0;

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function findRuns(bytes: Uint8Array, start: number, end: number): number {
  let kinds = 0;
  let count = 0;
  let at = start;
  while (at < end) {
    if ((BYTE_CLASS[bytes[at]!]! & WORD) === 0) {
      at++;
      continue;
    }
    const from = at;
    let bits = BYTE_CLASS[bytes[at]!]!;
    while (bits & DIGIT && ++at < end) bits = BYTE_CLASS[bytes[at]!]!;
    const digits = at - from;
    let all = HEX;
    while (at < end && (bits = BYTE_CLASS[bytes[at]!]!) & WORD) {
      all &= bits;
      at++;
    }
    const kind = kindOf(bytes, from, digits, at, all);
    runStart[count] = from;
    runEnd[count] = at;
    runKind[count] = kind;
    runMask[count++] = 0;
    kinds |= kind;
  }
  runs = count;
  return kinds;
}

/** `digits` is how many stand at the run's head; `hex` is 0 when something in the run is not hex. */
function kindOf(bytes: Uint8Array, from: number, digits: number, to: number, hex: number): number {
  const length = to - from;
  let kind = 0;
  if (digits === length) {
    kind = DIGITS;
    if (length <= 3) kind |= DIGITS_3;
    else if (length === 4) kind |= DIGITS_4 | DIGITS_LONG;
    else kind |= DIGITS_LONG;
  } else if (digits > 0 && isUnit(bytes, from + digits, to)) kind = DURATION;
  if (hex === 0) return kind;
  kind |= ALL_HEX;
  if (length === 8) kind |= HEX_8;
  if (length >= 7 && length <= 64) kind |= HEX_LONG;
  return kind;
}

function isUnit(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from];
  if (to - from === 1) return first === 0x73 || first === 0x6d || first === 0x68;
  return to - from === 2 && first === 0x6d && bytes[from + 1] === 0x73;
}

/** Whether run `index` is free and the next one, also free, follows after a single `separator`. */
function joined(bytes: Uint8Array, index: number, separator: number): boolean {
  const at = runEnd[index]!;
  return (
    index + 1 < runs &&
    runStart[index + 1] === at + 1 &&
    bytes[at] === separator &&
    runMask[index] === 0 &&
    runMask[index + 1] === 0
  );
}

function claim(first: number, last: number, mask: number): void {
  runMask[first] = mask;
  matchStart[first] = runStart[first]!;
  matchEnd[first] = runEnd[last]!;
  for (let index = first + 1; index <= last; index++) runMask[index] = INSIDE!;
}

function runLength(index: number): number {
  return runEnd[index]! - runStart[index]!;
}

function isHex(index: number, length: number): boolean {
  return (runKind[index]! & ALL_HEX) !== 0 && runLength(index) === length;
}

function isDigits(index: number, length: number): boolean {
  return (runKind[index]! & DIGITS) !== 0 && runLength(index) === length;
}

function claimUuids(bytes: Uint8Array): number {
  let claimed = 0;
  for (let i = 0; i + 4 < runs; i++) {
    if (!isHex(i, 8) || !isHex(i + 1, 4) || !isHex(i + 2, 4) || !isHex(i + 3, 4) || !isHex(i + 4, 12)) continue;
    if (!joined(bytes, i, HYPHEN) || !joined(bytes, i + 1, HYPHEN)) continue;
    if (!joined(bytes, i + 2, HYPHEN) || !joined(bytes, i + 3, HYPHEN)) continue;
    claim(i, i + 4, UUID_MASK);
    claimed = 1;
    i += 4;
  }
  return claimed;
}

function claimIps(bytes: Uint8Array): number {
  let claimed = 0;
  for (let i = 0; i + 3 < runs; i++) {
    if ((runKind[i]! & runKind[i + 1]! & runKind[i + 2]! & runKind[i + 3]! & DIGITS_3) === 0) continue;
    if (!joined(bytes, i, DOT) || !joined(bytes, i + 1, DOT) || !joined(bytes, i + 2, DOT)) continue;
    claim(i, i + 3, IP_MASK);
    claimed = 1;
    i += 3;
  }
  return claimed;
}

/** Where a URL begins, which then takes the rest of the token; `end` when there is none. */
function findUrl(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 4; at + 3 < end; at++) {
    if (bytes[at] !== 0x3a || bytes[at + 1] !== SLASH_BYTE || bytes[at + 2] !== SLASH_BYTE) continue;
    const head = bytes[at - 1] === 0x73 ? at - 5 : at - 4;
    if (head < start) continue;
    if (bytes[head] === 0x68 && bytes[head + 1] === 0x74 && bytes[head + 2] === 0x74 && bytes[head + 3] === 0x70)
      return head;
  }
  return end;
}

/** Drops what a URL took. The run that it began in keeps its head, which now ends at a boundary: its new kind is returned. */
function cutRuns(bytes: Uint8Array, cut: number): number {
  while (runs > 0 && runStart[runs - 1]! >= cut) runs--;
  if (runs === 0 || runEnd[runs - 1]! <= cut) return 0;
  const from = runStart[runs - 1]!;
  let digits = 0;
  while (from + digits < cut && BYTE_CLASS[bytes[from + digits]!]! & DIGIT) digits++;
  let hex = HEX;
  for (let at = from; at < cut; at++) hex &= BYTE_CLASS[bytes[at]!]!;
  runEnd[runs - 1] = cut;
  return (runKind[runs - 1] = kindOf(bytes, from, digits, cut, hex));
}

function claimPaths(bytes: Uint8Array, start: number, end: number): number {
  let claimed = 0;
  for (let i = 0; i < runs; i++) {
    const from = runStart[i]!;
    const to = runEnd[i]!;
    if (
      to - from !== 3 ||
      from === start ||
      to + 1 >= end ||
      bytes[to] !== SLASH_BYTE ||
      bytes[from - 1] !== SLASH_BYTE
    )
      continue;
    if (bytes[from] !== 0x61 || bytes[from + 1] !== 0x70 || bytes[from + 2] !== 0x69) continue;
    let next = i + 1;
    let at = to + 1;
    while (at < end && BYTE_CLASS[bytes[at]!]! & PATH_BYTE) {
      if (next < runs && runStart[next] === at) {
        if (runMask[next] !== 0) break;
        at = runEnd[next++]!;
      } else at++;
    }
    if (at === to + 1) continue;
    claim(i, next - 1, PATH_MASK);
    matchStart[i] = from - 1;
    matchEnd[i] = at;
    claimed = 1;
    i = next - 1;
  }
  return claimed;
}

function claimDates(bytes: Uint8Array): number {
  let claimed = 0;
  for (let i = 0; i + 2 < runs; i++) {
    if (!isDigits(i, 4) || !isDigits(i + 1, 2) || !isDigits(i + 2, 2)) continue;
    if (!joined(bytes, i, HYPHEN) || !joined(bytes, i + 1, HYPHEN)) continue;
    claim(i, i + 2, DATE_MASK);
    claimed = 1;
    i += 2;
  }
  return claimed;
}

function claimDurations(bytes: Uint8Array): number {
  let claimed = 0;
  for (let i = 0; i < runs; i++) {
    if (runMask[i] !== 0) continue;
    let last = i;
    if (runKind[i]! & DIGITS && joined(bytes, i, DOT)) last = i + 1;
    if ((runKind[last]! & DURATION) === 0) continue;
    claim(i, last, DUR_MASK);
    claimed = 1;
    i = last;
  }
  return claimed;
}

function claimFractions(bytes: Uint8Array): number {
  let claimed = 0;
  for (let i = 0; i + 1 < runs; i++) {
    if ((runKind[i]! & runKind[i + 1]! & DIGITS) === 0 || !joined(bytes, i, DOT)) continue;
    claim(i, i + 1, FLOAT_MASK);
    claimed = 1;
    i++;
  }
  return claimed;
}

/** Masks of one run: hex words and long numbers. */
function claimSingles(kind: number, mask: number): number {
  let claimed = 0;
  for (let i = 0; i < runs; i++) {
    if (runMask[i] !== 0 || (runKind[i]! & kind) === 0) continue;
    claim(i, i, mask);
    claimed = 1;
  }
  return claimed;
}

function emit(bytes: Uint8Array, start: number, cut: number, end: number, out: Uint8Array, outAt: number): number {
  let hash = HASH_SEED;
  let from = start;
  let to = outAt;
  for (let i = 0; i <= runs; i++) {
    const mask = i < runs ? runMask[i]! : 0;
    if (i < runs && (mask === 0 || mask === INSIDE)) continue;
    const until = i < runs ? matchStart[i]! : cut;
    while (from < until) {
      const byte = bytes[from++]!;
      hash = Math.imul(hash ^ byte, HASH_PRIME);
      out[to++] = byte;
    }
    const placeholder = i < runs ? PLACEHOLDERS[mask]! : URL;
    if (i === runs && cut === end) break;
    for (let k = 0; k < placeholder.length; k++) {
      hash = Math.imul(hash ^ placeholder[k]!, HASH_PRIME);
      out[to++] = placeholder[k]!;
    }
    if (i < runs) from = matchEnd[i]!;
  }
  maskedToken.hash = hash;
  return to;
}

import { BYTE_CLASSES, RUN_ENDS, RUN_KINDS, RUN_MASKS, RUN_STARTS } from './layout';
import { DIGIT, endOfRun, HEX_DIGIT, mapOf, nextIn, WORD } from './bit-map';

// Runs of word characters in a token: what masks are made of. As in `drain3/mask-token.ts`.

export const DIGITS: i32 = 1;
export const ALL_HEX: i32 = 2;
export const DURATION: i32 = 4;
export const DIGITS_3: i32 = 8;
export const DIGITS_4: i32 = 16;
export const DIGITS_LONG: i32 = 32;
export const HEX_8: i32 = 64;
export const HEX_LONG: i32 = 128;

export let runs: i32 = 0;

/** Cuts the token at `[from, to)` of the line that begins at `start`; answers all kinds of run that it has. */
export function findRuns(start: i32, from: i32, to: i32): i32 {
  const words = mapOf(WORD);
  const digits = mapOf(DIGIT);
  const hexDigits = mapOf(HEX_DIGIT);
  let kinds = 0;
  let count = 0;
  let at = nextIn(words, from, to);
  while (at < to) {
    const end = endOfRun(words, words, at);
    const digitsEnd = endOfRun(digits, digits, at);
    const kind = kindOf(start + at, start + digitsEnd, start + end, endOfRun(hexDigits, hexDigits, at) == end);
    store<i32>(RUN_STARTS + (count << 2), start + at);
    store<i32>(RUN_ENDS + (count << 2), start + end);
    store<u8>(RUN_KINDS + count, <u8>kind);
    store<u8>(RUN_MASKS + count, 0);
    count++;
    kinds |= kind;
    at = nextIn(words, end, to);
  }
  runs = count;
  return kinds;
}

/** The run `[from, to)` that has digits up to `digitsEnd`. */
function kindOf(from: i32, digitsEnd: i32, to: i32, isHex: bool): i32 {
  const length = to - from;
  let kind = 0;
  if (digitsEnd == to) {
    kind = DIGITS | (length <= 3 ? DIGITS_3 : length == 4 ? DIGITS_4 | DIGITS_LONG : DIGITS_LONG);
  } else if (digitsEnd > from && isUnit(digitsEnd, to)) kind = DURATION;
  if (!isHex) return kind;
  kind |= ALL_HEX;
  if (length == 8) kind |= HEX_8;
  if (length >= 7 && length <= 64) kind |= HEX_LONG;
  return kind;
}

function isUnit(from: i32, to: i32): bool {
  const first = load<u8>(from);
  if (to - from == 1) return first == 0x73 || first == 0x6d || first == 0x68;
  return to - from == 2 && first == 0x6d && load<u8>(from + 1) == 0x73;
}

/** Drops what a URL from `cut` on took. The run that it began in keeps its head: its new kind is the answer. */
export function cutRuns(cut: i32): i32 {
  while (runs > 0 && startOf(runs - 1) >= cut) runs--;
  if (runs == 0 || endOf(runs - 1) <= cut) return 0;
  const from = startOf(runs - 1);
  let digitsEnd = from;
  while (digitsEnd < cut && classOf(digitsEnd) & CLASS_DIGIT) digitsEnd++;
  let isHex = true;
  for (let at = from; at < cut; at++) if ((classOf(at) & CLASS_HEX) == 0) isHex = false;
  store<i32>(RUN_ENDS + ((runs - 1) << 2), cut);
  const kind = kindOf(from, digitsEnd, cut, isHex);
  store<u8>(RUN_KINDS + runs - 1, <u8>kind);
  return kind;
}

// As in `byte-class.ts`.
const CLASS_DIGIT: i32 = 1;
const CLASS_HEX: i32 = 256;
export const CLASS_PATH: i32 = 128;

export function classOf(at: i32): i32 {
  return load<i32>(BYTE_CLASSES + ((<i32>load<u8>(at)) << 2));
}

export function startOf(run: i32): i32 {
  return load<i32>(RUN_STARTS + (run << 2));
}

export function endOf(run: i32): i32 {
  return load<i32>(RUN_ENDS + (run << 2));
}

export function kindAt(run: i32): i32 {
  return load<u8>(RUN_KINDS + run);
}

export function maskAt(run: i32): i32 {
  return load<u8>(RUN_MASKS + run);
}

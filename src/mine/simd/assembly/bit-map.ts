import { MAPS, MAP_BYTES, SET_ROWS } from './layout';

/** Places of the sets' rows, and of the maps, which shapes and masks have in turn. */
export const DIGIT: i32 = 0;
export const BREAK: i32 = 1;
export const LETTER: i32 = 2;
export const OTHER_LETTER: i32 = 3;
export const DOT_OR_AT: i32 = 4;
export const PLAIN: i32 = 5;
export const SPACE: i32 = 6;
export const WORD: i32 = 7;
export const HEX_DIGIT: i32 = 8;
export const SLASH_BYTE: i32 = 9;
/** Of no set: where a mask may match. */
export const BAIT: i32 = 10;

/** Begin of a map; byte 0 of the line is its lowest bit. */
export function mapOf(set: i32): i32 {
  return MAPS + set * MAP_BYTES + 8;
}

function rowsOf(set: i32): v128 {
  return v128.load(SET_ROWS + set * 16);
}

/**
 * Which of sixteen bytes below 0x80 are in a set: a row of the set tells for the low half of a byte, as bits, which high
 * halves are in it.
 */
function members(rows: v128, low: v128, high: v128): i32 {
  return i8x16.bitmask(i8x16.eq(v128.and(i8x16.swizzle(rows, low), high), high));
}

function lowHalves(bytes: v128): v128 {
  return v128.and(bytes, i8x16.splat(0x0f));
}

/** For each byte the bit of its high half. */
function highBits(bytes: v128): v128 {
  const bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
  return i8x16.swizzle(bits, v128.and(i16x8.shr_u(bytes, 4), i8x16.splat(0x0f)));
}

/**
 * Makes the maps of the line `[start, end)` for its shape; false, and nothing of use, when a byte of it is not plain:
 * beyond ASCII, or a control byte but for tabs.
 */
export function mapForShape(start: i32, end: i32): bool {
  const digits = rowsOf(DIGIT);
  const letters = rowsOf(LETTER);
  const others = rowsOf(OTHER_LETTER);
  const dots = rowsOf(DOT_OR_AT);
  const breaks = rowsOf(BREAK);
  const plain = rowsOf(PLAIN);
  // What stands behind the line in its last block are blanks.
  v128.store(end, i8x16.splat(0x20));
  let to = MAPS + 8;
  for (let at = start; at < end; at += 16, to += 2) {
    const bytes = v128.load(at);
    const low = lowHalves(bytes);
    const high = highBits(bytes);
    if (members(plain, low, high) != 0xffff || i8x16.bitmask(bytes) != 0) return false;
    store<u16>(to + DIGIT * MAP_BYTES, <u16>members(digits, low, high));
    store<u16>(to + BREAK * MAP_BYTES, <u16>members(breaks, low, high));
    store<u16>(to + LETTER * MAP_BYTES, <u16>members(letters, low, high));
    store<u16>(to + OTHER_LETTER * MAP_BYTES, <u16>members(others, low, high));
    store<u16>(to + DOT_OR_AT * MAP_BYTES, <u16>members(dots, low, high));
  }
  store<u64>(to + DIGIT * MAP_BYTES, 0);
  store<u64>(to + BREAK * MAP_BYTES, -1);
  store<u64>(to + LETTER * MAP_BYTES, 0);
  store<u64>(to + OTHER_LETTER * MAP_BYTES, 0);
  store<u64>(to + DOT_OR_AT * MAP_BYTES, 0);
  store<u64>(mapOf(BREAK) - 8, -1);
  return true;
}

/** Likewise for its masks; false when there is a byte beyond ASCII or a line feed. */
export function mapForMasks(start: i32, end: i32): bool {
  const digits = rowsOf(DIGIT);
  const spaces = rowsOf(SPACE);
  const words = rowsOf(WORD);
  const hexDigits = rowsOf(HEX_DIGIT);
  const slashes = i8x16.splat(0x2f);
  v128.store(end, i8x16.splat(0x20));
  let to = MAPS + 8;
  for (let at = start; at < end; at += 16, to += 2) {
    const bytes = v128.load(at);
    const low = lowHalves(bytes);
    const high = highBits(bytes);
    if (i8x16.bitmask(v128.or(bytes, i8x16.eq(bytes, i8x16.splat(0x0a)))) != 0) return false;
    const digit = members(digits, low, high);
    const slash = i8x16.bitmask(i8x16.eq(bytes, slashes));
    store<u16>(to + DIGIT * MAP_BYTES, <u16>digit);
    store<u16>(to + SPACE * MAP_BYTES, <u16>members(spaces, low, high));
    store<u16>(to + WORD * MAP_BYTES, <u16>members(words, low, high));
    store<u16>(to + HEX_DIGIT * MAP_BYTES, <u16>members(hexDigits, low, high));
    store<u16>(to + SLASH_BYTE * MAP_BYTES, <u16>slash);
    store<u16>(to + BAIT * MAP_BYTES, <u16>(digit | slash));
  }
  store<u64>(to + DIGIT * MAP_BYTES, 0);
  store<u64>(to + SPACE * MAP_BYTES, -1);
  store<u64>(to + WORD * MAP_BYTES, 0);
  store<u64>(to + HEX_DIGIT * MAP_BYTES, 0);
  store<u64>(to + SLASH_BYTE * MAP_BYTES, 0);
  store<u64>(to + BAIT * MAP_BYTES, 0);
  store<u64>(mapOf(SPACE) - 8, -1);
  addHexWords(end - start);
  return true;
}

/** Puts where seven hex digits stand in a row into the map of {@link BAIT}, half a word of the map at a time. */
function addHexWords(length: i32): void {
  const map = mapOf(HEX_DIGIT);
  for (let at = 0; at << 3 < length; at += 4) {
    const one = load<u64>(map + at);
    const two = one & (one >> 1);
    const four = two & (two >> 2);
    const seven = <u32>(four & (four >> 3));
    if (seven != 0) store<u32>(mapOf(BAIT) + at, load<u32>(mapOf(BAIT) + at) | seven);
  }
}

/** Whole blocks: what is written behind the end is written over by what comes next. */
export function copy(out: i32, from: i32, to: i32): i32 {
  const end = out + (to - from);
  for (; from < to; from += 16, out += 16) v128.store(out, v128.load(from));
  return end;
}

/** The first byte in the set from `at` on, `to` when there is none before it. */
export function nextIn(map: i32, at: i32, to: i32): i32 {
  while (at < to) {
    const bits = load<u64>(map + (at >> 3)) >> (at & 7);
    if (bits != 0) return min(at + <i32>ctz(bits), to);
    at = (at & ~7) + 64;
  }
  return to;
}

/** The first byte from `at` on that is in neither of two sets. */
export function endOfRun(map: i32, other: i32, at: i32): i32 {
  let bits = ~(load<u64>(map + (at >> 3)) | load<u64>(other + (at >> 3))) >> (at & 7);
  while (bits == 0) {
    at = (at & ~7) + 64;
    bits = ~(load<u64>(map + (at >> 3)) | load<u64>(other + (at >> 3)));
  }
  return at + <i32>ctz(bits);
}

/** Behind the last byte in the set before `at`; the line's begin when there is none. */
export function behindLastIn(map: i32, at: i32): i32 {
  let bits = load<u64>(map + (at >> 3) - 7) << (7 - (at & 7));
  while (bits == 0) {
    at = (at & ~7) - 57;
    bits = load<u64>(map + (at >> 3) - 7) << (7 - (at & 7));
  }
  return max(at + 1 - <i32>clz(bits), 0);
}

/** How many bytes of `[at, to)` are in the set. */
export function countIn(map: i32, at: i32, to: i32): i32 {
  let count = 0;
  while (at < to) {
    let bits = load<u64>(map + (at >> 3)) >> (at & 7);
    const width = 64 - (at & 7);
    const left = to - at;
    if (left < width) bits &= ((<u64>1) << left) - 1;
    count += <i32>popcnt(bits);
    at += width;
  }
  return count;
}

import { AT_SIGN, COLON, DASH, EQUALS, FULL_STOP, HASH_SIGN, OPENING_BRACKET, PLUS, SLASH } from './ascii';
import {
  behindLastIn,
  BREAK,
  copy,
  countIn,
  DIGIT,
  DOT_OR_AT,
  endOfRun,
  LETTER,
  mapForShape,
  mapOf,
  nextIn,
  OTHER_LETTER,
} from './bit-map';
import { KEY, SHAPED_BYTES_MAX } from './layout';

// The readable definition is `keyed/line-shape.ts`; a property test holds this to it.

const DIGITS: u8 = 1;
const FEW_DIGITS: u8 = 2;
const ONE_DIGIT: u8 = 3;
const HEX: i32 = 14;
const HEX_LENGTH_MAX: i32 = 5;
const GROUP_MAX: i32 = 4;
const NAME_DIGITS_MAX: i32 = 2;
const UNIT_LETTERS_MAX: i32 = 5;

/** Writes the shape of the line `[start, end)` to {@link KEY} and answers where it ends; 0 for a line that has none. */
export function shapeLine(start: i32, end: i32): i32 {
  const length = end - start;
  if (length > SHAPED_BYTES_MAX || !mapForShape(start, end)) return 0;
  if (length == 0) return KEY;
  const digits = mapOf(DIGIT);
  const breaks = mapOf(BREAK);
  if (load<u8>(start) != OPENING_BRACKET) {
    const firstEnd = nextIn(breaks, 0, length);
    if (firstEnd == 0 || (firstEnd < length && load<u8>(start + firstEnd) == EQUALS)) return 0;
  }
  let out = KEY;
  let copied = 0;
  for (;;) {
    const digit = nextIn(digits, copied, length);
    if (digit == length) break;
    const from = behindLastIn(breaks, digit);
    const to = nextIn(breaks, digit, length);
    out = copied < from ? copy(out, start + copied, start + from) : out;
    out = shapeWord(start, from, to, length, digit, out);
    copied = to;
  }
  return copy(out, start + copied, end);
}

/** The word `[from, to)`, the first digit of which stands at `digit`. */
function shapeWord(start: i32, from: i32, to: i32, length: i32, digit: i32, out: i32): i32 {
  const byColon = (from > 0 && load<u8>(start + from - 1) == COLON) || (to < length && load<u8>(start + to) == COLON);
  if (nextIn(mapOf(LETTER), from, to) == to) {
    if (byColon && digit == from && nextNoDigit(from) - from <= GROUP_MAX) {
      const runEnd = nextNoDigit(from);
      store<u8>(out, FEW_DIGITS);
      return shapeRuns(start, runEnd, to, out + 1, 1);
    }
    return shapeRuns(start, from, to, out, 1);
  }
  const mark = nextIn(mapOf(DOT_OR_AT), from, to);
  if (mark < to && hasLeader(start, mark, to)) return copy(out, start + from, start + to);
  const isUser = mark < to && hasAt(start, mark, to);
  if (byColon) {
    const head = min(behindHex(start, from), to);
    if (isUser || countIn(mapOf(DIGIT), head, to) <= NAME_DIGITS_MAX) return copy(out, start + from, start + to);
    return shapeDigits(start, from, to, out);
  }
  if (isUser) return shapeRuns(start, from, to, out, NAME_DIGITS_MAX + 1);
  if (countIn(mapOf(DIGIT), digit, to) > NAME_DIGITS_MAX) return shapeHex(start, from, to, out);
  let last = start + to;
  while (isTrailing(load<u8>(last - 1))) last--;
  return isQuantity(start + from, last) ? shapeRuns(start, from, to, out, 1) : copy(out, start + from, start + to);
}

function nextNoDigit(at: i32): i32 {
  return endOfRun(mapOf(DIGIT), mapOf(DIGIT), at);
}

/** Runs of `digitsMin` digits or more become one mark. */
function shapeRuns(start: i32, from: i32, to: i32, out: i32, digitsMin: i32): i32 {
  let at = from;
  while (at < to) {
    const run = nextIn(mapOf(DIGIT), at, to);
    if (at < run) out = copy(out, start + at, start + run);
    if (run == to) break;
    at = nextNoDigit(run);
    if (at - run >= digitsMin) store<u8>(out++, DIGITS);
    else out = copy(out, start + run, start + at);
  }
  return out;
}

/** Digits become marks one by one. */
function shapeDigits(start: i32, from: i32, to: i32, out: i32): i32 {
  for (let at = start + from; at < start + to; at++) store<u8>(out++, isDigit(load<u8>(at)) ? ONE_DIGIT : load<u8>(at));
  return out;
}

/** Behind the hex digits that a word begins with. */
function behindHex(start: i32, from: i32): i32 {
  let at = from;
  while (isHexDigit(load<u8>(start + at))) at++;
  return at;
}

/** Runs as above; letters and digits that are hex together become a mark of their length. */
function shapeHex(start: i32, from: i32, to: i32, out: i32): i32 {
  let at = from;
  while (at < to) {
    const run = at;
    at = endOfRun(mapOf(DIGIT), mapOf(LETTER), at);
    if (at > run) {
      const digit = nextIn(mapOf(DIGIT), run, at);
      if (digit == at) out = copy(out, start + run, start + at);
      else if (nextIn(mapOf(LETTER), run, at) < at && nextIn(mapOf(OTHER_LETTER), run, at) == at) {
        store<u8>(out++, <u8>(HEX + 2 * min(at - run, HEX_LENGTH_MAX) + i32(digit == run)));
      } else out = shapeRuns(start, run, at, out, 1);
    }
    if (at < to) store<u8>(out++, load<u8>(start + at++));
  }
  return out;
}

/** Dots that lead from one word to another make two of one. */
function hasLeader(start: i32, mark: i32, to: i32): bool {
  for (let at = start + mark + 1; at < start + to; at++)
    if (load<u8>(at) == FULL_STOP && load<u8>(at - 1) == FULL_STOP) return true;
  return false;
}

function hasAt(start: i32, mark: i32, to: i32): bool {
  for (let at = start + mark; at < start + to; at++) if (load<u8>(at) == AT_SIGN) return true;
  return false;
}

function isTrailing(byte: u8): bool {
  return byte == FULL_STOP || byte == DASH || byte == HASH_SIGN || byte == AT_SIGN;
}

function isDigit(byte: u8): bool {
  return byte - 0x30 < 10;
}

function isHexDigit(byte: u8): bool {
  return isDigit(byte) || (byte | 0x20) - 0x61 < 6;
}

function isLetter(byte: u8): bool {
  return (byte | 0x20) - 0x61 < 26;
}

/** `isQuantity` of `keyed/odd-word.ts`. */
function isQuantity(from: i32, to: i32): bool {
  let at = from;
  if (load<u8>(at) == DASH || load<u8>(at) == PLUS) at++;
  const digits = at;
  while (at < to && isDigit(load<u8>(at))) at++;
  if (at == digits) return false;
  if (at < to && load<u8>(at) == FULL_STOP) {
    at++;
    while (at < to && isDigit(load<u8>(at))) at++;
  }
  const unit = at;
  while (at < to && isLetter(load<u8>(at))) at++;
  if (at < to && load<u8>(at) == SLASH && at > unit) {
    at++;
    while (at < to && isLetter(load<u8>(at))) at++;
  }
  return at == to && at - unit <= UNIT_LETTERS_MAX;
}

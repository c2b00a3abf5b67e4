import { CLOSING, COMMA, NEWLINE, OPENING, QUOTE } from '../../../mine/simd/assembly/ascii';
import { takeRow } from './groups';
import { msOfDigits, msOfIso } from './instants';
import { behindNumber, behindWord, closingQuote, valueOfField } from './json';
import {
  AT_END,
  DEFAULT_SERVICE,
  FIELD_BYTES,
  FIELD_ENDS,
  FIELD_RANKS,
  FIELD_SPELLINGS,
  FIELD_STARTS,
  FIELD_TEXTS,
  FIELDS,
  FIELDS_MAX,
  FROM,
  HINTS,
  KEY_IS_LOG,
  KEY_KIND,
  KEY_RANK,
  LEAD_KEY,
  LEVEL_NAMES,
  LEVEL_NUMBERS,
  LEVEL_NUMBERS_MAX,
  LINES,
  MAX_OUTSIDE_MS,
  MIN_OUTSIDE_MS,
  NAME_TEXT_MAX,
  NEW_LEVEL,
  NEW_SERVICE,
  NEXT,
  NO_LEVEL,
  NOT_PLAIN,
  OF_CONTAINER,
  OF_HINT,
  OF_LEVEL,
  OF_MESSAGE,
  OF_SERVICE,
  OF_SEVERITY_NUMBER,
  OF_TIME,
  ROWS_OUTSIDE,
  SERVICE_NAMES,
  STATE,
  TIME,
  TO,
  WINDOW_END,
  WINDOW_START,
} from './layout';
import { valueOfName } from './names';

// The readable definition is `FlatRecord` of `sources/file`, which takes more: what is not plain here is left to it.

const NO_RANK: u8 = 255;
const LEVEL_BYTES_MAX: i32 = 16;
const LINE_BYTES_MAX: i32 = 1 << 20;

/**
 * Takes the records of the whole lines from `from` on, as long as they are plain ones. Answers why it stopped; where,
 * and how many it took, is in the state. A record that was taken is behind where it stopped.
 */
export function takeRecords(from: i32, end: i32): i32 {
  let at = from;
  let lines = 0;
  let reason = AT_END;
  while (at < end && reason == AT_END) {
    const next = readRecord(at, end);
    if (next == 0) {
      reason = NOT_PLAIN;
      break;
    }
    const timeMs = timeOf();
    const level = levelOf();
    // What the caller is told about is the first that is not known.
    const service = level < 0 ? level : serviceOf();
    reason = timeMs != timeMs ? NOT_PLAIN : service < 0 ? -service : AT_END;
    if (reason != AT_END) break;
    lines++;
    at = next;
    store<f64>(STATE, timeMs, TIME);
    if (timeMs >= load<f64>(STATE, WINDOW_START) && timeMs < load<f64>(STATE, WINDOW_END))
      reason = takeRow(startOf(OF_MESSAGE), endOf(OF_MESSAGE), timeMs, service, level);
    else leaveOut(timeMs);
  }
  store<i32>(STATE, at, NEXT);
  store<i32>(STATE, lines, LINES);
  return reason;
}

function leaveOut(timeMs: f64): void {
  store<f64>(STATE, load<f64>(STATE, ROWS_OUTSIDE) + 1, ROWS_OUTSIDE);
  if (timeMs < load<f64>(STATE, MIN_OUTSIDE_MS)) store<f64>(STATE, timeMs, MIN_OUTSIDE_MS);
  if (timeMs > load<f64>(STATE, MAX_OUTSIDE_MS)) store<f64>(STATE, timeMs, MAX_OUTSIDE_MS);
}

/** Behind the line of the record at `start`, when that is whole and plain; else 0. */
function readRecord(start: i32, end: i32): i32 {
  if (load<u8>(start) != OPENING) return 0;
  store<u64>(FIELD_RANKS, -1);
  v128.store(FIELD_SPELLINGS, i8x16.splat(0));
  v128.store(FIELD_SPELLINGS + 16, i8x16.splat(0));
  let at = start + 1;
  for (let field = 0; ; field++) {
    if (field == FIELDS_MAX) return 0;
    const value = valueOfField(field, at, end);
    if (value == 0) return 0;
    at = readValue(load<i32>(FIELDS + field * FIELD_BYTES, LEAD_KEY), value, end);
    if (at == 0) return 0;
    const byte = load<u8>(at);
    if (byte == CLOSING) break;
    if (byte != COMMA) return 0;
  }
  at++;
  while (at < end && (load<u8>(at) == 0x0d || load<u8>(at) == 0x20 || load<u8>(at) == 0x09)) at++;
  // All that was read stands before this line feed, which is before the end.
  if (at >= end || load<u8>(at) != NEWLINE || at - start > LINE_BYTES_MAX) return 0;
  const isWhole = rankOf(OF_MESSAGE) != NO_RANK && rankOf(OF_TIME) != NO_RANK && rankOf(OF_LEVEL) != NO_RANK;
  return isWhole && isText(OF_MESSAGE) && endOf(OF_MESSAGE) > startOf(OF_MESSAGE) ? at + 1 : 0;
}

/** Behind the value at `at`; `key` is the slot of its name, 0 when that does not matter. */
function readValue(key: i32, at: i32, end: i32): i32 {
  const first = load<u8>(at);
  if (first == QUOTE) {
    const quote = closingQuote(at + 1, end);
    if (quote == 0) return 0;
    if (key == 0) return quote + 1;
    if (load<u8>(key, KEY_IS_LOG) != 0 && load<u8>(at, 1) == OPENING) return 0;
    return noteField(key, at + 1, quote, 1) ? quote + 1 : 0;
  }
  const isNumber = first == 0x2d || <u32>first - 0x30 < 10;
  const behind = isNumber ? behindNumber(at) : behindWord(at);
  if (behind == 0 || key == 0) return behind;
  // true, false and null hold nothing usable: as if the field were not there.
  return noteField(key, at, isNumber ? behind : -1, 0) ? behind : 0;
}

/** False when the record is not for us: a field that comes twice, or one that may hold others. */
function noteField(key: i32, from: i32, to: i32, text: u8): bool {
  const kind = <i32>load<u8>(key, KEY_KIND);
  const rank = load<u8>(key, KEY_RANK);
  if (kind == OF_CONTAINER || kind == OF_SEVERITY_NUMBER) return false;
  const spellings = load<u32>(FIELD_SPELLINGS + (kind << 2));
  if (spellings & (1 << rank)) return false;
  store<u32>(FIELD_SPELLINGS + (kind << 2), spellings | (1 << rank));
  if (rank > rankOf(kind) || to < 0) return true;
  store<u8>(FIELD_RANKS + kind, rank);
  store<i32>(FIELD_STARTS + (kind << 2), from);
  store<i32>(FIELD_ENDS + (kind << 2), to);
  store<u8>(FIELD_TEXTS + kind, text);
  return true;
}

function timeOf(): f64 {
  const from = startOf(OF_TIME);
  const to = endOf(OF_TIME);
  return isText(OF_TIME) ? msOfIso(from, to) : msOfDigits(from, to);
}

/** The level, or a reason below zero. */
function levelOf(): i32 {
  const from = startOf(OF_LEVEL);
  const to = endOf(OF_LEVEL);
  const length = to - from;
  if (isText(OF_LEVEL)) {
    if (length == 0 || length > LEVEL_BYTES_MAX) return -NOT_PLAIN;
    const level = valueOfName(LEVEL_NAMES, from, to);
    return level >= 0 ? level : unknown(from, to, NEW_LEVEL);
  }
  let value: i32 = 0;
  if (length > 2) return -NOT_PLAIN;
  for (let at = from; at < to; at++) {
    const digit = <u32>load<u8>(at) - 0x30;
    if (digit > 9) return -NOT_PLAIN;
    value = value * 10 + <i32>digit;
  }
  const level = value < LEVEL_NUMBERS_MAX ? <i32>load<u8>(LEVEL_NUMBERS + value) : NO_LEVEL;
  return level == NO_LEVEL ? -NOT_PLAIN : level;
}

/** The service, or a reason below zero. */
function serviceOf(): i32 {
  let kind = OF_SERVICE;
  if (rankOf(kind) == NO_RANK && load<i32>(STATE, HINTS) != 0) kind = OF_HINT;
  if (rankOf(kind) == NO_RANK) return load<i32>(STATE, DEFAULT_SERVICE);
  const from = startOf(kind);
  const to = endOf(kind);
  if (!isText(kind) || to == from || to - from > NAME_TEXT_MAX || load<u8>(from) <= 0x20) return -NOT_PLAIN;
  const service = valueOfName(SERVICE_NAMES, from, to);
  return service >= 0 ? service : unknown(from, to, NEW_SERVICE);
}

function unknown(from: i32, to: i32, reason: i32): i32 {
  store<i32>(STATE, from, FROM);
  store<i32>(STATE, to, TO);
  return -reason;
}

function rankOf(kind: i32): u8 {
  return load<u8>(FIELD_RANKS + kind);
}

function startOf(kind: i32): i32 {
  return load<i32>(FIELD_STARTS + (kind << 2));
}

function endOf(kind: i32): i32 {
  return load<i32>(FIELD_ENDS + (kind << 2));
}

function isText(kind: i32): bool {
  return load<u8>(FIELD_TEXTS + kind) != 0;
}

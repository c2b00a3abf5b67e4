import { hashToken } from '../token-hash.ts';
import { AT, BYTE_KIND, DELIMITER, DIGIT, DOT, JOINT, LETTER, SLASH, SPACE } from './byte-kind.ts';
import { isDecimal } from './odd-word.ts';
import {
  CLOSING,
  clearScratch,
  isFull,
  NUMBER,
  OPENING,
  OTHER,
  pushBrace,
  pushFieldValue,
  pushWord,
  scratch,
  WORD,
} from './scratch.ts';

const ESCAPE = 0x1b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const EQUALS = 0x3d;
const COLON = 0x3a;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;

/** Fields of one record that are looked at; a line with more is no record. */
const FIELDS_MAX = 64;
const NAME_BYTES_MAX = 128;
/** One pair alone may well be free text. */
const PAIRS_MIN = 2;

/** Fields that hold a record's message, best first: those of `domain/structured-message.ts`. */
const MESSAGE_KEYS = ['message', 'msg', 'log', 'event', 'MESSAGE'].map((key) =>
  Uint8Array.from(key, (character) => character.charCodeAt(0)),
);

/** The fields of the record being scanned; scratch space of the thread. */
const keyStart = new Int32Array(FIELDS_MAX);
const keyEnd = new Int32Array(FIELDS_MAX);
const valueStart = new Int32Array(FIELDS_MAX);
const valueEnd = new Int32Array(FIELDS_MAX);
/** Fields by name. */
const order = new Uint8Array(FIELDS_MAX);
const tokenOf = new Int32Array(FIELDS_MAX);

type ScanText = (bytes: Uint8Array, start: number, stop: number) => number;

/**
 * A line `bytes[start, stop)` that is one JSON object: its key is the set of its fields' names and the words of its
 * message. Answers the line's end, or -1 when it is no such line, with nothing pushed.
 */
export function scanJson(bytes: Uint8Array, start: number, stop: number, scanText: ScanText): number {
  let fields = 0;
  let at = skipSpace(bytes, start + 1, stop);
  while (at < stop && bytes[at] === QUOTE) {
    if (fields === FIELDS_MAX) return -1;
    const close = stringEnd(bytes, at, stop);
    if (close < 0) return -1;
    if (!isName(bytes, at + 1, close - 1)) return -1;
    keyStart[fields] = at + 1;
    keyEnd[fields] = close - 1;
    at = skipSpace(bytes, close, stop);
    if (at >= stop || bytes[at] !== COLON) return -1;
    at = skipSpace(bytes, at + 1, stop);
    const end = jsonValueEnd(bytes, at, stop);
    if (end < 0) return -1;
    valueStart[fields] = at;
    valueEnd[fields++] = end;
    at = skipSpace(bytes, end, stop);
    if (at >= stop || bytes[at] !== COMMA) break;
    at = skipSpace(bytes, at + 1, stop);
  }
  if (at >= stop || bytes[at] !== 0x7d || fields === 0) return -1;
  const lineEnd = skipSpace(bytes, at + 1, stop);
  if (lineEnd < stop && bytes[lineEnd] !== LINE_FEED) return -1;
  pushRecord(bytes, fields, scanText);
  return at + 1;
}

/** The same for a line of `key=value` pairs alone. */
export function scanPairs(bytes: Uint8Array, start: number, stop: number, scanText: ScanText): number {
  let fields = 0;
  let at = start;
  while (at < stop && bytes[at] !== LINE_FEED) {
    const from = at;
    while (at < stop && isKeyByte(bytes[at]!)) at++;
    if (fields === FIELDS_MAX || at === from || at - from > NAME_BYTES_MAX || at >= stop || bytes[at] !== EQUALS)
      return -1;
    keyStart[fields] = from;
    keyEnd[fields] = at++;
    const value = at;
    if (at < stop && bytes[at] === QUOTE) {
      at = stringEnd(bytes, at, stop);
      if (at < 0) return -1;
    } else while (at < stop && (BYTE_KIND[bytes[at]!]! & SPACE) === 0) at++;
    valueStart[fields] = value;
    valueEnd[fields++] = at;
    if (at < stop && (BYTE_KIND[bytes[at]!]! & SPACE) === 0) return -1;
    at = skipSpace(bytes, at, stop);
  }
  if (fields < PAIRS_MIN) return -1;
  clearScratch();
  const end = valueEnd[fields - 1]!;
  pushRecord(bytes, fields, scanText);
  return end;
}

/** Names in the order of their bytes, each once, then the message; values hang on their names. */
function pushRecord(bytes: Uint8Array, fields: number, scanText: ScanText): void {
  sortFields(bytes, fields);
  const message = messageField(bytes, fields);
  pushBrace(OPENING);
  for (let i = 0; i < fields; i++) {
    const field = order[i]!;
    const start = keyStart[field]!;
    if (i === 0 || compareNames(bytes, field, order[i - 1]!) !== 0)
      pushWord(start, keyEnd[field]!, hashToken(bytes, start, keyEnd[field]!));
    tokenOf[field] = scratch.keyCount - 1;
  }
  pushBrace(CLOSING);
  for (let field = 0; field < fields; field++) {
    const start = valueStart[field]!;
    const end = valueEnd[field]!;
    if (field === message) {
      const quoted = bytes[start] === QUOTE ? 1 : 0;
      scanText(bytes, start + quoted, end - quoted);
    } else if (end > start && !isFull()) pushFieldValue(start, end, kindOf(bytes, start, end), tokenOf[field]!);
  }
}

/** The field with the best name for a message whose value is not empty and no container; -1 when there is none. */
function messageField(bytes: Uint8Array, fields: number): number {
  for (const name of MESSAGE_KEYS)
    for (let field = 0; field < fields; field++) {
      if (!isNamed(bytes, keyStart[field]!, keyEnd[field]!, name)) continue;
      const first = bytes[valueStart[field]!];
      const isEmpty = valueEnd[field]! - valueStart[field]! <= (first === QUOTE ? 2 : 0);
      if (!isEmpty && first !== 0x7b && first !== 0x5b) return field;
    }
  return -1;
}

/** Whether `bytes[start, end)` is a name that messages have. */
export function isMessageName(bytes: Uint8Array, start: number, end: number): boolean {
  for (const name of MESSAGE_KEYS) if (isNamed(bytes, start, end, name)) return true;
  return false;
}

function isNamed(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
  return true;
}

function sortFields(bytes: Uint8Array, fields: number): void {
  for (let i = 0; i < fields; i++) {
    let to = i;
    for (; to > 0 && compareNames(bytes, order[to - 1]!, i) > 0; to--) order[to] = order[to - 1]!;
    order[to] = i;
  }
}

function compareNames(bytes: Uint8Array, a: number, b: number): number {
  let left = keyStart[a]!;
  let right = keyStart[b]!;
  const leftEnd = keyEnd[a]!;
  const rightEnd = keyEnd[b]!;
  for (; left < leftEnd && right < rightEnd; left++, right++)
    if (bytes[left] !== bytes[right]) return bytes[left]! - bytes[right]!;
  return leftEnd - left - (rightEnd - right);
}

function kindOf(bytes: Uint8Array, start: number, end: number): number {
  let flags = 0;
  for (let at = start; at < end; at++) {
    flags |= BYTE_KIND[bytes[at]!]!;
    if (bytes[at] === ESCAPE) scratch.isColoured = true;
  }
  if ((flags & ~LETTER) === 0) return WORD;
  return flags & DIGIT && isDecimal(bytes, start, end, flags) ? NUMBER : OTHER;
}

/** Behind the string that begins at `at`, or -1. */
export function stringEnd(bytes: Uint8Array, at: number, stop: number): number {
  for (let next = at + 1; next < stop; next++) {
    const byte = bytes[next]!;
    if (byte === QUOTE) return next + 1;
    if (byte === LINE_FEED) return -1;
    if (byte === BACKSLASH) next++;
  }
  return -1;
}

/** Behind the value that begins at `at`, containers by their brackets alone, or -1. */
function jsonValueEnd(bytes: Uint8Array, start: number, stop: number): number {
  if (start < stop && bytes[start] === QUOTE) return stringEnd(bytes, start, stop);
  let depth = 0;
  let at = start;
  while (at < stop) {
    const byte = bytes[at]!;
    if (byte === LINE_FEED) return -1;
    if (byte === QUOTE) {
      at = stringEnd(bytes, at, stop);
      if (at < 0) return -1;
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 0) break;
      depth--;
    } else if (depth === 0 && (byte === COMMA || (BYTE_KIND[byte]! & SPACE) !== 0)) break;
    at++;
  }
  return depth === 0 && at > start ? at : -1;
}

function skipSpace(bytes: Uint8Array, from: number, stop: number): number {
  let at = from;
  while (at < stop && bytes[at] !== LINE_FEED && (BYTE_KIND[bytes[at]!]! & SPACE) !== 0) at++;
  return at;
}

/** A name with a blank or a bracket in it could be mistaken for two. */
function isName(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (BYTE_KIND[bytes[at]!]! & (SPACE | DELIMITER)) return false;
  return end > start && end - start <= NAME_BYTES_MAX;
}

/** Letters, digits and `_ - . / @`. */
function isKeyByte(byte: number): boolean {
  return (BYTE_KIND[byte]! & (LETTER | DIGIT | JOINT | DOT | SLASH | AT)) !== 0;
}

import { LEVEL_SPELLINGS, levelOfNumber } from './level.ts';
import type { LevelIndex } from './level.ts';

/** A level word has to start this early; a JSON text may carry its timestamp and a few fields first. */
const HEAD_BYTES = 80;
const JSON_HEAD_BYTES = 256;

/** Spellings that are names of other things too often to count outside `level=...`. */
const AMBIGUOUS = new Set(['config', 'fine', 'finer', 'silly', 'log', 'ok', 'note', 'failure']);

const KEYS = ['level', 'lvl', 'severity', 'severity_text', 'severitytext', 'loglevel', 'log_level', 'levelname'];

interface Word {
  /** Lower case ASCII. */
  bytes: Uint8Array;
  level: LevelIndex;
  ambiguous: boolean;
}

const WORDS_BY_LETTER = bucket(
  [...LEVEL_SPELLINGS].map(([text, level]) => ({
    bytes: ascii(text),
    level,
    ambiguous: text.length < 3 || AMBIGUOUS.has(text),
  })),
);
const KEYS_BY_LETTER = bucket(KEYS.map((text) => ({ bytes: ascii(text), level: 0 as LevelIndex, ambiguous: false })));

const SYSLOG_LETTERS: ReadonlyMap<number, LevelIndex> = new Map(
  ['T', 'D', 'I', 'W', 'E', 'F'].map((letter, index) => [letter.charCodeAt(0), index as LevelIndex]),
);

/** Kinds of bytes that words are made of; 0 for all others. */
const UPPER = 1;
const LOWER = 2;
const OTHER = 4;
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return UPPER;
  if (byte >= 0x61 && byte <= 0x7a) return LOWER;
  return isDigit(byte) || byte === 0x5f || byte >= 0x80 ? OTHER : 0;
});

/**
 * Level that a text states at its head, UTF-8 `bytes[start, end)`; `undefined` when it states none. Builds no string.
 *
 * Prose does not count: a word is a level when it is in upper case (`ERROR`), enclosed (`[warn]`, `<Error>`, `[core:error]`),
 * coloured, the value of a level key (`level=error`, `"level":50` in a JSON text) or the very first word with a colon
 * (`Error: x`). Also read: a syslog priority (`<3>`) and klog's prefix (`E0102 `).
 */
export function sniffLevel(bytes: Uint8Array, start: number, end: number): LevelIndex | undefined {
  let at = start;
  const headEnd = Math.min(end, start + HEAD_BYTES);
  while (at < headEnd && isSpace(bytes[at]!)) at++;
  if (at >= headEnd) return undefined;
  const first = bytes[at]!;
  if (first === 0x7b) return sniffJson(bytes, at, Math.min(end, at + JSON_HEAD_BYTES));
  if (first === 0x3c) {
    const level = levelOfPriority(bytes, at, end);
    if (level !== undefined) return level;
  }
  return levelOfKlog(bytes, at, end) ?? sniffWords(bytes, at, end);
}

const headBytes = new Uint8Array(JSON_HEAD_BYTES * 3);
const encoder = new TextEncoder();

/** {@link sniffLevel} over a string. */
export function sniffLevelOfText(text: string): LevelIndex | undefined {
  const { written } = encoder.encodeInto(text.slice(0, JSON_HEAD_BYTES), headBytes);
  return sniffLevel(headBytes, 0, written);
}

/** What `levelOfText` says of the ASCII text `bytes[start, end)`, without building the string. */
export function levelOfBytes(bytes: Uint8Array, start: number, end: number): LevelIndex | undefined {
  let from = start;
  let to = end;
  while (from < to && isSpace(bytes[from]!)) from++;
  while (to > from && isSpace(bytes[to - 1]!)) to--;
  if (to === from || to - from > 16) return undefined;
  if (isDigit(bytes[from]!)) return levelOfDigits(bytes, from, to);
  const word = find(WORDS_BY_LETTER, bytes, from, to);
  if (word !== undefined) return word.level;
  const last = bytes[to - 1]!;
  return last >= 0x32 && last <= 0x34 ? find(WORDS_BY_LETTER, bytes, from, to - 1)?.level : undefined;
}

function sniffWords(bytes: Uint8Array, head: number, end: number): LevelIndex | undefined {
  const headEnd = Math.min(end, head + HEAD_BYTES);
  // A word may run over the head's end, but nothing longer than a spelling matters.
  const scanEnd = Math.min(end, headEnd + 16);
  let at = head;
  let coloured = false;
  while (at < headEnd) {
    const byte = bytes[at]!;
    let kinds = KINDS[byte]!;
    if (kinds === 0) {
      coloured = byte === 0x1b && bytes[at + 1] === 0x5b;
      at = coloured ? afterColour(bytes, at + 2, headEnd) : at + 1;
      continue;
    }
    const start = at;
    for (at++; at < scanEnd; at++) {
      const kind = KINDS[bytes[at]!]!;
      if (kind === 0) break;
      kinds |= kind;
    }
    const before = start > head ? bytes[start - 1]! : 0;
    const after = at < end ? bytes[at]! : 0;
    // Most words are seen to be prose by their letters and neighbours, and looked up nowhere.
    let level: LevelIndex | undefined;
    if (after === 0x3d) {
      const isKey = find(KEYS_BY_LETTER, bytes, start, at) !== undefined;
      if (isKey) level = valueLevel(bytes, at + 1, end, false);
    } else if (at - start === 1) {
      if (kinds === UPPER && isTag(before, after)) level = find(WORDS_BY_LETTER, bytes, start, at)?.level;
    } else {
      const isMarked = coloured || isEnclosed(before, after) || (after === 0x3a && start === head);
      if (isMarked ? (kinds & OTHER) === 0 : kinds === UPPER && !isPartOfName(before)) {
        const word = find(WORDS_BY_LETTER, bytes, start, at);
        if (word?.ambiguous === false) level = word.level;
      }
    }
    if (level !== undefined) return level;
    coloured = false;
  }
  return undefined;
}

/** Only a level key counts in a JSON text: words in its other strings are about something else. */
function sniffJson(bytes: Uint8Array, head: number, headEnd: number): LevelIndex | undefined {
  for (let at = head; at < headEnd; at++) {
    if (bytes[at] !== 0x22) continue;
    let keyStart = at + 1;
    let keyEnd = keyStart;
    while (keyEnd < headEnd && bytes[keyEnd] !== 0x22) {
      if (bytes[keyEnd] === 0x2e) keyStart = keyEnd + 1; // log.level
      keyEnd++;
    }
    at = keyEnd;
    if (find(KEYS_BY_LETTER, bytes, keyStart, keyEnd) === undefined) continue;
    let value = keyEnd + 1;
    while (value < headEnd && isSpace(bytes[value]!)) value++;
    if (bytes[value] !== 0x3a) continue;
    const level = valueLevel(bytes, value + 1, headEnd, true);
    if (level !== undefined) return level;
  }
  return undefined;
}

/** Level of a key's value, quoted or not; a bare number counts in JSON only (`level=3` is any level). */
function valueLevel(bytes: Uint8Array, start: number, end: number, json: boolean): LevelIndex | undefined {
  let at = start;
  if (json) while (at < end && isSpace(bytes[at]!)) at++;
  const quote = bytes[at];
  if (quote === 0x22 || quote === 0x27) at++;
  const valueStart = at;
  while (at < end && at - valueStart <= 16 && isWord(bytes[at]!)) at++;
  if (!json && at > valueStart && isDigit(bytes[valueStart]!)) return undefined;
  return levelOfBytes(bytes, valueStart, at);
}

/** `<` facility * 8 + severity `>`, 0 to 191 (RFC 5424). */
function levelOfPriority(bytes: Uint8Array, at: number, end: number): LevelIndex | undefined {
  let value = 0;
  let next = at + 1;
  while (next < end && next - at <= 3 && isDigit(bytes[next]!)) value = value * 10 + bytes[next++]! - 0x30;
  if (next === at + 1 || next >= end || bytes[next] !== 0x3e || value > 191) return undefined;
  return levelOfNumber(value & 7);
}

/** klog and glog: a letter, month and day as four digits, a space. */
function levelOfKlog(bytes: Uint8Array, at: number, end: number): LevelIndex | undefined {
  const level = SYSLOG_LETTERS.get(bytes[at]!);
  if (level === undefined || at + 5 >= end || bytes[at + 5] !== 0x20) return undefined;
  for (let digit = at + 1; digit <= at + 4; digit++) if (!isDigit(bytes[digit]!)) return undefined;
  const month = (bytes[at + 1]! - 0x30) * 10 + bytes[at + 2]! - 0x30;
  const day = (bytes[at + 3]! - 0x30) * 10 + bytes[at + 4]! - 0x30;
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? level : undefined;
}

function levelOfDigits(bytes: Uint8Array, start: number, end: number): LevelIndex | undefined {
  let value = 0;
  for (let at = start; at < end; at++) {
    if (!isDigit(bytes[at]!)) return undefined;
    value = value * 10 + bytes[at]! - 0x30;
  }
  return levelOfNumber(value);
}

/** `[E]` or, as Tornado writes it, `[E 240102 ...`. */
function isTag(before: number, after: number): boolean {
  return before === 0x5b && (after === 0x5d || after === 0x20);
}

function isEnclosed(before: number, after: number): boolean {
  if (after === 0x5d) return before === 0x5b || before === 0x3a; // [warn], [core:warn]
  return (before === 0x3c && after === 0x3e) || (before === 0x7c && after === 0x7c);
}

/** `a.ERROR`, `/var/ERROR` and `$ERROR` name something. */
function isPartOfName(before: number): boolean {
  return before === 0x2e || before === 0x2f || before === 0x24;
}

function afterColour(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (isDigit(bytes[at]!) || bytes[at] === 0x3b)) at++;
  return at + 1;
}

function isWord(byte: number): boolean {
  return KINDS[byte] !== 0;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function find(words: readonly Word[][], bytes: Uint8Array, start: number, end: number): Word | undefined {
  const bucketed = words[(bytes[start]! | 0x20) - 0x61];
  if (bucketed === undefined || start >= end) return undefined;
  next: for (const word of bucketed) {
    if (word.bytes.length !== end - start) continue;
    for (let i = 0; i < word.bytes.length; i++) {
      const byte = bytes[start + i]!;
      const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
      if (lower !== word.bytes[i]) continue next;
    }
    return word;
  }
  return undefined;
}

function bucket(words: Word[]): Word[][] {
  return Array.from({ length: 26 }, (_, letter) => words.filter((word) => word.bytes[0] === 0x61 + letter));
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

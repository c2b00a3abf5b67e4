import { levelOfBytes, sniffLevel } from '../../domain/level-sniff.ts';
import { INFO, levelOfNumber } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { SPELLINGS_BY_KIND } from '../record/field-names.ts';
import { msOfNumber, msOfText } from '../record/instant-value.ts';
import { skipEscape, skipNumber, skipSpace, skipString, skipValue } from './json-syntax.ts';
import { unescapeJson } from './json-unescape.ts';
import type { TimestampReader } from '../record/timestamp-reader.ts';

// Kinds of field, in the order of `SPELLINGS_BY_KIND`.
const TIME = 0;
const MESSAGE = 1;
const LEVEL = 2;
const SERVICE = 3;
const HINT = 4;
const SEVERITY_NUMBER = 5;
const CONTAINER = 6;
const KINDS = 7;
const NO_RANK = 255;
const SLOTS = 512;

interface Key {
  bytes: Uint8Array;
  kind: number;
  /** Place among the spellings of its kind; the lowest wins. */
  rank: number;
  isLog: boolean;
}

const KEYS = keyTable(SPELLINGS_BY_KIND);

/**
 * Reads the four fields of a JSON record straight off its bytes. It takes the common case only, that all of them are
 * plain fields of the record itself; for anything else it says no and `recordFields` decides. Where it says yes,
 * both agree (a property test).
 */
export class FlatRecord {
  timestampMs = Number.NaN;
  level: LevelIndex = INFO;
  /** Where the message is: the line itself, or a scratch buffer when it had escapes. */
  messageBytes: Uint8Array = new Uint8Array(0);
  messageStart = 0;
  messageEnd = 0;
  /** Empty when the record names no service. */
  serviceStart = 0;
  serviceEnd = 0;
  readonly #timestamps: TimestampReader;
  readonly #hints: boolean;
  readonly #rank = new Uint8Array(KINDS);
  readonly #from = new Int32Array(KINDS);
  readonly #to = new Int32Array(KINDS);
  /** One bit a spelling seen, a word a kind: a key that comes twice is not for us. */
  readonly #seen = new Int32Array(KINDS);
  readonly #plain = new Uint8Array(KINDS);
  #scratch = new Uint8Array(16 << 10);
  #isPlainString = false;
  #hasContainer = false;

  constructor(timestamps: TimestampReader, hints: boolean) {
    this.#timestamps = timestamps;
    this.#hints = hints;
  }

  /** Reads the record at `start`; returns where it ends, or -1 when it is not a flat one on one line before `limit`. */
  read(bytes: Uint8Array, start: number, limit: number): number {
    this.#rank.fill(NO_RANK);
    this.#seen.fill(0);
    this.#hasContainer = false;
    const end = this.#readFields(bytes, start, limit);
    return end !== -1 && this.#takeFields(bytes) ? end : -1;
  }

  #readFields(bytes: Uint8Array, start: number, limit: number): number {
    let at = skipSpace(bytes, start, limit);
    if (at >= limit || bytes[at] !== 0x7b) return -1;
    at = skipSpace(bytes, at + 1, limit);
    for (;;) {
      if (at >= limit || bytes[at] !== 0x22) return -1;
      const keyEnd = this.#stringEnd(bytes, at, limit);
      if (keyEnd === -1 || !this.#isPlainString) return -1;
      const key = findKey(bytes, at + 1, keyEnd - 1);
      at = skipSpace(bytes, keyEnd, limit);
      if (at >= limit || bytes[at] !== 0x3a) return -1;
      at = skipSpace(bytes, at + 1, limit);
      at = key === undefined ? skipValue(bytes, at, limit) : this.#readValue(key, bytes, at, limit);
      if (at === -1) return -1;
      at = skipSpace(bytes, at, limit);
      if (at >= limit) return -1;
      if (bytes[at] === 0x7d) return at + 1;
      if (bytes[at] !== 0x2c) return -1;
      at = skipSpace(bytes, at + 1, limit);
    }
  }

  #readValue(key: Key, bytes: Uint8Array, at: number, limit: number): number {
    const { kind, rank } = key;
    if ((this.#seen[kind]! & (1 << rank)) !== 0) return -1;
    this.#seen[kind]! |= 1 << rank;
    const first = at < limit ? (bytes[at] as number) : 0;
    if (kind === CONTAINER) {
      this.#hasContainer = true;
      return skipValue(bytes, at, limit);
    }
    const isString = first === 0x22;
    if (isString) {
      const inside = bytes[at + 1];
      if (key.isLog && (inside === 0x7b || inside === 0x5c)) return -1;
    } else if (first === 0x7b || first === 0x5b) return -1;
    const end = isString ? this.#stringEnd(bytes, at, limit) : skipValue(bytes, at, limit);
    if (end === -1 || rank > this.#rank[kind]!) return end;
    // null, true and false hold nothing usable: as if the key were not there.
    if (first === 0x6e || first === 0x74 || first === 0x66) return end;
    this.#rank[kind] = rank;
    this.#from[kind] = isString ? at + 1 : at;
    this.#to[kind] = isString ? end - 1 : end;
    this.#plain[kind] = isString ? (this.#isPlainString ? PLAIN : ESCAPED) : NUMBER;
    return end;
  }

  #takeFields(bytes: Uint8Array): boolean {
    const rank = this.#rank;
    if (rank[MESSAGE] === NO_RANK) return false;
    const isWhole = rank[TIME] !== NO_RANK && rank[LEVEL] !== NO_RANK && rank[SERVICE] !== NO_RANK;
    if (this.#hasContainer && !isWhole) return false;
    return this.#takeMessage(bytes) && this.#takeTime(bytes) && this.#takeLevel(bytes) && this.#takeService(bytes);
  }

  #takeMessage(bytes: Uint8Array): boolean {
    const from = this.#from[MESSAGE]!;
    let to = this.#to[MESSAGE]!;
    if (this.#plain[MESSAGE] === NUMBER || to === from) return false;
    this.messageBytes = bytes;
    this.messageStart = from;
    if (this.#plain[MESSAGE] === ESCAPED) {
      if (this.#scratch.length < to - from) this.#scratch = new Uint8Array(2 * (to - from));
      to = unescapeJson(bytes, from, to, this.#scratch);
      this.messageBytes = this.#scratch;
      this.messageStart = 0;
      if (to > 0 && this.#scratch[to - 1] === 0x0a) to -= to > 1 && this.#scratch[to - 2] === 0x0d ? 2 : 1;
    }
    this.messageEnd = to;
    return true;
  }

  #takeTime(bytes: Uint8Array): boolean {
    this.timestampMs = Number.NaN;
    if (this.#rank[TIME] === NO_RANK) return true;
    const from = this.#from[TIME]!;
    const to = this.#to[TIME]!;
    if (this.#plain[TIME] === ESCAPED) return false;
    this.timestampMs =
      this.#plain[TIME] === NUMBER
        ? msOfNumber(numberOf(bytes, from, to))
        : msOfText(bytes, from, to, this.#timestamps);
    return !Number.isNaN(this.timestampMs);
  }

  #takeLevel(bytes: Uint8Array): boolean {
    if (this.#rank[LEVEL] === NO_RANK) {
      if (this.#rank[SEVERITY_NUMBER] !== NO_RANK) return false;
      this.level = sniffLevel(this.messageBytes, this.messageStart, this.messageEnd) ?? INFO;
      return true;
    }
    const from = this.#from[LEVEL]!;
    const to = this.#to[LEVEL]!;
    if (this.#plain[LEVEL] === ESCAPED) return false;
    const isNumber = this.#plain[LEVEL] === NUMBER;
    const value = isNumber ? numberOf(bytes, from, to) : 0;
    const level = isNumber
      ? Number.isInteger(value)
        ? levelOfNumber(value)
        : undefined
      : levelOfBytes(bytes, from, to);
    if (level === undefined) return false;
    this.level = level;
    return true;
  }

  #takeService(bytes: Uint8Array): boolean {
    this.serviceStart = 0;
    this.serviceEnd = 0;
    const kind = this.#rank[SERVICE] !== NO_RANK ? SERVICE : HINT;
    if (this.#rank[kind] === NO_RANK || (kind === HINT && !this.#hints)) return true;
    const from = this.#from[kind]!;
    const to = this.#to[kind]!;
    // A blank name counts as none, which another spelling may fill.
    if (this.#plain[kind] !== PLAIN || to === from || (bytes[from] as number) <= 0x20) return false;
    this.serviceStart = from;
    this.serviceEnd = to;
    return true;
  }

  #stringEnd(bytes: Uint8Array, at: number, limit: number): number {
    this.#isPlainString = true;
    for (let i = at + 1; i < limit; i++) {
      const byte = bytes[i] as number;
      if (byte === 0x22) return i + 1;
      if (byte < 0x20) return -1;
      if (byte === 0x5c) {
        this.#isPlainString = false;
        if (skipEscape(bytes, i + 1, limit) === -1) return -1;
        return skipString(bytes, i - 1, limit);
      }
    }
    return -1;
  }
}

const NUMBER = 0;
const PLAIN = 1;
const ESCAPED = 2;

/** Short integers by hand, all else as the language reads them. */
function numberOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  let at = start;
  if (end - start <= 15) for (; at < end && isDigit(bytes[at] as number); at++) value = value * 10 + bytes[at]! - 0x30;
  if (at === end) return value;
  return skipNumber(bytes, start, end) === end
    ? Number(Buffer.from(bytes.subarray(start, end)).toString('latin1'))
    : Number.NaN;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function findKey(bytes: Uint8Array, start: number, end: number): Key | undefined {
  const length = end - start;
  if (length === 0) return undefined;
  next: for (let slot = slotOf(bytes[start]!, bytes[end - 1]!, length); ; slot = (slot + 1) & (SLOTS - 1)) {
    const key = KEYS[slot];
    if (key === undefined) return undefined;
    if (key.bytes.length !== length) continue;
    for (let i = 0; i < length; i++) if (key.bytes[i] !== bytes[start + i]) continue next;
    return key;
  }
}

function keyTable(spellings: readonly (readonly string[])[]): (Key | undefined)[] {
  const table: (Key | undefined)[] = Array.from({ length: SLOTS });
  for (const [kind, names] of spellings.entries()) {
    names.forEach((name, rank) => {
      const bytes = Uint8Array.from(name, (char) => char.charCodeAt(0));
      let slot = slotOf(bytes[0]!, bytes.at(-1)!, bytes.length);
      while (table[slot] !== undefined) slot = (slot + 1) & (SLOTS - 1);
      table[slot] = { bytes, kind, rank, isLog: name === 'log' };
    });
  }
  return table;
}

function slotOf(first: number, last: number, length: number): number {
  return (first * 31 + last * 7 + length) & (SLOTS - 1);
}

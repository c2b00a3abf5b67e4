import { colourEnd } from '../../domain/terminal-colour.ts';
import { levelOfBytes, sniffLevel } from '../../domain/level-sniff.ts';
import { ERROR, INFO, WARN, levelOfNumber } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { isDigit, isLetter, startsWith } from '../record/ascii.ts';
import type { DateOrder } from '../record/date-order.ts';
import { TimestampReader } from '../record/timestamp-reader.ts';

const SPACE = 0x20;
const TAB = 0x09;
const ESCAPE = 0x1b;
/** A key of the time (logfmt) or an access log's bracket has to start this early. */
const HEAD_BYTES = 192;
/** Brackets around a level. */
const CLOSING = new Map([
  [0x5b, 0x5d],
  [0x3c, 0x3e],
  [0x28, 0x29],
]);
const TIME_KEYS = ['time=', 'ts=', 'timestamp=', 't='];

/**
 * What the head of a text line says: its time, its level, a syslog tag, and where the message starts behind them.
 * One object is filled line after line.
 */
export class LineHead {
  timestampMs = Number.NaN;
  level: LevelIndex = INFO;
  messageStart = 0;
  /** Range of syslog's tag, the program's name; empty when there is none. */
  tagStart = 0;
  tagEnd = 0;
  readonly #timestamps: TimestampReader;

  constructor(referenceMs: number, order: DateOrder) {
    this.#timestamps = new TimestampReader(referenceMs, order);
  }

  read(bytes: Uint8Array, start: number, end: number): void {
    this.tagStart = 0;
    this.tagEnd = 0;
    this.messageStart = start;
    this.timestampMs = Number.NaN;
    let level: LevelIndex | undefined;
    let at = skipBlank(bytes, start, end);
    if (bytes[at] === ESCAPE) at = skipBlank(bytes, behindColours(bytes, at, end), end);
    if (bytes[at] === 0x3c) {
      const afterPriority = this.#afterPriority(bytes, at, end);
      if (afterPriority > at) {
        level = levelOfNumber(priority(bytes, at) & 7);
        at = afterPriority;
        this.messageStart = at;
        // RFC 5424: a version stands before the time.
        if (bytes[at] === 0x31 && bytes[at + 1] === SPACE) {
          this.#readRfc5424(bytes, at + 2, end);
          this.level = level ?? INFO;
          return;
        }
      }
    }
    if (bytes[at] === 0x5b || bytes[at] === 0x28) at++;
    this.timestampMs = this.#timestamps.read(bytes, at, end);
    if (Number.isNaN(this.timestampMs)) return this.#readElsewhere(bytes, start, end, level);
    const isGlog = this.#timestamps.isGlog;
    this.messageStart = skipSeparators(bytes, behindColours(bytes, this.#timestamps.end, end), end);
    if (isGlog) level = sniffLevel(bytes, at, end);
    else this.#readTag(bytes, this.messageStart, end, this.#timestamps.isSyslog);
    const stated = this.#takeLevel(bytes, end);
    this.level = level ?? stated ?? sniffLevel(bytes, this.messageStart, end) ?? INFO;
  }

  /**
   * A level that stands by itself behind the timestamp (`ERROR`, `[warn]`, `<Error>`, `INFO:`) is the row's and no part of
   * its message, unless nothing else would be left of it.
   */
  #takeLevel(bytes: Uint8Array, end: number): LevelIndex | undefined {
    let start = this.messageStart;
    if (bytes[start] === ESCAPE) start = skipBlank(bytes, behindColours(bytes, start, end), end);
    const close = CLOSING.get(bytes[start] as number);
    if (close !== undefined) start++;
    let at = start;
    let isUpper = true;
    for (; at < end && at < start + 16 && isLetter(bytes[at] as number); at++) if (bytes[at]! > 0x5a) isUpper = false;
    if (at - start < 3 || (close === undefined && !isUpper)) return undefined;
    const wordEnd = at;
    if (close !== undefined) {
      at = skipBlank(bytes, at, end);
      if (bytes[at] !== close) return undefined;
      at++;
    }
    at = behindColours(bytes, at, end);
    if (at < end && bytes[at] === 0x3a) at++;
    if (at >= end || (bytes[at] as number) > SPACE) return undefined;
    const level = levelOfBytes(bytes, start, wordEnd);
    const rest = skipSeparators(bytes, at, end);
    const isLast = rest >= end || ((bytes[rest] as number) <= SPACE && bytes[rest] !== ESCAPE);
    if (level !== undefined && !isLast) this.messageStart = rest;
    return level;
  }

  /** Lines that do not begin with their time: access logs, logfmt, BGL; else the whole line is the message. */
  #readElsewhere(bytes: Uint8Array, start: number, end: number, level: LevelIndex | undefined): void {
    const headEnd = Math.min(end, start + HEAD_BYTES);
    const firstSpace = indexOf(bytes, SPACE, start, headEnd);
    if (firstSpace !== -1 && this.#readBgl(bytes, firstSpace + 1, end)) {
      this.level = sniffLevel(bytes, this.messageStart, end) ?? INFO;
      return;
    }
    for (let at = start; at < headEnd; at++) {
      const byte = bytes[at];
      if (byte === 0x5b && at > start && this.#readAccess(bytes, at + 1, end)) return;
      if (byte === 0x3d && this.#readTimeKey(bytes, start, at, end)) break;
    }
    this.level = level ?? sniffLevel(bytes, this.messageStart, end) ?? INFO;
  }

  /** `host - user [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 503 12`: 5xx is an error, 4xx a warning. */
  #readAccess(bytes: Uint8Array, at: number, end: number): boolean {
    if (bytes[at + 2] !== 0x2f || bytes[at + 6] !== 0x2f) return false;
    const ms = this.#timestamps.read(bytes, at, end);
    if (Number.isNaN(ms)) return false;
    this.timestampMs = ms;
    this.messageStart = skipSeparators(bytes, this.#timestamps.end, end);
    this.level = INFO;
    if (bytes[this.messageStart] !== 0x22) return true;
    let close = this.messageStart + 1;
    while (close < end && !(bytes[close] === 0x22 && bytes[close - 1] !== 0x5c)) close++;
    const status = bytes[close + 2];
    if (close + 4 < end && bytes[close + 1] === SPACE && isDigit(bytes[close + 4] as number)) {
      if (status === 0x35) this.level = ERROR;
      else if (status === 0x34) this.level = WARN;
    }
    return true;
  }

  /** `time=2024-01-02T03:04:05Z level=info msg=...`: the line stays the message. */
  #readTimeKey(bytes: Uint8Array, start: number, equals: number, end: number): boolean {
    const key = TIME_KEYS.find((text) => {
      const from = equals + 1 - text.length;
      return from >= start && startsWith(bytes, from, end, text) && (from === start || bytes[from - 1] === SPACE);
    });
    if (key === undefined) return false;
    const at = bytes[equals + 1] === 0x22 ? equals + 2 : equals + 1;
    const ms = this.#timestamps.read(bytes, at, end);
    if (Number.isNaN(ms)) return false;
    this.timestampMs = ms;
    return true;
  }

  /** `- 1117838570 2005.06.03 node 2005-06-03-15.42.50.675872 node RAS KERNEL INFO text`. */
  #readBgl(bytes: Uint8Array, at: number, end: number): boolean {
    if (at + 22 > end || bytes[at + 10] !== SPACE || bytes[at + 15] !== 0x2e || bytes[at + 18] !== 0x2e) return false;
    const ms = this.#timestamps.read(bytes, at, end);
    if (Number.isNaN(ms)) return false;
    this.timestampMs = ms;
    let message = at;
    for (let token = 0; token < 5 && message < end; token++) {
      const space = indexOf(bytes, SPACE, message, end);
      message = space === -1 ? end : space + 1;
    }
    this.messageStart = message;
    return true;
  }

  /** `host tag[123]: ` before the message. Without a process id it only counts behind syslog's own timestamp. */
  #readTag(bytes: Uint8Array, at: number, end: number, isSyslog: boolean): void {
    const hostEnd = indexOf(bytes, SPACE, at, Math.min(end, at + 256));
    if (hostEnd === -1 || hostEnd === at || bytes[hostEnd - 1] === 0x3a) return;
    const tagStart = hostEnd + 1;
    const limit = Math.min(end, tagStart + 128);
    let tagEnd = tagStart;
    while (tagEnd < limit && !isTagEnd(bytes[tagEnd] as number)) tagEnd++;
    let next = tagEnd;
    const hasPid = bytes[tagEnd] === 0x5b && isDigit(bytes[tagEnd + 1] as number);
    if (hasPid) {
      next++;
      while (next < limit && isDigit(bytes[next] as number)) next++;
      if (bytes[next] !== 0x5d) return;
      next++;
    }
    if (tagEnd === tagStart || next >= end || bytes[next] !== 0x3a || !(hasPid || isSyslog)) return;
    this.tagStart = tagStart;
    this.tagEnd = tagEnd;
    this.messageStart = skipBlank(bytes, next + 1, end);
  }

  /** `TIME HOST APP PROCID MSGID SD MSG`, a dash for what is absent. */
  #readRfc5424(bytes: Uint8Array, start: number, end: number): void {
    this.timestampMs = this.#timestamps.read(bytes, start, end);
    let at = afterToken(bytes, start, end);
    const app = afterToken(bytes, at, end);
    at = afterToken(bytes, app, end);
    const isNil = bytes[app] === 0x2d && at - app === 2;
    this.tagStart = app;
    this.tagEnd = isNil ? app : Math.max(app, at - 1);
    at = afterToken(bytes, afterToken(bytes, at, end), end);
    if (bytes[at] === 0x2d) at++;
    while (at < end && bytes[at] === 0x5b) {
      while (at < end && !(bytes[at] === 0x5d && bytes[at - 1] !== 0x5c)) at++;
      at++;
    }
    at = skipBlank(bytes, Math.min(at, end), end);
    if (startsWith(bytes, at, end, '\u00ef\u00bb\u00bf')) at += 3;
    this.messageStart = at;
  }

  #afterPriority(bytes: Uint8Array, at: number, end: number): number {
    let next = at + 1;
    while (next < end && next < at + 4 && isDigit(bytes[next] as number)) next++;
    return next > at + 1 && next < end && bytes[next] === 0x3e && priority(bytes, at) <= 191 ? next + 1 : at;
  }
}

function priority(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at + 1; isDigit(bytes[i] as number); i++) value = value * 10 + (bytes[i] as number) - 0x30;
  return value;
}

function isTagEnd(byte: number): boolean {
  return byte === 0x3a || byte === 0x5b || byte <= SPACE;
}

function skipBlank(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

/** Behind colours of a terminal, where there are some. */
function behindColours(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let next = colourEnd(bytes, at, end); next > at; next = colourEnd(bytes, at, end)) at = next;
  return at;
}

/** Behind a timestamp: its closing bracket, white space, one of `- | : ,`, and a container runtime's `stdout F `. */
function skipSeparators(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (bytes[at] === 0x5d || bytes[at] === 0x29) at++;
  at = skipBlank(bytes, at, end);
  const sign = at < end ? bytes[at] : 0;
  const next = at + 1 < end ? bytes[at + 1] : SPACE;
  if ((sign === 0x2d || sign === 0x7c || sign === 0x3a || sign === 0x2c) && next === SPACE) {
    at = skipBlank(bytes, at + 1, end);
  }
  if (startsWith(bytes, at, end, 'stdout ') || startsWith(bytes, at, end, 'stderr ')) {
    const flag = bytes[at + 7];
    if ((flag === 0x46 || flag === 0x50) && bytes[at + 8] === SPACE) return Math.min(at + 9, end);
  }
  return at;
}

/** Start of the next token: behind the space that ends the one at `start`. */
function afterToken(bytes: Uint8Array, start: number, end: number): number {
  const space = indexOf(bytes, SPACE, start, end);
  return space === -1 ? end : space + 1;
}

function indexOf(bytes: Uint8Array, byte: number, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return at;
  return -1;
}

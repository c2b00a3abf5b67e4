import { isUtf8 } from 'node:buffer';

import { LINE_BYTES_MAX } from './byte-consumer.ts';
import type { ByteConsumer } from './byte-consumer.ts';
import { ContinuationRule } from './continuation.ts';
import { LineHead } from './line-head.ts';
import type { RowWriter } from './row-writer.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** Enough of a line to tell whether it continues the one before. */
export const PEEK_BYTES = 256;
/** What names a service begins with this. */
const SERVICE = Buffer.from('service');
const SERVICE_KEYS = ['service=', 'service.name=', 'service_name='].map((key) => Buffer.from(key));

/**
 * Plain text, a line a row: timestamp, level and service are sniffed at its head, the message is what follows the
 * timestamp. Lines that continue the one before (stack traces) belong to its row.
 */
export class TextReader implements ByteConsumer {
  readonly #rows: RowWriter;
  readonly #head: LineHead;
  readonly #continuation: ContinuationRule;
  /** In the rest of a record that was too long: of a line of it, or between its lines. */
  #inCutLine = false;
  #inCutRecord = false;
  #validUtf8 = true;
  /** Of the key and the value that named the line's service. */
  #keyStart = -1;
  #keyEnd = -1;
  /** Where {@link SERVICE} stands next: one search of the whole stretch instead of one a line. */
  #serviceAt = -1;

  constructor(rows: RowWriter, referenceMs: number) {
    this.#rows = rows;
    this.#head = new LineHead(referenceMs, rows.dateOrder);
    this.#continuation = new ContinuationRule(referenceMs);
  }

  consume(bytes: Buffer, start: number, end: number, final: boolean): number {
    this.#validUtf8 =
      isUtf8(bytes.subarray(start, end)) || (!final && isUtf8(bytes.subarray(start, lastLineEnd(bytes, start, end))));
    this.#serviceAt = -1;
    let at = start;
    while (at < end) {
      if (this.#inCutRecord) {
        at = this.#skip(bytes, at, end, final);
        if (this.#isStillCut()) return at;
        continue;
      }
      const recordEnd = this.#recordEnd(bytes, at, end, final);
      // Where its end is not seen yet, some of what is there may be of the next line.
      if ((recordEnd === -1 ? end - PEEK_BYTES - 1 : recordEnd) - at > LINE_BYTES_MAX) {
        this.#writeRecord(bytes, at, at + LINE_BYTES_MAX, end, false);
        this.#rows.counts.cutLines++;
        this.#inCutLine = true;
        this.#inCutRecord = true;
        at += LINE_BYTES_MAX;
      } else if (recordEnd === -1) return at;
      else {
        this.#writeRecord(bytes, at, recordEnd, end, this.#validUtf8);
        at = Math.min(recordEnd + 1, end);
      }
    }
    return end;
  }

  /** The newline that ends the record (or the end of the file); -1 when that cannot be seen yet. */
  #recordEnd(bytes: Buffer, start: number, end: number, final: boolean): number {
    let lineStart = start;
    this.#continuation.restart();
    for (;;) {
      const newline = indexOfNewline(bytes, lineStart, end);
      if (newline === -1) return final ? end : -1;
      const next = newline + 1;
      // Too long already: the caller cuts, whatever follows.
      if (newline - start > LINE_BYTES_MAX) return newline;
      if (!final && next + PEEK_BYTES > end) return -1;
      const limit = Math.min(end, next + PEEK_BYTES);
      if (next >= end || !this.#continuation.continues(bytes, next, limit, start)) return newline;
      lineStart = next;
    }
  }

  /** A call, as the compiler takes a field that was just checked to be still the same. */
  #isStillCut(): boolean {
    return this.#inCutRecord;
  }

  #skip(bytes: Buffer, start: number, end: number, final: boolean): number {
    let at = start;
    for (;;) {
      if (this.#inCutLine) {
        const newline = indexOfNewline(bytes, at, end);
        if (newline === -1) return end;
        at = newline + 1;
        this.#inCutLine = false;
      }
      if (!final && at + PEEK_BYTES > end) return at;
      if (at >= end || !this.#continuation.continues(bytes, at, Math.min(end, at + PEEK_BYTES), -1)) {
        this.#inCutRecord = false;
        return at;
      }
      this.#inCutLine = true;
    }
  }

  #writeRecord(bytes: Buffer, start: number, recordEnd: number, stretchEnd: number, validUtf8: boolean): void {
    let end = recordEnd;
    if (this.#continuation.lines > 0) end = withoutReturns(bytes, start, end);
    else if (end > start && bytes[end - 1] === RETURN) end--;
    if (isBlank(bytes, start, end)) return;
    this.#head.read(bytes, start, end);
    this.#emit(bytes, end, stretchEnd, validUtf8);
  }

  #emit(bytes: Buffer, end: number, stretchEnd: number, validUtf8: boolean): void {
    const head = this.#head;
    const rows = this.#rows;
    let start = head.messageStart;
    let service = this.#statedService(bytes, start, end, stretchEnd);
    // A key that opens the message is no part of it.
    if (service !== -1 && this.#keyStart === start && this.#keyEnd < end) start = skipSpaces(bytes, this.#keyEnd, end);
    if (service === -1 && head.tagEnd > head.tagStart && rows.namedService === undefined) {
      service = rows.sink.service(bytes, head.tagStart, head.tagEnd);
    }
    rows.write(
      bytes,
      start,
      end,
      head.timestampMs,
      head.level,
      service === -1 ? rows.defaultService : service,
      validUtf8,
    );
  }

  /** Service that the line names as `service=checkout` or `service="checkout"`; -1 when it names none. */
  #statedService(bytes: Buffer, start: number, end: number, stretchEnd: number): number {
    if (this.#serviceAt < start) {
      const found = bytes.subarray(start, stretchEnd).indexOf(SERVICE);
      this.#serviceAt = found === -1 ? stretchEnd : start + found;
    }
    if (this.#serviceAt >= end) return -1;
    const line = bytes.subarray(start, end);
    for (const key of SERVICE_KEYS) {
      const found = line.indexOf(key);
      const at = start + found;
      if (found === -1 || (at > start && !isSeparator(bytes[at - 1] as number))) continue;
      const value = valueRange(bytes, at + key.length, end);
      if (value === undefined) continue;
      this.#keyStart = at;
      this.#keyEnd = value.after;
      return this.#rows.sink.service(bytes, value.start, value.end);
    }
    return -1;
  }
}

interface ValueRange {
  start: number;
  end: number;
  /** Behind the closing quote. */
  after: number;
}

function valueRange(bytes: Buffer, start: number, end: number): ValueRange | undefined {
  const quote = bytes[start];
  const quoted = quote === 0x22 || quote === 0x27;
  const from = quoted ? start + 1 : start;
  let at = from;
  while (at < end && !(quoted ? bytes[at] === quote : isSeparator(bytes[at] as number))) at++;
  return at > from ? { start: from, end: at, after: quoted && at < end ? at + 1 : at } : undefined;
}

function isSeparator(byte: number): boolean {
  return (
    byte <= 0x20 ||
    byte === 0x2c ||
    byte === 0x3b ||
    byte === 0x5b ||
    byte === 0x5d ||
    byte === 0x28 ||
    byte === 0x29 ||
    byte === 0x7b ||
    byte === 0x7d
  );
}

/** Behind blanks and commas, but for the last byte: a message is not left empty. */
function skipSpaces(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end - 1 && (bytes[at] === 0x20 || bytes[at] === 0x2c)) at++;
  return at;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] as number) > 0x20) return false;
  return true;
}

/** Most lines are short: a loop finds their end before a native call would have begun. */
function indexOfNewline(bytes: Buffer, start: number, end: number): number {
  const near = Math.min(end, start + 128);
  for (let at = start; at < near; at++) if (bytes[at] === NEWLINE) return at;
  if (near === end) return -1;
  const found = bytes.indexOf(NEWLINE, near);
  return found === -1 || found >= end ? -1 : found;
}

function lastLineEnd(bytes: Buffer, start: number, end: number): number {
  const newline = bytes.subarray(start, end).lastIndexOf(NEWLINE);
  return newline === -1 ? start : start + newline;
}

/** Turns CRLF into LF in place, so that a file's line ends do not show in its messages; returns the new end. */
function withoutReturns(bytes: Buffer, start: number, end: number): number {
  let to = start;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === RETURN && (at + 1 === end || bytes[at + 1] === NEWLINE)) continue;
    bytes[to++] = byte;
  }
  return to;
}

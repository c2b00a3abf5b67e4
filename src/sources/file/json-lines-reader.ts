import { isUtf8 } from 'node:buffer';

import { LINE_BYTES_MAX, countBad } from './byte-consumer.ts';
import type { ByteConsumer } from './byte-consumer.ts';
import { FlatRecord } from './flat-record.ts';
import { skipSpace } from './json-syntax.ts';
import { recordFields } from '../record/record-fields.ts';
import type { RowWriter } from './row-writer.ts';
import { TimestampReader } from '../record/timestamp-reader.ts';

const NEWLINE = 0x0a;
const encoder = new TextEncoder();

/** Writes JSON records as rows: by the flat scanner where it can, else by parsing. */
export class JsonRecordWriter {
  readonly #rows: RowWriter;
  readonly #flat: FlatRecord;
  readonly #timestamps: TimestampReader;
  readonly #hints: boolean;

  constructor(rows: RowWriter, referenceMs: number) {
    this.#rows = rows;
    this.#hints = rows.namedService === undefined;
    this.#timestamps = new TimestampReader(referenceMs, rows.dateOrder);
    this.#flat = new FlatRecord(this.#timestamps, this.#hints);
  }

  /** Takes a flat record that stands on one line before `limit` and writes it; returns its end, -1 when it is not one. */
  scan(bytes: Buffer, start: number, limit: number): number {
    return this.#flat.read(bytes, start, limit);
  }

  /** Writes what `scan` has just read. */
  writeScanned(bytes: Buffer, validUtf8: boolean): void {
    const flat = this.#flat;
    const rows = this.#rows;
    const named = flat.serviceEnd > flat.serviceStart;
    rows.write(
      flat.messageBytes,
      flat.messageStart,
      flat.messageEnd,
      flat.timestampMs,
      flat.level,
      named ? rows.sink.service(bytes, flat.serviceStart, flat.serviceEnd) : rows.defaultService,
      validUtf8,
    );
  }

  /** Parses and writes the record `bytes[start, end)`; returns what is wrong with it, or undefined. */
  writeParsed(bytes: Buffer, start: number, end: number): string | undefined {
    let record: unknown;
    try {
      record = JSON.parse(bytes.toString('utf8', start, end));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    if (typeof record === 'string') record = { message: record };
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      return `expected an object, got ${Array.isArray(record) ? 'an array' : JSON.stringify(record)}`;
    }
    const fields = recordFields(record as Record<string, unknown>, this.#timestamps, this.#hints);
    const message = encoder.encode(fields.message);
    const service = fields.service === undefined ? this.#rows.defaultService : this.#rows.serviceOf(fields.service);
    this.#rows.write(message, 0, message.length, fields.timestampMs, fields.level, service, true);
    return undefined;
  }
}

/** NDJSON: one record a line. Lines that are not JSON are counted and skipped. */
export class JsonLinesReader implements ByteConsumer {
  readonly #rows: RowWriter;
  readonly #records: JsonRecordWriter;
  #line = 1;
  #inCutLine = false;

  /** Lines that were taken, whatever became of them. */
  get lines(): number {
    return this.#line - 1;
  }

  constructor(rows: RowWriter, referenceMs: number) {
    this.#rows = rows;
    this.#records = new JsonRecordWriter(rows, referenceMs);
  }

  consume(bytes: Buffer, start: number, end: number, final: boolean): number {
    let validUtf8: boolean | undefined;
    let at = start;
    while (at < end) {
      if (!this.#inCutLine) {
        const taken = this.#rows.takeRecords(bytes, at, end);
        if (taken > at) {
          this.#line += this.#rows.linesTaken;
          at = taken;
          if (at === end) break;
          // The line that the end cuts is no plain record yet: not to be looked at more closely.
          if (!final && end - at <= LINE_BYTES_MAX && !bytes.subarray(at, end).includes(NEWLINE)) return at;
        }
        validUtf8 ??= isUtf8(bytes.subarray(at, end));
        const next = this.#takeFlat(bytes, at, end, final, validUtf8);
        if (next !== -1) {
          at = next;
          continue;
        }
      }
      const newline = bytes.subarray(at, end).indexOf(NEWLINE);
      if (newline === -1 && !final) {
        if (end - at <= LINE_BYTES_MAX) return at;
        if (!this.#inCutLine) this.#tooLong();
        this.#inCutLine = true;
        return end;
      }
      const lineEnd = newline === -1 ? end : at + newline;
      if (this.#inCutLine) this.#inCutLine = false;
      else if (lineEnd - at > LINE_BYTES_MAX) this.#tooLong();
      else this.#takeLine(bytes, at, lineEnd);
      this.#line++;
      at = Math.min(lineEnd + 1, end);
    }
    return end;
  }

  /** Start of the next line when a flat record fills this one, else -1. */
  #takeFlat(bytes: Buffer, at: number, end: number, final: boolean, validUtf8: boolean): number {
    let next = this.#records.scan(bytes, at, end);
    if (next === -1) return -1;
    next = skipSpace(bytes, next, end);
    if (next === end ? !final : bytes[next] !== NEWLINE) return -1;
    if (next - at > LINE_BYTES_MAX) return -1;
    this.#records.writeScanned(bytes, validUtf8);
    this.#line++;
    return Math.min(next + 1, end);
  }

  #takeLine(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && (bytes[at] as number) <= 0x20) at++;
    if (at === end) return;
    const problem = this.#records.writeParsed(bytes, at, end);
    if (problem !== undefined) countBad(this.#rows.counts, this.#line, problem);
  }

  #tooLong(): void {
    this.#rows.counts.cutLines++;
    countBad(this.#rows.counts, this.#line, `the line is longer than ${LINE_BYTES_MAX} bytes`);
  }
}

import { LINE_BYTES_MAX, countBad } from './byte-consumer.ts';
import type { ByteConsumer } from './byte-consumer.ts';
import { JsonRecordWriter } from './json-lines-reader.ts';
import { SourceError } from '../source-error.ts';
import type { RowWriter } from './row-writer.ts';

type Place = 'before' | 'between' | 'in' | 'after';

/**
 * One JSON array of records, or records one after the other over as many lines as they like (`jq` writes so). The
 * elements are told apart by their brackets and parsed one at a time: the array is never whole in memory.
 */
export class JsonSequenceReader implements ByteConsumer {
  readonly #rows: RowWriter;
  readonly #records: JsonRecordWriter;
  readonly #isArray: boolean;
  #place: Place;
  #line = 1;
  /** State of the scan through the current element, kept from one stretch to the next. */
  #scanned = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #tooLong = false;
  #mayFollow = true;

  constructor(rows: RowWriter, referenceMs: number, framing: 'array' | 'sequence') {
    this.#rows = rows;
    this.#records = new JsonRecordWriter(rows, referenceMs);
    this.#isArray = framing === 'array';
    this.#place = this.#isArray ? 'before' : 'between';
  }

  consume(bytes: Buffer, start: number, end: number, final: boolean): number {
    let at = start;
    while (at < end) {
      if (this.#place === 'in') {
        const next = this.#readElement(bytes, at, end);
        if (next === -1) {
          if (final) break;
          if (end - at <= LINE_BYTES_MAX) return at;
          for (let i = at; i < end; i++) if (bytes[i] === 0x0a) this.#line++;
          this.#tooLong = true;
          this.#scanned = 0;
          return end;
        }
        at = next;
      } else at = this.#readBetween(bytes, at, end);
    }
    if (final) this.#finish();
    return end;
  }

  /** White space, brackets and commas between elements. */
  #readBetween(bytes: Buffer, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === 0x0a) this.#line++;
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
      if (this.#place === 'before' && byte === 0x5b) this.#place = 'between';
      else if (this.#place === 'between' && this.#isArray && byte === 0x5d) this.#place = 'after';
      else if (this.#place === 'between' && byte === 0x2c && this.#isArray && !this.#mayFollow) this.#mayFollow = true;
      else if (this.#place === 'between' && (byte === 0x7b || byte === 0x5b) && this.#mayFollow) {
        this.#begin();
        return at;
      } else throw this.#malformed(`got ${JSON.stringify(String.fromCharCode(byte))}`);
    }
    return end;
  }

  #begin(): void {
    this.#place = 'in';
    this.#scanned = 0;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#tooLong = false;
  }

  /** Behind the element that starts at `start`, which has been written; -1 when it does not end before `end`. */
  #readElement(bytes: Buffer, start: number, end: number): number {
    const elementEnd = this.#elementEnd(bytes, start, end);
    if (elementEnd === -1) return -1;
    const firstLine = this.#line;
    for (let at = start; at < elementEnd; at++) if (bytes[at] === 0x0a) this.#line++;
    if (this.#tooLong || elementEnd - start > LINE_BYTES_MAX) {
      this.#rows.counts.cutLines++;
      countBad(this.#rows.counts, firstLine, `the record is longer than ${LINE_BYTES_MAX} bytes`);
    } else {
      const problem = this.#write(bytes, start, elementEnd);
      if (problem !== undefined) countBad(this.#rows.counts, firstLine, problem);
    }
    this.#place = 'between';
    this.#mayFollow = !this.#isArray;
    return elementEnd;
  }

  #write(bytes: Buffer, start: number, end: number): string | undefined {
    if (this.#records.scan(bytes, start, end) !== end) return this.#records.writeParsed(bytes, start, end);
    this.#records.writeScanned(bytes, false);
    return undefined;
  }

  #elementEnd(bytes: Buffer, start: number, end: number): number {
    for (let at = start + this.#scanned; at < end; at++) {
      const byte = bytes[at] as number;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === 0x5c) this.#escaped = true;
        else if (byte === 0x22) this.#inString = false;
      } else if (byte === 0x22) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) this.#depth++;
      else if (byte === 0x7d || byte === 0x5d) {
        this.#depth--;
        if (this.#depth === 0) return at + 1;
      }
    }
    this.#scanned = end - start;
    return -1;
  }

  #finish(): void {
    if (this.#place === 'in') throw this.#malformed('got the end of the file within a record');
    if (this.#isArray && this.#place !== 'after')
      throw this.#malformed('got the end of the file before the closing "]"');
  }

  #malformed(got: string): SourceError {
    const expected =
      this.#place === 'after'
        ? 'nothing after the array'
        : this.#isArray
          ? 'an array of objects: "{", "," or "]"'
          : 'an object: "{"';
    return new SourceError('malformed_input', `malformed JSON at line ${this.#line}: expected ${expected}, ${got}`);
  }
}

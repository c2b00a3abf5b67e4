import { levelOfBytes } from '../domain/level-sniff.ts';
import { levelOfNumber } from '../domain/level.ts';
import type { LevelIndex } from '../domain/level.ts';
import { LEVEL_FIELDS, MESSAGE_DEPTH_MAX, MESSAGE_ENTRIES_MAX, MESSAGE_FIELDS } from '../domain/structured-message.ts';
import { ARRAY, AnyValue, BOOL, BYTES, DOUBLE, INT, KVLIST, KeyValue, NONE, STRING } from './any-value.ts';
import { LENGTH } from './protobuf-reader.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import { TextScratch } from './text-scratch.ts';
import { isUtf8 } from './utf8.ts';

const VALUES = (1 << 3) | LENGTH;
const ELLIPSIS = '...';
/** Bytes that are no text are shown in hex, this many at most. */
const HEX_BYTES_MAX = 1024;

const encoder = new TextEncoder();
const messageFields = MESSAGE_FIELDS.map((field) => encoder.encode(field));
const levelFields = LEVEL_FIELDS.map((field) => encoder.encode(field));

/**
 * Message of a log record's body: where its UTF-8 bytes stand, in the request as they are or in `scratch`. The rule is
 * that of `domain/structured-message.ts`; values in place are copied nowhere.
 */
export class BodyMessage {
  readonly scratch = new TextScratch();
  start = 0;
  end = 0;
  inScratch = false;
  /** What a structured body says in its level field. */
  level: LevelIndex | undefined;
  readonly #value = new AnyValue();
  readonly #entry = new KeyValue();

  /** Values so far that point into a table of strings that logs do not have. */
  get unresolved(): number {
    return this.#value.unresolved;
  }

  /** Reads the `AnyValue` in `[start, end)`. A value that says nothing is an empty message. */
  read(reader: ProtobufReader, start: number, end: number): void {
    const value = this.#value;
    this.level = undefined;
    this.#place(0, 0);
    value.read(reader, start, end);
    switch (value.kind) {
      case NONE:
        return;
      case STRING:
        this.#place(value.start, value.end);
        return;
      case BYTES:
        if (isUtf8(reader.bytes, value.start, value.end)) this.#place(value.start, value.end);
        else this.#render(() => this.#writeHex(reader.bytes, value.start, value.end));
        return;
      case KVLIST:
        if (!this.#readFields(reader, value.start, value.end)) this.#renderJson(reader, start, end);
        return;
      case ARRAY:
        this.#renderJson(reader, start, end);
        return;
      default:
        this.#render(() => this.scratch.ascii(value.scalarText()));
    }
  }

  #place(start: number, end: number): void {
    this.start = start;
    this.end = end;
    this.inScratch = false;
  }

  #render(write: () => void): void {
    this.start = this.scratch.open();
    write();
    this.end = this.scratch.close(this.start);
    this.inScratch = true;
  }

  #renderJson(reader: ProtobufReader, start: number, end: number): void {
    this.#render(() => this.#writeValue(reader, start, end, 1));
  }

  /** Looks for the message and level fields of a kvlist; false when it has no message field that is text. */
  #readFields(reader: ProtobufReader, start: number, end: number): boolean {
    let messageRank = messageFields.length;
    let levelRank = levelFields.length;
    let messageStart = 0;
    let messageEnd = 0;
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag !== VALUES) {
        reader.skipUnknown(tag, end, 0b10, 'KeyValueList');
        continue;
      }
      const entryEnd = reader.lengthEnd(end);
      const { keyStart, keyEnd, valueStart, valueEnd } = this.#readEntry(reader, entryEnd);
      // Of equal keys the last counts, as in an object.
      const message = rankOf(messageFields, reader.bytes, keyStart, keyEnd);
      const level = rankOf(levelFields, reader.bytes, keyStart, keyEnd);
      if (message < messageFields.length && message <= messageRank) {
        this.#value.read(reader, valueStart, valueEnd);
        if (this.#value.kind === STRING && this.#value.end > this.#value.start) {
          messageRank = message;
          messageStart = this.#value.start;
          messageEnd = this.#value.end;
        }
      } else if (level < levelFields.length && level <= levelRank) {
        this.#value.read(reader, valueStart, valueEnd);
        const stated = this.#statedLevel(reader.bytes);
        if (stated !== undefined) {
          levelRank = level;
          this.level = stated;
        }
      }
      reader.at = entryEnd;
    }
    this.#place(messageStart, messageEnd);
    return messageRank < messageFields.length;
  }

  #statedLevel(bytes: Uint8Array): LevelIndex | undefined {
    const { kind, start, end, low, high } = this.#value;
    if (kind === STRING) return levelOfBytes(bytes, start, end);
    return kind === INT && high === 0 ? levelOfNumber(low) : undefined;
  }

  #readEntry(reader: ProtobufReader, end: number): KeyValue {
    this.#entry.read(reader, end);
    return this.#entry;
  }

  #writeValue(reader: ProtobufReader, start: number, end: number, depth: number): void {
    const value = this.#value;
    value.read(reader, start, end);
    if (value.kind === STRING) this.scratch.json(reader.bytes, value.start, value.end);
    else if (value.kind === BYTES) this.#writeBytes(reader.bytes, value.start, value.end);
    else if (value.kind === ARRAY || value.kind === KVLIST) {
      if (depth > MESSAGE_DEPTH_MAX) this.scratch.ascii(`"${ELLIPSIS}"`);
      else if (value.kind === ARRAY) this.#writeArray(reader, value.start, value.end, depth + 1);
      else this.#writeObject(reader, value.start, value.end, depth + 1);
    } else if (value.kind === INT || value.kind === BOOL) this.scratch.ascii(value.scalarText());
    else if (value.kind === DOUBLE) {
      const text = value.scalarText();
      this.scratch.ascii(Number.isFinite(value.double) ? text : `"${text}"`);
    } else this.scratch.ascii('null');
  }

  #writeArray(reader: ProtobufReader, start: number, end: number, depth: number): void {
    const { scratch } = this;
    let items = 0;
    scratch.push(0x5b);
    reader.at = start;
    while (reader.at < end && !scratch.full) {
      const tag = reader.tag(end);
      if (tag !== VALUES) {
        reader.skipUnknown(tag, end, 0b10, 'ArrayValue');
        continue;
      }
      const itemEnd = reader.lengthEnd(end);
      if (items > 0) scratch.push(0x2c);
      if (items === MESSAGE_ENTRIES_MAX) {
        scratch.ascii(`"${ELLIPSIS}"`);
        break;
      }
      this.#writeValue(reader, reader.at, itemEnd, depth);
      reader.at = itemEnd;
      items++;
    }
    scratch.push(0x5d);
  }

  #writeObject(reader: ProtobufReader, start: number, end: number, depth: number): void {
    const { scratch } = this;
    const { entries, more } = this.#sortedEntries(reader, start, end);
    scratch.push(0x7b);
    for (const [index, entry] of entries.entries()) {
      if (scratch.full) break;
      if (index > 0) scratch.push(0x2c);
      scratch.json(reader.bytes, entry.keyStart, entry.keyEnd);
      scratch.push(0x3a);
      this.#writeValue(reader, entry.valueStart, entry.valueEnd, depth);
    }
    if (more) scratch.ascii(`,"${ELLIPSIS}":"${ELLIPSIS}"`);
    scratch.push(0x7d);
  }

  /** Entries by key, each key once. */
  #sortedEntries(reader: ProtobufReader, start: number, end: number): { entries: KeyValue[]; more: boolean } {
    const { bytes } = reader;
    const found: KeyValue[] = [];
    reader.at = start;
    while (reader.at < end && found.length <= MESSAGE_ENTRIES_MAX) {
      const tag = reader.tag(end);
      if (tag === VALUES) {
        const entry = new KeyValue();
        entry.read(reader, reader.lengthEnd(end));
        found.push(entry);
      } else reader.skipUnknown(tag, end, 0b10, 'KeyValueList');
    }
    const more = found.length > MESSAGE_ENTRIES_MAX;
    if (more) found.pop();
    found.sort((a, b) => compareKeys(bytes, a, b));
    // The sort is stable: of equal keys the last stays.
    const entries = found.filter(
      (entry, i) => i + 1 === found.length || compareKeys(bytes, entry, found[i + 1]!) !== 0,
    );
    return { entries, more };
  }

  #writeBytes(bytes: Uint8Array, start: number, end: number): void {
    if (isUtf8(bytes, start, end)) {
      this.scratch.json(bytes, start, end);
      return;
    }
    this.scratch.push(0x22);
    this.#writeHex(bytes, start, end);
    this.scratch.push(0x22);
  }

  #writeHex(bytes: Uint8Array, start: number, end: number): void {
    this.scratch.hex(bytes, start, Math.min(end, start + HEX_BYTES_MAX));
    if (end - start > HEX_BYTES_MAX) this.scratch.ascii(ELLIPSIS);
  }
}

function rankOf(fields: readonly Uint8Array[], bytes: Uint8Array, start: number, end: number): number {
  next: for (let rank = 0; rank < fields.length; rank++) {
    const field = fields[rank] as Uint8Array;
    if (field.length !== end - start) continue;
    for (let i = 0; i < field.length; i++) if (field[i] !== bytes[start + i]) continue next;
    return rank;
  }
  return fields.length;
}

function compareKeys(bytes: Uint8Array, a: KeyValue, b: KeyValue): number {
  const aLength = a.keyEnd - a.keyStart;
  const bLength = b.keyEnd - b.keyStart;
  const length = Math.min(aLength, bLength);
  for (let i = 0; i < length; i++) {
    const difference = (bytes[a.keyStart + i] as number) - (bytes[b.keyStart + i] as number);
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

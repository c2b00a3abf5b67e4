import { FIXED64, LENGTH, VARINT } from './protobuf-reader.ts';
import type { ProtobufReader } from './protobuf-reader.ts';

/** Kinds of an `AnyValue`: the field numbers of its oneof. */
export const NONE = 0;
export const STRING = 1;
export const BOOL = 2;
export const INT = 3;
export const DOUBLE = 4;
export const ARRAY = 5;
export const KVLIST = 6;
export const BYTES = 7;
const STRING_INDEX = 8;

const KNOWN_FIELDS = 0b1_1111_1110;

const doubleBytes = new Uint8Array(8);
const doubleValue = new DataView(doubleBytes.buffer);

/** An `AnyValue` taken apart: its kind and where its payload stands. Filled in place by `read`. */
export class AnyValue {
  kind = NONE;
  /** Payload of a string, bytes, array or kvlist. */
  start = 0;
  end = 0;
  /** A bool or the two halves of an int64. */
  low = 0;
  high = 0;
  double = 0;
  /** Values that point into a string table that only profiles have; they count as absent. */
  unresolved = 0;

  /** Reads `[start, end)` of the reader's bytes. Of several values the last counts. */
  read(reader: ProtobufReader, start: number, end: number): void {
    this.kind = NONE;
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case (STRING << 3) | LENGTH:
        case (ARRAY << 3) | LENGTH:
        case (KVLIST << 3) | LENGTH:
        case (BYTES << 3) | LENGTH:
          this.end = reader.lengthEnd(end);
          this.start = reader.at;
          reader.at = this.end;
          break;
        case (BOOL << 3) | VARINT:
        case (INT << 3) | VARINT:
          this.low = reader.varint(end);
          this.high = reader.high;
          break;
        case (DOUBLE << 3) | FIXED64:
          this.double = readDouble(reader, end);
          break;
        case (STRING_INDEX << 3) | VARINT:
          reader.varint(end);
          this.unresolved++;
          this.kind = NONE;
          continue;
        default:
          reader.skipUnknown(tag, end, KNOWN_FIELDS, 'AnyValue');
          continue;
      }
      this.kind = tag >>> 3;
    }
  }

  /** Text of a bool, int or double. */
  scalarText(): string {
    if (this.kind === BOOL) return this.low === 0 && this.high === 0 ? 'false' : 'true';
    return this.kind === INT ? int64Text(this.low, this.high) : String(this.double);
  }
}

const KEY = (1 << 3) | LENGTH;
const VALUE = (2 << 3) | LENGTH;
const KEY_INDEX = (3 << 3) | VARINT;

/** A `KeyValue` taken apart. */
export class KeyValue {
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;

  read(reader: ProtobufReader, end: number): void {
    this.keyStart = this.keyEnd = this.valueStart = this.valueEnd = reader.at;
    while (reader.at < end) {
      const tag = reader.tag(end);
      if (tag === KEY) {
        this.keyEnd = reader.lengthEnd(end);
        this.keyStart = reader.at;
        reader.at = this.keyEnd;
      } else if (tag === VALUE) {
        this.valueEnd = reader.lengthEnd(end);
        this.valueStart = reader.at;
        reader.at = this.valueEnd;
      } else if (tag === KEY_INDEX) reader.varint(end);
      else reader.skipUnknown(tag, end, 0b1110, 'KeyValue');
    }
  }
}

function readDouble(reader: ProtobufReader, end: number): number {
  doubleValue.setUint32(0, reader.fixed64(end), true);
  doubleValue.setUint32(4, reader.high, true);
  return doubleValue.getFloat64(0, true);
}

/** Two's complement halves as decimal; a BigInt only where a number does not do. */
function int64Text(low: number, high: number): string {
  const signed = (high | 0) * 0x1_0000_0000 + low;
  if (Number.isSafeInteger(signed)) return String(signed);
  return String((BigInt(high | 0) << 32n) | BigInt(low));
}

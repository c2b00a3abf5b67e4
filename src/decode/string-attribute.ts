import { LENGTH } from './protobuf-reader.ts';
import type { ProtobufReader } from './protobuf-reader.ts';

const KEY = (1 << 3) | LENGTH;
const VALUE = (2 << 3) | LENGTH;
const STRING_VALUE = (1 << 3) | LENGTH;
const ANY_VALUE_FIELD_MAX = 8;

/** Offsets of an attribute's key and of its text; the text is empty where the value is none. */
export interface StringAttribute {
  keyStart: number;
  keyEnd: number;
  start: number;
  end: number;
}

/** Reads the `KeyValue` from `reader.at` to `end` into `out`. */
export function readStringAttribute(reader: ProtobufReader, end: number, out: StringAttribute): void {
  let valueStart = 0;
  let valueEnd = 0;
  out.keyStart = 0;
  out.keyEnd = 0;
  while (reader.at < end) {
    const tag = reader.tag(end);
    if (tag === KEY) {
      out.keyEnd = reader.lengthEnd(end);
      out.keyStart = reader.at;
      reader.at = out.keyEnd;
    } else if (tag === VALUE) {
      valueEnd = reader.lengthEnd(end);
      valueStart = reader.at;
      reader.at = valueEnd;
    } else reader.skipUnknown(tag, end, 0b110, 'KeyValue');
  }
  readText(reader, valueStart, valueEnd, out);
  reader.at = end;
}

function readText(reader: ProtobufReader, start: number, end: number, out: StringAttribute): void {
  out.start = 0;
  out.end = 0;
  reader.at = start;
  while (reader.at < end) {
    const tag = reader.tag(end);
    if (tag === STRING_VALUE) {
      out.end = reader.lengthEnd(end);
      out.start = reader.at;
      reader.at = out.end;
    } else {
      // Another value of the oneof takes the string's place.
      if (tag >>> 3 <= ANY_VALUE_FIELD_MAX) out.end = out.start;
      reader.skipUnknown(tag, end, 0b10, 'AnyValue');
    }
  }
}

export function isKey(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (own.length !== end - start) return false;
  for (let i = 0; i < own.length; i++) if (own[i] !== bytes[start + i]) return false;
  return true;
}

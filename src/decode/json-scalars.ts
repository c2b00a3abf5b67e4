import { hexDigit } from './json-cursor.ts';
import type { JsonCursor } from './json-cursor.ts';
import { SEVERITY_NUMBERS } from './otlp-json-schema.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

const QUOTE = 0x22;
const TWO_32 = 0x1_0000_0000;

type IntegerType = 'int32' | 'int64' | 'uint32' | 'fixed32' | 'fixed64';

interface Range {
  expected: string;
  min: bigint;
  max: bigint;
}

const RANGES: Readonly<Record<IntegerType, Range>> = {
  int32: { expected: 'a signed 32-bit integer', min: -(2n ** 31n), max: 2n ** 31n - 1n },
  int64: { expected: 'a signed 64-bit integer', min: -(2n ** 63n), max: 2n ** 63n - 1n },
  uint32: { expected: 'an unsigned 32-bit integer', min: 0n, max: 2n ** 32n - 1n },
  fixed32: { expected: 'an unsigned 32-bit integer', min: 0n, max: 2n ** 32n - 1n },
  fixed64: { expected: 'an unsigned 64-bit integer', min: 0n, max: 2n ** 64n - 1n },
};

/** An integer as a JSON number or as its digits in a string. */
export function writeInteger(json: JsonCursor, tag: number, type: IntegerType, writer: ProtobufWriter): void {
  const start = json.at;
  if (type === 'fixed64' && writeDigits(json, tag, writer)) return;
  json.at = start;
  const { expected, min, max } = RANGES[type];
  const text = numericText(json, expected);
  const value = integerOf(text);
  if (value === undefined || value < min || value > max) json.fail(start, expected);
  writer.varint(tag);
  const bits = BigInt.asUintN(64, value);
  const low = Number(bits & 0xffff_ffffn);
  const high = Number(bits >> 32n);
  if (type === 'fixed32') writer.fixed32(low);
  else if (type === 'fixed64') {
    writer.fixed32(low);
    writer.fixed32(high);
  } else writer.varint(low, high);
}

/** The timestamp of nearly every sender, 1 to 19 digits in quotes, without a string or a BigInt on the way. */
function writeDigits(json: JsonCursor, tag: number, writer: ProtobufWriter): boolean {
  const { bytes } = json;
  if (json.peek() !== QUOTE) return false;
  const start = json.at + 1;
  let at = start;
  let low = 0;
  let high = 0;
  for (; at < bytes.length && at - start < 20; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) break;
    const sum = low * 10 + digit;
    high = high * 10 + Math.floor(sum / TWO_32);
    low = sum >>> 0;
  }
  if (at === start || at - start > 19 || bytes[at] !== QUOTE) return false;
  json.at = at + 1;
  writer.varint(tag);
  writer.fixed32(low);
  writer.fixed32(high);
  return true;
}

/** A severity number, as an integer or by its enum name. */
export function writeSeverity(json: JsonCursor, tag: number, writer: ProtobufWriter): void {
  const start = json.at;
  const expected = 'a severity number, 0 to 24';
  const text = numericText(json, expected);
  const value = integerOf(text) ?? BigInt(SEVERITY_NUMBERS.get(text) ?? json.fail(start, expected));
  if (value < RANGES.int32.min || value > RANGES.int32.max) json.fail(start, expected);
  const bits = BigInt.asUintN(64, value);
  writer.varint(tag);
  writer.varint(Number(bits & 0xffff_ffffn), Number(bits >> 32n));
}

const doubleView = new DataView(new ArrayBuffer(8));

/** A double as a JSON number, its text, or `"NaN"`, `"Infinity"`, `"-Infinity"`. */
export function writeDouble(json: JsonCursor, tag: number, writer: ProtobufWriter): void {
  const start = json.at;
  const expected = 'a number, "NaN", "Infinity" or "-Infinity"';
  const text = numericText(json, expected);
  if (!/^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity|NaN)$/.test(text)) json.fail(start, expected);
  doubleView.setFloat64(0, Number(text), true);
  writer.varint(tag);
  writer.fixed32(doubleView.getUint32(0, true));
  writer.fixed32(doubleView.getUint32(4, true));
}

/** Bytes as base64, the standard or the URL alphabet, padded or not (proto3 JSON). */
export function writeBase64(json: JsonCursor, tag: number, writer: ProtobufWriter): void {
  const valueStart = json.at;
  const expected = 'base64 in a string';
  if (json.peek() !== QUOTE) json.fail(valueStart, expected);
  const start = writer.open(tag);
  json.copyString(writer);
  const { bytes } = writer;
  let end = writer.at;
  // Decoded where it stands: four digits become three bytes, so that writing never passes reading.
  while (end > start && writer.at - end < 2 && bytes[end - 1] === 0x3d) end--;
  let bits = 0;
  let bitCount = 0;
  let to = start;
  for (let from = start; from < end; from++) {
    const digit = BASE64[bytes[from] as number] as number;
    if (digit === 0xff) json.fail(valueStart, expected);
    bits = ((bits << 6) | digit) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[to++] = bits >> bitCount;
    }
  }
  if ((end - start) % 4 === 1) json.fail(valueStart, expected);
  writer.at = to;
  writer.close(start);
}

/** A trace or span id in hex. One of another length, or that is no hex, is not set: it costs no one their batch. */
export function writeHexId(json: JsonCursor, tag: number, length: number, writer: ProtobufWriter): void {
  if (json.peek() !== QUOTE) json.fail(json.at, `${length * 2} hex digits in a string`);
  const before = writer.at;
  const start = writer.open(tag);
  json.copyString(writer);
  const { bytes } = writer;
  let isId = writer.at - start === length * 2;
  for (let i = 0; isId && i < length; i++) {
    const high = hexDigit(bytes[start + i * 2] as number);
    const low = hexDigit(bytes[start + i * 2 + 1] as number);
    if (high === -1 || low === -1) isId = false;
    bytes[start + i] = (high << 4) | low;
  }
  writer.at = isId ? start + length : before;
  if (isId) writer.close(start);
}

/** Text of the number, or of the string that should hold one, that is next. */
function numericText(json: JsonCursor, expected: string): string {
  const first = json.peek();
  const start = json.at;
  if (first === QUOTE) {
    json.skipString();
    // Nothing numeric is longer; a double may have many digits.
    return json.at - start > 512 ? '' : json.text(start + 1, json.at - 1);
  }
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) json.fail(start, expected);
  json.skipNumber();
  return json.at - start > 512 ? '' : json.text(start, json.at);
}

/** The integer that a text stands for: digits, or a decimal or exponent form that is whole (`1e3`). */
function integerOf(text: string): bigint | undefined {
  if (/^-?\d{1,20}$/.test(text)) return BigInt(text);
  if (!/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isInteger(value) && Math.abs(value) <= TWO_32 * TWO_32 ? BigInt(value) : undefined;
}

const BASE64 = new Uint8Array(256).fill(0xff);
const BASE64_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
for (let i = 0; i < BASE64_DIGITS.length; i++) BASE64[BASE64_DIGITS.charCodeAt(i)] = i;
for (const [i, digit] of ['+', '/', '-', '_'].entries()) BASE64[digit.charCodeAt(0)] = 62 + (i & 1);

import { hexDigit } from './json-cursor.ts';
import type { JsonCursor } from './json-cursor.ts';
import { SEVERITY_NUMBERS } from './otlp-json-schema.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

const QUOTE = 0x22;
const TWO_32 = 0x1_0000_0000;
const INT32_MAX = 0x7fff_ffff;

type IntegerType = 'int32' | 'int64' | 'uint32' | 'fixed32' | 'fixed64';

interface Range {
  expected: string;
  min: bigint;
  max: bigint;
  /** Halves of `max`. */
  highMax: number;
  lowMax: number;
}

const RANGES: Readonly<Record<IntegerType, Range>> = {
  int32: range('a signed 32-bit integer', -(2n ** 31n), 2n ** 31n - 1n),
  int64: range('a signed 64-bit integer', -(2n ** 63n), 2n ** 63n - 1n),
  uint32: range('an unsigned 32-bit integer', 0n, 2n ** 32n - 1n),
  fixed32: range('an unsigned 32-bit integer', 0n, 2n ** 32n - 1n),
  fixed64: range('an unsigned 64-bit integer', 0n, 2n ** 64n - 1n),
};

function range(expected: string, min: bigint, max: bigint): Range {
  return { expected, min, max, highMax: Number(max >> 32n), lowMax: Number(max & 0xffff_ffffn) };
}

/** An integer as a JSON number or as its digits in a string. */
export function writeInteger(json: JsonCursor, tag: number, type: IntegerType, writer: ProtobufWriter): void {
  const start = json.at;
  const allowed = RANGES[type];
  const { highMax, lowMax } = allowed;
  if (!takeDigits(json) || high > highMax || (high === highMax && low > lowMax)) {
    json.at = start;
    takeBigInteger(json, allowed);
  }
  writer.varint(tag);
  if (type === 'fixed32') writer.fixed32(low);
  else if (type === 'fixed64') {
    writer.fixed32(low);
    writer.fixed32(high);
  } else writer.varint(low, high);
}

/** Any other spelling of an integer: negative, of 20 digits, with an exponent. Fails when it is none of the range. */
function takeBigInteger(json: JsonCursor, { expected, min, max }: Range): void {
  const start = json.at;
  const value = integerOf(numericText(json, expected));
  if (value === undefined || value < min || value > max) json.fail(start, expected);
  setHalves(value);
}

function setHalves(value: bigint): void {
  const bits = BigInt.asUintN(64, value);
  low = Number(bits & 0xffff_ffffn);
  high = Number(bits >> 32n);
}

/** Halves of what {@link takeDigits} took. */
let low = 0;
let high = 0;

/**
 * Takes 1 to 19 digits, in quotes or not, without a string or a BigInt on the way: what nearly every integer is. False,
 * with nothing taken, for all other values, right or wrong.
 */
function takeDigits(json: JsonCursor): boolean {
  const { bytes } = json;
  const isQuoted = json.peek() === QUOTE;
  const start = isQuoted ? json.at + 1 : json.at;
  let at = start;
  low = 0;
  high = 0;
  for (; at < bytes.length && at - start < 20; at++) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9) break;
    const sum = low * 10 + digit;
    high = high * 10 + Math.floor(sum / TWO_32);
    low = sum >>> 0;
  }
  const count = at - start;
  if (count === 0 || count > 19) return false;
  if (isQuoted ? bytes[at] !== QUOTE : !endsNumber(bytes[at]) || (count > 1 && bytes[start] === 0x30)) return false;
  json.at = isQuoted ? at + 1 : at;
  return true;
}

function endsNumber(byte: number | undefined): boolean {
  return byte !== 0x2e && ((byte ?? 0) | 0x20) !== 0x65;
}

/** A severity number, as an integer or by its enum name. */
export function writeSeverity(json: JsonCursor, tag: number, writer: ProtobufWriter): void {
  const start = json.at;
  if (!takeDigits(json) || high !== 0 || low > INT32_MAX) {
    const expected = 'a severity number, 0 to 24';
    json.at = start;
    const text = numericText(json, expected);
    const value = integerOf(text) ?? BigInt(SEVERITY_NUMBERS.get(text) ?? json.fail(start, expected));
    if (value < RANGES.int32.min || value > RANGES.int32.max) json.fail(start, expected);
    setHalves(value);
  }
  writer.varint(tag);
  writer.varint(low, high);
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
    const upper = hexDigit(bytes[start + i * 2] as number);
    const lower = hexDigit(bytes[start + i * 2 + 1] as number);
    if (upper === -1 || lower === -1) isId = false;
    bytes[start + i] = (upper << 4) | lower;
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

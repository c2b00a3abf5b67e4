import { JsonCursor } from './json-cursor.ts';
import { writeBase64, writeDouble, writeHexId, writeInteger, writeSeverity } from './json-scalars.ts';
import { LOGS_REQUEST } from './otlp-json-schema.ts';
import type { JsonField, JsonMessage } from './otlp-json-schema.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/**
 * Messages in one another. A list in a list is three of them; what is deeper than the decoder ever looks
 * (`MESSAGE_DEPTH_MAX`) need not be written.
 */
const DEPTH_MAX = 160;
/** Messages deeper than any that programs send. */
const PADDED_DEPTH = 16;

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

export interface Transcoded {
  /** The request as protobuf, in memory of its own. */
  bytes: Uint8Array<ArrayBuffer>;
  /** For the sender's operator when the text is JSON but holds no OTLP logs; else empty. */
  warning: string;
}

/** Reused: a text that was refused leaves something in it, which the next one clears. */
const writer = new ProtobufWriter();

/**
 * OTLP/JSON (specification 1.11, "JSON Protobuf Encoding") to the protobuf bytes of the same request, in one pass that
 * builds no object. Lenient where the Collector is: snake_case names, enum names, integers as strings or numbers,
 * unknown fields at any depth, ids of a bad length (taken as not set). Throws `DecodeError` with the path of the field.
 */
export function transcodeJson(text: Uint8Array): Transcoded {
  const json = new JsonCursor(text);
  checkStart(json);
  writer.clear();
  const fields = writeFields(json, LOGS_REQUEST, 0);
  if (json.peek() !== 0 || json.at < text.length) json.failSyntax('the end: one request is one object');
  const warning = fields.unknown && !fields.known ? 'no resourceLogs in the request: it held no log records' : '';
  return { bytes: writer.finish(), warning };
}

function checkStart(json: JsonCursor): void {
  const { bytes } = json;
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    json.failSyntax('JSON without a byte order mark');
  }
  const first = json.peek();
  if (first === OPEN_ARRAY) {
    json.fail(json.at, 'one object with resourceLogs (Vector: set codec to otlp, or batch.max_events to 1)');
  }
  if (first !== OPEN_OBJECT) json.failSyntax('an object with resourceLogs');
}

/** Writes the fields of the object that is next; says which kinds of names it had. */
function writeFields(json: JsonCursor, message: JsonMessage, depth: number): { known: boolean; unknown: boolean } {
  let known = false;
  let unknown = false;
  if (json.peek() !== OPEN_OBJECT) json.fail(json.at, 'an object');
  json.at++;
  if (json.take(CLOSE_OBJECT)) return { known, unknown };
  do {
    json.peek();
    const keyStart = json.at + 1;
    const keyEnd = json.skipKey();
    const field = message.find(json.bytes, keyStart, keyEnd) ?? findEscaped(json, message, keyStart, keyEnd);
    if (field === undefined) {
      unknown = true;
      json.skipValue();
      continue;
    }
    known = true;
    if (json.skipNull()) continue;
    json.path.push(field.name);
    if (field.repeated) writeList(json, field, depth);
    else writeField(json, field, depth);
    json.path.pop();
  } while (json.more(CLOSE_OBJECT));
  return { known, unknown };
}

/** A name may be written with escapes; it is spelled out behind what is written so far. */
function findEscaped(json: JsonCursor, message: JsonMessage, start: number, end: number): JsonField | undefined {
  // Six bytes a letter: none of our names is so long that a longer key could be one.
  if (end - start > 256 || json.bytes.subarray(start, end).indexOf(0x5c) === -1) return undefined;
  const { at } = json;
  const nameStart = writer.at;
  json.at = start - 1;
  json.copyString(writer);
  json.at = at;
  const field = message.find(writer.bytes, nameStart, writer.at);
  writer.at = nameStart;
  return field;
}

function writeList(json: JsonCursor, field: JsonField, depth: number): void {
  if (json.peek() !== OPEN_ARRAY) json.fail(json.at, 'an array');
  json.at++;
  if (json.take(CLOSE_ARRAY)) return;
  const last = json.path.length;
  let index = 0;
  do {
    json.path[last] = index++;
    writeField(json, field, depth);
  } while (json.more(CLOSE_ARRAY));
  json.path.length = last;
}

function writeField(json: JsonCursor, field: JsonField, depth: number): void {
  json.peek();
  switch (field.type) {
    case 'message':
      writeMessage(json, field, depth);
      return;
    case 'string': {
      if (json.peek() !== 0x22) json.fail(json.at, 'a string');
      const start = writer.open(field.tag);
      json.copyString(writer);
      writer.close(start);
      return;
    }
    case 'bool': {
      const value = json.takeBoolean();
      if (value === undefined) json.fail(json.at, 'true or false');
      writer.varint(field.tag);
      writer.byte(value ? 1 : 0);
      return;
    }
    case 'bytes':
      writeBase64(json, field.tag, writer);
      return;
    case 'id16':
      writeHexId(json, field.tag, 16, writer);
      return;
    case 'id8':
      writeHexId(json, field.tag, 8, writer);
      return;
    case 'double':
      writeDouble(json, field.tag, writer);
      return;
    case 'severity':
      writeSeverity(json, field.tag, writer);
      return;
    default:
      writeInteger(json, field.tag, field.type, writer);
  }
}

function writeMessage(json: JsonCursor, field: JsonField, depth: number): void {
  const { message } = field;
  // An entry of a list may be null in some encoders: it is an empty message.
  const isNull = json.skipNull();
  const padded = depth > PADDED_DEPTH;
  const start = writer.open(field.tag, padded);
  if (!isNull && message !== undefined) {
    if (depth < DEPTH_MAX) writeFields(json, message, depth + 1);
    else json.skipValue();
  }
  writer.close(start, padded);
}

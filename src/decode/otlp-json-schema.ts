import { FIXED32, FIXED64, LENGTH, VARINT } from './protobuf-reader.ts';

/** How a field's JSON value is read; `id16` and `id8` are hex, not the base64 of other bytes (OTLP's own rule). */
export type JsonType =
  | 'message'
  | 'string'
  | 'bool'
  | 'bytes'
  | 'id16'
  | 'id8'
  | 'double'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'fixed32'
  | 'fixed64'
  | 'severity';

export interface JsonField {
  name: string;
  /** Field number * 8 + wire type. */
  tag: number;
  type: JsonType;
  repeated: boolean;
  message: JsonMessage | undefined;
}

/** Fields by name: lowerCamelCase as OTLP/JSON has it and, as the Collector accepts it, the proto's snake_case. */
export class JsonMessage {
  readonly #byLength: { name: Uint8Array; field: JsonField }[][] = [];

  field(number: number, name: string, type: JsonType, message?: JsonMessage): this {
    return this.#add({ name, tag: tagOf(number, type), type, repeated: false, message });
  }

  list(number: number, name: string, message: JsonMessage): this {
    return this.#add({ name, tag: tagOf(number, 'message'), type: 'message', repeated: true, message });
  }

  /** The field that the raw text of a key, `bytes[start, end)`, names. */
  find(bytes: Uint8Array, start: number, end: number): JsonField | undefined {
    next: for (const { name, field } of this.#byLength[end - start] ?? []) {
      for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) continue next;
      return field;
    }
    return undefined;
  }

  #add(field: JsonField): this {
    const snakeCase = field.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    for (const text of new Set([field.name, snakeCase])) {
      const name = new TextEncoder().encode(text);
      (this.#byLength[name.length] ??= []).push({ name, field });
    }
    return this;
  }
}

const WIRE_TYPES: Readonly<Partial<Record<JsonType, number>>> = {
  bool: VARINT,
  int32: VARINT,
  int64: VARINT,
  uint32: VARINT,
  severity: VARINT,
  double: FIXED64,
  fixed64: FIXED64,
  fixed32: FIXED32,
};

function tagOf(number: number, type: JsonType): number {
  return (number << 3) | (WIRE_TYPES[type] ?? LENGTH);
}

const anyValue = new JsonMessage();
const keyValue = new JsonMessage()
  .field(1, 'key', 'string')
  .field(2, 'value', 'message', anyValue)
  .field(3, 'keyStrindex', 'int32');
anyValue
  .field(1, 'stringValue', 'string')
  .field(2, 'boolValue', 'bool')
  .field(3, 'intValue', 'int64')
  .field(4, 'doubleValue', 'double')
  .field(5, 'arrayValue', 'message', new JsonMessage().list(1, 'values', anyValue))
  .field(6, 'kvlistValue', 'message', new JsonMessage().list(1, 'values', keyValue))
  .field(7, 'bytesValue', 'bytes')
  .field(8, 'stringValueStrindex', 'int32');

const resource = new JsonMessage().list(1, 'attributes', keyValue).field(2, 'droppedAttributesCount', 'uint32');

const scope = new JsonMessage()
  .field(1, 'name', 'string')
  .field(2, 'version', 'string')
  .list(3, 'attributes', keyValue)
  .field(4, 'droppedAttributesCount', 'uint32');

const logRecord = new JsonMessage()
  .field(1, 'timeUnixNano', 'fixed64')
  .field(2, 'severityNumber', 'severity')
  .field(3, 'severityText', 'string')
  .field(5, 'body', 'message', anyValue)
  .list(6, 'attributes', keyValue)
  .field(7, 'droppedAttributesCount', 'uint32')
  .field(8, 'flags', 'fixed32')
  .field(9, 'traceId', 'id16')
  .field(10, 'spanId', 'id8')
  .field(11, 'observedTimeUnixNano', 'fixed64')
  .field(12, 'eventName', 'string');

const scopeLogs = new JsonMessage()
  .field(1, 'scope', 'message', scope)
  .list(2, 'logRecords', logRecord)
  .field(3, 'schemaUrl', 'string');

const resourceLogs = new JsonMessage()
  .field(1, 'resource', 'message', resource)
  .list(2, 'scopeLogs', scopeLogs)
  .field(3, 'schemaUrl', 'string');

/** `opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest`. */
export const LOGS_REQUEST: JsonMessage = new JsonMessage().list(1, 'resourceLogs', resourceLogs);

const SEVERITY_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** Enum names, which senders must not use and some do. */
export const SEVERITY_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['SEVERITY_NUMBER_UNSPECIFIED', 0],
  ...SEVERITY_LEVELS.flatMap((level, i) =>
    ['', '2', '3', '4'].map((suffix, j): [string, number] => [`SEVERITY_NUMBER_${level}${suffix}`, i * 4 + j + 1]),
  ),
]);

import protobuf from 'protobufjs/minimal.js';

type Writer = protobuf.Writer;

/**
 * An AnyValue as plain data: whole numbers and bigints are `intValue`, other numbers and {@link double} `doubleValue`,
 * `Uint8Array` `bytesValue`, `Map` and objects `kvlistValue` (arrays of pairs through {@link pairs} keep duplicates),
 * `null` an AnyValue with no value set.
 */
export type SampleValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | Double
  | Pairs
  | SampleValue[]
  | { [key: string]: SampleValue };

interface Double {
  readonly kind: 'double';
  readonly double: number;
}

interface Pairs {
  readonly kind: 'pairs';
  readonly pairs: [string, SampleValue][];
}

const wrapped = new WeakSet<object>();

export function double(value: number): Double {
  return wrap({ kind: 'double', double: value });
}

export function pairs(...entries: [string, SampleValue][]): Pairs {
  return wrap({ kind: 'pairs', pairs: entries });
}

export interface SampleRecord {
  /** Absent: no body field at all. */
  body?: SampleValue;
  severityNumber?: number;
  severityText?: string;
  timeUnixNano?: bigint;
  observedTimeUnixNano?: bigint;
  /** Hex; any even length, so that bad ids can be sent too. */
  traceId?: string;
  spanId?: string;
  flags?: number;
  attributes?: Record<string, SampleValue>;
  droppedAttributesCount?: number;
  eventName?: string;
}

export interface SampleResource {
  /** Becomes the resource attribute `service.name`. */
  service?: string;
  attributes?: Record<string, SampleValue>;
  scope?: { name?: string; version?: string; attributes?: Record<string, SampleValue> };
  schemaUrl?: string;
  records: SampleRecord[];
}

/** An `ExportLogsServiceRequest` as protobuf bytes. */
export function encodeLogsRequest(...resources: SampleResource[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const resource of resources) message(writer, 1, (inner) => writeResourceLogs(inner, resource));
  // Not a Buffer, whose methods differ, but what arrives in a worker.
  return new Uint8Array(writer.finish());
}

/** The commonest case: one service and its lines, one record each, a second apart. */
export function encodeLines(service: string, lines: string[], record: SampleRecord = {}): Uint8Array {
  const start = record.timeUnixNano ?? 1_700_000_000_000_000_000n;
  const records = lines.map((body, i) => ({ ...record, timeUnixNano: start + BigInt(i) * 1_000_000_000n, body }));
  return encodeLogsRequest({ service, records });
}

/** The same request in OTLP/JSON, as plain data; `JSON.stringify` makes the text. */
export function logsRequestJson(...resources: SampleResource[]): unknown {
  return { resourceLogs: resources.map(resourceLogsJson) };
}

/** An `AnyValue` in OTLP/JSON. */
export function anyValueJson(value: SampleValue): unknown {
  if (value === null) return {};
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: value } : doubleJson(value);
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValueJson) } };
  if (isDouble(value)) return doubleJson(value.double);
  return { kvlistValue: { values: entriesOf(value).map(([key, item]) => ({ key, value: anyValueJson(item) })) } };
}

function writeResourceLogs(writer: Writer, resource: SampleResource): void {
  message(writer, 1, (inner) => {
    if (resource.service !== undefined) writeAttributes(inner, 1, { 'service.name': resource.service });
    writeAttributes(inner, 1, resource.attributes ?? {});
  });
  message(writer, 2, (inner) => {
    const { scope } = resource;
    if (scope !== undefined) {
      message(inner, 1, (scopeWriter) => {
        if (scope.name !== undefined) scopeWriter.uint32(tag(1, 2)).string(scope.name);
        if (scope.version !== undefined) scopeWriter.uint32(tag(2, 2)).string(scope.version);
        writeAttributes(scopeWriter, 3, scope.attributes ?? {});
      });
    }
    for (const record of resource.records) message(inner, 2, (recordWriter) => writeRecord(recordWriter, record));
  });
  if (resource.schemaUrl !== undefined) writer.uint32(tag(3, 2)).string(resource.schemaUrl);
}

function writeRecord(writer: Writer, record: SampleRecord): void {
  const { body, attributes = {} } = record;
  if (record.timeUnixNano !== undefined) writer.uint32(tag(1, 1)).fixed64(halves(record.timeUnixNano));
  if (record.severityNumber !== undefined) writer.uint32(tag(2, 0)).int32(record.severityNumber);
  if (record.severityText !== undefined) writer.uint32(tag(3, 2)).string(record.severityText);
  if (body !== undefined) message(writer, 5, (inner) => writeAnyValue(inner, body));
  writeAttributes(writer, 6, attributes);
  if (record.droppedAttributesCount !== undefined) writer.uint32(tag(7, 0)).uint32(record.droppedAttributesCount);
  if (record.flags !== undefined) writer.uint32(tag(8, 5)).fixed32(record.flags);
  if (record.traceId !== undefined) writer.uint32(tag(9, 2)).bytes(Buffer.from(record.traceId, 'hex'));
  if (record.spanId !== undefined) writer.uint32(tag(10, 2)).bytes(Buffer.from(record.spanId, 'hex'));
  if (record.observedTimeUnixNano !== undefined) {
    writer.uint32(tag(11, 1)).fixed64(halves(record.observedTimeUnixNano));
  }
  if (record.eventName !== undefined) writer.uint32(tag(12, 2)).string(record.eventName);
}

function writeAttributes(writer: Writer, field: number, attributes: Record<string, SampleValue>): void {
  for (const [key, value] of Object.entries(attributes))
    message(writer, field, (inner) => writeEntry(inner, key, value));
}

function writeEntry(writer: Writer, key: string, value: SampleValue): void {
  writer.uint32(tag(1, 2)).string(key);
  message(writer, 2, (inner) => writeAnyValue(inner, value));
}

/** Writes the fields of an AnyValue, without the length in front. */
function writeAnyValue(writer: Writer, value: SampleValue): void {
  if (value === null) return;
  if (typeof value === 'string') writer.uint32(tag(1, 2)).string(value);
  else if (typeof value === 'boolean') writer.uint32(tag(2, 0)).bool(value);
  else if (typeof value === 'bigint') writer.uint32(tag(3, 0)).int64(halves(value));
  else if (typeof value === 'number') {
    if (Number.isInteger(value)) writer.uint32(tag(3, 0)).int64(halves(BigInt(value)));
    else writer.uint32(tag(4, 1)).double(value);
  } else if (value instanceof Uint8Array) writer.uint32(tag(7, 2)).bytes(value);
  else if (Array.isArray(value)) {
    message(writer, 5, (list) => {
      for (const item of value) message(list, 1, (inner) => writeAnyValue(inner, item));
    });
  } else if (isDouble(value)) writer.uint32(tag(4, 1)).double(value.double);
  else {
    message(writer, 6, (list) => {
      for (const [key, item] of entriesOf(value)) message(list, 1, (inner) => writeEntry(inner, key, item));
    });
  }
}

function resourceLogsJson(resource: SampleResource): unknown {
  const attributes = {
    ...(resource.service === undefined ? {} : { 'service.name': resource.service }),
    ...resource.attributes,
  };
  const { scope } = resource;
  return {
    resource: { attributes: attributesJson(attributes) },
    scopeLogs: [
      {
        ...(scope && { scope: { ...scope, attributes: attributesJson(scope.attributes ?? {}) } }),
        logRecords: resource.records.map(recordJson),
      },
    ],
    ...(resource.schemaUrl !== undefined && { schemaUrl: resource.schemaUrl }),
  };
}

function recordJson(record: SampleRecord): unknown {
  const { body, attributes, timeUnixNano, observedTimeUnixNano, ...plain } = record;
  return {
    ...(timeUnixNano !== undefined && { timeUnixNano: String(timeUnixNano) }),
    ...(observedTimeUnixNano !== undefined && { observedTimeUnixNano: String(observedTimeUnixNano) }),
    ...plain,
    ...(body !== undefined && { body: anyValueJson(body) }),
    ...(attributes && { attributes: attributesJson(attributes) }),
  };
}

function attributesJson(attributes: Record<string, SampleValue>): unknown {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValueJson(value) }));
}

function doubleJson(value: number): unknown {
  return { doubleValue: Number.isFinite(value) ? value : String(value) };
}

function message(writer: Writer, field: number, write: (inner: Writer) => void): void {
  writer.uint32(tag(field, 2)).fork();
  write(writer);
  writer.ldelim();
}

function tag(field: number, wireType: number): number {
  return ((field << 3) | wireType) >>> 0;
}

function halves(value: bigint): { low: number; high: number; unsigned: boolean } {
  const bits = BigInt.asUintN(64, value);
  return { low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: true };
}

function wrap<T extends object>(value: T): T {
  wrapped.add(value);
  return value;
}

function isDouble(value: object): value is Double {
  return wrapped.has(value) && (value as Double).kind === 'double';
}

function entriesOf(value: object): [string, SampleValue][] {
  if (wrapped.has(value)) return (value as Pairs).pairs;
  return Object.entries(value as Record<string, SampleValue>);
}

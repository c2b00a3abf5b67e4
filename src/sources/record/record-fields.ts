import { sniffLevel } from '../../domain/level-sniff.ts';
import { INFO, levelOfNumber, levelOfSeverityNumber, levelOfText } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { structuredMessage } from '../../domain/structured-message.ts';
import {
  CONTAINER_FIELDS,
  LEVEL_FIELDS,
  MESSAGE_FIELDS,
  SERVICE_FIELDS,
  SERVICE_HINT_FIELDS,
  SEVERITY_NUMBER_FIELDS,
  TIME_FIELDS,
} from './field-names.ts';
import { msOfNumber, msOfText } from './instant-value.ts';
import type { TimestampReader } from './timestamp-reader.ts';

const CONTAINER_DEPTH_MAX = 3;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The four fields of a row as a structured record gives them. */
export interface RecordFields {
  message: string;
  /** NaN when the record has none. */
  timestampMs: number;
  level: LevelIndex;
  service: string | undefined;
}

type Fields = Record<string, unknown>;

/**
 * The row of a parsed JSON record. Fields are looked for in the record, then in its containers (Datadog's `attributes`
 * and theirs, a resource's attributes, ...). A JSON text inside docker's `log` field is read like a record of its own.
 *
 * @param hints whether a weak hint (`name`, `container_name`, ...) may name the service.
 * @param otherwise level of a record that states none, and whose message states none.
 */
export function recordFields(
  record: Fields,
  timestamps: TimestampReader,
  hints: boolean,
  otherwise: LevelIndex = INFO,
): RecordFields {
  const inner = dockerRecord(record);
  const layers = [...(inner === undefined ? [] : layersOf(inner)), ...layersOf(record)];
  const message = messageOf(layers, inner ?? record);
  return {
    message,
    timestampMs: timeOf(layers, timestamps),
    level: levelOf(layers) ?? sniffLevelOf(message) ?? otherwise,
    service: serviceOf(layers, hints),
  };
}

function layersOf(record: Fields, depth = 0): Fields[] {
  const layers = [record];
  if (depth === CONTAINER_DEPTH_MAX) return layers;
  for (const name of CONTAINER_FIELDS) {
    const container = own(record, name);
    if (isFields(container)) layers.push(...layersOf(container, depth + 1));
  }
  return layers;
}

/** docker's json-file and Fluent Bit put the whole line of the program, often JSON, into `log`. */
function dockerRecord(record: Fields): Fields | undefined {
  const text = own(record, 'log');
  if (typeof text !== 'string' || !text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function messageOf(layers: Fields[], record: Fields): string {
  for (const layer of layers) {
    for (const name of MESSAGE_FIELDS) {
      const value = own(layer, name);
      if (typeof value === 'string' && value !== '') return withoutNewline(value);
      const bytes = name === 'MESSAGE' ? textOfBytes(value) : '';
      if (bytes !== '') return withoutNewline(bytes);
      // OTLP's JSON writes a body as { "stringValue": "..." }.
      const body = isFields(value) && name === 'body' ? own(value, 'stringValue') : undefined;
      if (typeof body === 'string' && body !== '') return withoutNewline(body);
    }
  }
  return structuredMessage(record);
}

/** The journal writes a message that has control characters in it as a list of its bytes. */
function textOfBytes(value: unknown): string {
  if (!Array.isArray(value) || !value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)) return '';
  return decoder.decode(Uint8Array.from(value as number[]));
}

/** A container's line ends with its newline. */
function withoutNewline(text: string): string {
  if (!text.endsWith('\n')) return text;
  return text.slice(0, text.endsWith('\r\n') ? -2 : -1);
}

function timeOf(layers: Fields[], timestamps: TimestampReader): number {
  for (const layer of layers) {
    for (const name of TIME_FIELDS) {
      const ms = msOfValue(own(layer, name), timestamps);
      if (!Number.isNaN(ms)) return ms;
    }
    const seconds = own(layer, 'epochSecond'); // log4j2
    if (typeof seconds === 'number') {
      const nanos = own(layer, 'nanoOfSecond');
      const ms = msOfNumber(seconds);
      if (!Number.isNaN(ms)) return ms + (typeof nanos === 'number' ? Math.floor(nanos / 1e6) : 0);
    }
  }
  return Number.NaN;
}

function msOfValue(value: unknown, timestamps: TimestampReader): number {
  if (typeof value === 'number') return msOfNumber(value);
  if (typeof value !== 'string') return Number.NaN;
  const bytes = encoder.encode(value);
  return msOfText(bytes, 0, bytes.length, timestamps);
}

function levelOf(layers: Fields[]): LevelIndex | undefined {
  for (const layer of layers) {
    for (const name of LEVEL_FIELDS) {
      const level = levelOfValue(own(layer, name));
      if (level !== undefined) return level;
    }
    const log = own(layer, 'log'); // ECS, nested
    const nested = isFields(log) ? levelOfValue(own(log, 'level')) : undefined;
    if (nested !== undefined) return nested;
    for (const name of SEVERITY_NUMBER_FIELDS) {
      const value = own(layer, name);
      const isNumber = typeof value === 'number' || (typeof value === 'string' && /^\d{1,2}$/.test(value));
      const level = isNumber ? levelOfSeverityNumber(Number(value)) : undefined;
      if (level !== undefined) return level;
    }
  }
  return undefined;
}

function levelOfValue(value: unknown): LevelIndex | undefined {
  if (typeof value === 'string') return levelOfText(value);
  return typeof value === 'number' && Number.isInteger(value) ? levelOfNumber(value) : undefined;
}

function sniffLevelOf(message: string): LevelIndex | undefined {
  const bytes = encoder.encode(message.slice(0, 512));
  return sniffLevel(bytes, 0, bytes.length);
}

function serviceOf(layers: Fields[], hints: boolean): string | undefined {
  for (const names of hints ? [SERVICE_FIELDS, SERVICE_HINT_FIELDS] : [SERVICE_FIELDS]) {
    for (const layer of layers) {
      for (const name of names) {
        const service = nameOf(own(layer, name));
        if (service !== undefined) return service;
      }
    }
  }
  return undefined;
}

/** A service is a text or, nested as ECS and OpenTelemetry do, an object with a name. */
function nameOf(value: unknown): string | undefined {
  const name = isFields(value) ? own(value, 'name') : value;
  return typeof name === 'string' && name.trim() !== '' ? name : undefined;
}

function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { levelOfBytes, sniffLevel } from '../domain/level-sniff.ts';
import { INFO, levelOfSeverityNumber } from '../domain/level.ts';
import type { LevelIndex } from '../domain/level.ts';
import { FIXED32, FIXED64, LENGTH, VARINT } from './protobuf-reader.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import { isKey, readStringAttribute } from './string-attribute.ts';
import type { RecordColumns } from './record-columns.ts';

const TIME = (1 << 3) | FIXED64;
const SEVERITY_NUMBER = (2 << 3) | VARINT;
const SEVERITY_TEXT = (3 << 3) | LENGTH;
const BODY = (5 << 3) | LENGTH;
const ATTRIBUTES = (6 << 3) | LENGTH;
const DROPPED_ATTRIBUTES = (7 << 3) | VARINT;
const FLAGS = (8 << 3) | FIXED32;
const TRACE_ID = (9 << 3) | LENGTH;
const SPAN_ID = (10 << 3) | LENGTH;
const OBSERVED_TIME = (11 << 3) | FIXED64;
const EVENT_NAME = (12 << 3) | LENGTH;
/** Fields 1 to 12 but 4, which was `name` and is reserved. */
const KNOWN_FIELDS = 0b1_1111_1110_1110;

const BODY_STRING = (1 << 3) | LENGTH;

/** Reads the `LogRecord` from `reader.at` to `end` into a new row of `columns`. The hot path of reception. */
export function readLogRecord(reader: ProtobufReader, end: number, columns: RecordColumns): void {
  const row = columns.add();
  columns.templateStart[row] = 0;
  columns.templateEnd[row] = 0;
  let timeLow = 0;
  let timeHigh = 0;
  let observedLow = 0;
  let observedHigh = 0;
  let severity = 0;
  let textStart = 0;
  let textEnd = 0;
  let bodyStart = 0;
  let bodyEnd = 0;
  let eventStart = 0;
  let eventEnd = 0;
  let traceIdStart = -1;
  let spanIdStart = -1;
  while (reader.at < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case TIME:
        timeLow = reader.fixed64(end);
        timeHigh = reader.high;
        break;
      case OBSERVED_TIME:
        observedLow = reader.fixed64(end);
        observedHigh = reader.high;
        break;
      case SEVERITY_NUMBER:
        severity = reader.varint(end) | 0;
        break;
      case SEVERITY_TEXT:
        textEnd = reader.lengthEnd(end);
        textStart = reader.at;
        reader.at = textEnd;
        break;
      case BODY:
        bodyEnd = reader.lengthEnd(end);
        bodyStart = reader.at;
        reader.at = bodyEnd;
        break;
      case ATTRIBUTES: {
        const attributeEnd = reader.lengthEnd(end);
        if (columns.templateKey !== undefined) readTemplate(reader, attributeEnd, columns, row);
        reader.at = attributeEnd;
        break;
      }
      case DROPPED_ATTRIBUTES:
        columns.droppedAttributes += reader.varint(end);
        break;
      case FLAGS:
        reader.fixed32(end);
        break;
      case TRACE_ID:
        traceIdStart = idStart(reader, reader.lengthEnd(end), 16);
        break;
      case SPAN_ID:
        spanIdStart = idStart(reader, reader.lengthEnd(end), 8);
        break;
      case EVENT_NAME:
        eventEnd = reader.lengthEnd(end);
        eventStart = reader.at;
        reader.at = eventEnd;
        break;
      default:
        reader.skipUnknown(tag, end, KNOWN_FIELDS, 'LogRecord');
    }
  }
  const hasTime = (timeLow | timeHigh) !== 0;
  columns.timeMs[row] = hasTime ? millisecondsOf(timeLow, timeHigh) : millisecondsOf(observedLow, observedHigh);
  columns.traceIdStart[row] = traceIdStart;
  columns.spanIdStart[row] = spanIdStart;
  const stated = placeMessage(reader, columns, row, bodyStart, bodyEnd);
  if (columns.messageEnd[row] === columns.messageStart[row]) {
    columns.messageStart[row] = eventStart;
    columns.messageEnd[row] = eventEnd;
    columns.inScratch[row] = 0;
  }
  columns.level[row] =
    levelOfSeverityNumber(severity) ??
    levelOfBytes(reader.bytes, textStart, textEnd) ??
    stated ??
    sniffLevel(columns.source(row), columns.messageStart[row] as number, columns.messageEnd[row] as number) ??
    INFO;
  reader.at = end;
}

/** Sets the message columns from the body; returns the level that a structured one states. */
function placeMessage(
  reader: ProtobufReader,
  columns: RecordColumns,
  row: number,
  start: number,
  end: number,
): LevelIndex | undefined {
  // Nearly every body is one string and nothing else.
  if (end - start >= 2 && reader.bytes[start] === BODY_STRING) {
    reader.at = start + 1;
    if (reader.lengthEnd(end) === end) {
      columns.messageStart[row] = reader.at;
      columns.messageEnd[row] = end;
      columns.inScratch[row] = 0;
      return undefined;
    }
  }
  const { body } = columns;
  body.read(reader, start, end);
  columns.messageStart[row] = body.start;
  columns.messageEnd[row] = body.end;
  columns.inScratch[row] = body.inScratch ? 1 : 0;
  return body.level;
}

/** Of equal keys the first counts. */
function readTemplate(reader: ProtobufReader, end: number, columns: RecordColumns, row: number): void {
  const { attribute, templateKey } = columns;
  readStringAttribute(reader, end, attribute);
  if (templateKey === undefined || columns.templateEnd[row] !== 0) return;
  if (!isKey(templateKey, reader.bytes, attribute.keyStart, attribute.keyEnd)) return;
  columns.templateStart[row] = attribute.start;
  columns.templateEnd[row] = attribute.end;
}

/** -1 for an id that says "none": of another length, or all zero. */
function idStart(reader: ProtobufReader, end: number, length: number): number {
  const start = reader.at;
  reader.at = end;
  if (end - start !== length) return -1;
  for (let at = start; at < end; at++) if (reader.bytes[at] !== 0) return start;
  return -1;
}

/**
 * Milliseconds of a 64-bit count of nanoseconds, exact: high * 2^32 is split by 10^6 so that every step stays below
 * 2^53, and there is no BigInt in the way.
 */
export function millisecondsOf(low: number, high: number): number {
  const quotient = Math.floor(high / 1e6);
  const remainder = high - quotient * 1e6;
  return quotient * 0x1_0000_0000 + Math.floor((remainder * 0x1_0000_0000 + low) / 1e6);
}

import { LEVELS } from '../../domain/level.ts';
import { PackedRowReader } from '../../domain/packed-rows.ts';
import { ProtobufWriter } from '../../decode/protobuf-writer.ts';

/** Rows of one service, packed back to back. */
export interface ServiceBatch {
  service: string;
  bytes: Uint8Array;
}

/** Wire types and field numbers of opentelemetry-proto 1.x, as `field << 3 | type`. */
const LEN = (field: number): number => (field << 3) | 2;
const FIXED64 = (field: number): number => (field << 3) | 1;
const VARINT = (field: number): number => field << 3;

const encoder = new TextEncoder();

/**
 * An `ExportLogsServiceRequest`: a `ResourceLogs` a part, its records in their order. Numbers of severities are the first
 * of their level's four.
 *
 * @param timeOf the time that a record says, in epoch milliseconds, from that of its row.
 * @param observedMs when the records are seen, which is now.
 */
export function encodeBatch(
  batch: readonly ServiceBatch[],
  timeOf: (ms: number) => number,
  observedMs: number,
): { bytes: Uint8Array<ArrayBuffer>; rows: number } {
  const writer = new ProtobufWriter();
  let rows = 0;
  for (const { service, bytes } of batch) {
    const resourceLogs = writer.open(LEN(1), true);
    writeResource(writer, service);
    const scopeLogs = writer.open(LEN(2), true);
    const reader = new PackedRowReader(bytes);
    for (; reader.next(); rows++) writeRecord(writer, reader, timeOf(reader.timestampMs), observedMs);
    writer.close(scopeLogs, true);
    writer.close(resourceLogs, true);
  }
  return { bytes: writer.finish(), rows };
}

function writeResource(writer: ProtobufWriter, service: string): void {
  const resource = writer.open(LEN(1));
  const attribute = writer.open(LEN(1));
  writeBytes(writer, 1, encoder.encode('service.name'));
  const value = writer.open(LEN(2));
  writeBytes(writer, 1, encoder.encode(service));
  writer.close(value);
  writer.close(attribute);
  writer.close(resource);
}

function writeRecord(writer: ProtobufWriter, row: PackedRowReader, timeMs: number, observedMs: number): void {
  const record = writer.open(LEN(2));
  writer.varint(FIXED64(1)); // time_unix_nano
  writeNanos(writer, timeMs);
  writer.varint(VARINT(2)); // severity_number
  writer.varint(row.level * 4 + 1);
  writeBytes(writer, 3, SEVERITY_TEXTS[row.level]!); // severity_text
  const body = writer.open(LEN(5));
  writeBytes(writer, 1, row.bytes.subarray(row.messageStart, row.messageEnd));
  writer.close(body);
  writer.varint(FIXED64(11)); // observed_time_unix_nano
  writeNanos(writer, observedMs);
  writer.close(record);
}

const SEVERITY_TEXTS = LEVELS.map((level) => encoder.encode(level.toUpperCase()));

function writeBytes(writer: ProtobufWriter, field: number, bytes: Uint8Array): void {
  writer.varint(LEN(field));
  writer.varint(bytes.length);
  writer.reserve(bytes.length);
  writer.bytes.set(bytes, writer.at);
  writer.at += bytes.length;
}

/** Milliseconds may have a fraction; there is no time before 1970. */
function writeNanos(writer: ProtobufWriter, ms: number): void {
  const nanos = BigInt(Math.max(0, Math.round(ms * 1000))) * 1000n;
  writer.fixed32(Number(nanos & 0xffff_ffffn));
  writer.fixed32(Number(nanos >> 32n));
}

import protobuf from 'protobufjs/minimal.js';
import type { DemoLine } from './scenario.ts';

/** Wire types and field numbers of opentelemetry-proto 1.x, as `field << 3 | type`. */
const LEN = (field: number): number => (field << 3) | 2;
const FIXED64 = (field: number): number => (field << 3) | 1;
const VARINT = (field: number): number => field << 3;

/** An `ExportLogsServiceRequest` with one `ResourceLogs` a service, its records in the order given. */
export function encodeLines(lines: readonly DemoLine[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [service, own] of Map.groupBy(lines, (line) => line.service)) {
    writer.uint32(LEN(1)).fork(); // resource_logs
    writer.uint32(LEN(1)).fork(); // resource
    writer.uint32(LEN(1)).fork().uint32(LEN(1)).string('service.name').uint32(LEN(2)).fork(); // attribute
    writer.uint32(LEN(1)).string(service).ldelim().ldelim().ldelim();
    writer.uint32(LEN(2)).fork(); // scope_logs
    for (const line of own) writeRecord(writer, line);
    writer.ldelim().ldelim();
  }
  return writer.finish();
}

function writeRecord(writer: protobuf.Writer, line: DemoLine): void {
  const nanos = BigInt(line.timeMs) * 1_000_000n;
  const time = { low: Number(nanos & 0xffffffffn) | 0, high: Number(nanos >> 32n) | 0, unsigned: true };
  writer.uint32(LEN(2)).fork(); // log_records
  writer.uint32(FIXED64(1)).fixed64(time);
  writer.uint32(VARINT(2)).int32(line.severityNumber);
  writer.uint32(LEN(5)).fork().uint32(LEN(1)).string(line.body).ldelim(); // body, an AnyValue
  writer.uint32(LEN(9)).bytes(Buffer.from(line.traceId, 'hex'));
  writer.uint32(LEN(10)).bytes(Buffer.from(line.spanId, 'hex'));
  writer.uint32(FIXED64(11)).fixed64(time); // observed
  writer.ldelim();
}

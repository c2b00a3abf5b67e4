import protobuf from 'protobufjs/minimal.js';
import { LEVELS } from '../../src/domain/level.ts';
import type { CorpusLines } from './corpus.ts';

/**
 * Encoded `ExportLogsServiceRequest`s of `records` log records each, one after the other over the corpus. A record is
 * about 200 bytes: what a Collector that tails files sends, with the file's name and the severity in words.
 */
export function otlpBodies(lines: CorpusLines, records: number, bodies: number): Buffer[] {
  const found: Buffer[] = [];
  for (let first = 0; found.length < bodies; first += records) {
    if (first + records > lines.count) throw new Error(`${lines.count} lines are too few for ${bodies} requests`);
    const request = encodeRequest(lines, first, first + records);
    // ghz takes two braces in a row, be they a length or part of a time, for the start of a template.
    if (!request.includes('{{')) found.push(request);
  }
  return found;
}

const BRACE = 0x7b;
const BRACKET = 0x28;

function encodeRequest(lines: CorpusLines, from: number, to: number): Buffer {
  const byService = new Map<number, number[]>();
  for (let i = from; i < to; i++) {
    const service = lines.service[i]!;
    const own = byService.get(service);
    if (own === undefined) byService.set(service, [i]);
    else own.push(i);
  }
  const writer = protobuf.Writer.create();
  for (const [service, own] of byService) {
    writer.uint32(10).fork(); // resource_logs
    writer.uint32(10).fork(); // resource
    attribute(writer, 1, 'service.name', lines.services[service] ?? '');
    writer.ldelim();
    writer.uint32(18).fork(); // scope_logs
    for (const i of own) record(writer, lines, i);
    writer.ldelim().ldelim();
  }
  return Buffer.from(writer.finish());
}

function record(writer: protobuf.Writer, lines: CorpusLines, i: number): void {
  const nanos = BigInt(lines.timestampMs[i]!) * 1_000_000n;
  const time = { low: Number(nanos & 0xffffffffn) | 0, high: Number(nanos >> 32n) | 0, unsigned: true };
  const level = lines.level[i]!;
  writer.uint32(18).fork(); // log_records
  writer.uint32(9).fixed64(time); // time_unix_nano
  writer.uint32(16).int32(level * 4 + 1); // severity_number
  writer.uint32(26).string((LEVELS[level] ?? 'info').toUpperCase()); // severity_text
  const message = lines.bytes.slice(i === 0 ? 0 : lines.ends[i - 1], lines.ends[i]);
  message.forEach((byte, at) => {
    if (byte === BRACE) message[at] = BRACKET;
  });
  writer.uint32(42).fork().uint32(10).bytes(message).ldelim(); // body
  attribute(writer, 6, 'log.file.path', '/var/log/pods/shop/application/0.log');
  attribute(writer, 6, 'log.iostream', 'stdout');
  writer.uint32(89).fixed64(time); // observed_time_unix_nano
  writer.ldelim();
}

function attribute(writer: protobuf.Writer, field: number, key: string, value: string): void {
  writer.uint32((field << 3) | 2).fork();
  writer.uint32(10).string(key);
  writer.uint32(18).fork().uint32(10).string(value).ldelim();
  writer.ldelim();
}

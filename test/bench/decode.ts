/**
 * Records decoded per CPU second: `node test/bench/decode.ts`. Requests of 1,024 records from one service, string
 * bodies of about 74 bytes, severity, both times, trace ids and two attributes on each record.
 */
import { RecordColumns } from '../../src/decode/record-columns.ts';
import { RequestRoutes, routeRequest } from '../../src/decode/logs-request.ts';
import { transcodeJson } from '../../src/decode/transcode-json.ts';
import { ServiceNames } from '../../src/decode/service-names.ts';
import { encodeLogsRequest, logsRequestJson } from '../decode/otlp-samples.ts';
import type { SampleRecord, SampleResource } from '../decode/otlp-samples.ts';

const RECORDS = 1024;
const SECONDS = 1;

const line = (i: number) =>
  `request ${i} from 10.0.${i % 256}.7 to /api/orders/${i * 7919} took ${i % 900} ms, status 200, node n-${i % 9}`;
const plain = (i: number): SampleRecord => ({
  body: line(i),
  severityNumber: 9,
  timeUnixNano: 1_700_000_000_000_000_000n + BigInt(i) * 1_000_000n,
});
const full = (i: number): SampleRecord => ({
  ...plain(i),
  observedTimeUnixNano: 1_700_000_000_000_000_000n,
  severityText: 'INFO',
  traceId: '0102030405060708090a0b0c0d0e0f10',
  spanId: '0102030405060708',
  attributes: { 'http.method': 'GET', 'log.file.name': 'app.log' },
});
const sniffed = (i: number): SampleRecord => ({
  ...plain(i),
  body: `2026-01-01 INFO ${line(i)}`,
  severityNumber: 0,
});
const structured = (i: number): SampleRecord => ({
  ...full(i),
  body: { status: i, path: '/api/x', took: 1.5, ok: true },
});

const services = new ServiceNames({ attributes: ['service.name'], shards: 4 });
const routes = new RequestRoutes();
const columns = new RecordColumns();

function decode(bytes: Uint8Array): number {
  routeRequest(bytes, services, routes);
  columns.begin(bytes);
  for (let i = 0; i < routes.count; i++) columns.append(routes.start[i] as number, routes.end[i] as number);
  return columns.count;
}

function measure(name: string, run: () => number): void {
  const warm = process.hrtime.bigint();
  while (process.hrtime.bigint() - warm < 300_000_000n) run();
  const before = process.cpuUsage();
  let records = 0;
  let used = 0;
  while (used < SECONDS * 1e6) {
    for (let i = 0; i < 50; i++) records += run();
    const { user, system } = process.cpuUsage(before);
    used = user + system;
  }
  console.log(`${name.padEnd(44)} ${(records / used).toFixed(2)} M records per CPU second`);
}

for (const [name, record] of Object.entries({ plain, full, sniffed, structured })) {
  const request: SampleResource = {
    service: 'checkout',
    records: Array.from({ length: RECORDS }, (_, i) => record(i)),
  };
  const bytes = encodeLogsRequest(request);
  measure(`protobuf, ${name} (${Math.round(bytes.length / RECORDS)} bytes a record)`, () => decode(bytes));
}
const many = encodeLogsRequest(
  ...Array.from({ length: RECORDS }, (_, i) => ({ service: `service-${i % 50}`, records: [full(i)] })),
);
measure('routing alone, a resource a record', () => {
  routeRequest(many, services, routes);
  return routes.count;
});
const json = new TextEncoder().encode(
  JSON.stringify(logsRequestJson({ service: 'checkout', records: Array.from({ length: RECORDS }, (_, i) => full(i)) })),
);
measure(`JSON to protobuf, full (${Math.round(json.length / RECORDS)} bytes a record)`, () => {
  transcodeJson(json);
  return RECORDS;
});

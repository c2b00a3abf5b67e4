import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { beforeEach, describe, expect, test } from 'vitest';
import { usePart } from '../parts/part.ts';
import { runCommand } from '../parts/run-command.ts';
import { JSON_TYPE, PROTOBUF, send } from '../receive/http-harness.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, grpcSender, httpSender, messages } from './otlp-client.ts';

let halfspace: RunningHalfspace;
beforeEach(async () => {
  // The reference tells every line that is new at warn or above.
  halfspace = await startHalfspace({ MINER_PROFILE: 'drain3', DETECTOR_PROFILE: 'reference' });
  return () => halfspace.kill();
});

interface Clusters {
  log_count: number;
  clusters: { service: string; template: string; logCount: number; levels: Record<string, number>; logs: unknown[] }[];
}

/** Received, scored and in the buffer: each the same number. */
async function expectCounts(count: number): Promise<void> {
  expect(await halfspace.metric('halfspace_log_records_received_total')).toBe(count);
  expect(await halfspace.metric('halfspace_log_records_scored_total')).toBe(count);
  const { log_count, clusters } = await bufferClusters();
  expect(log_count).toBe(count);
  expect(clusters.reduce((sum, { logCount }) => sum + logCount, 0)).toBe(count);
}

async function bufferClusters(): Promise<Clusters> {
  return (await halfspace.get('/clusters?source=otlp')) as Clusters;
}

function levelsOf({ clusters }: Clusters, service: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const cluster of clusters.filter((one) => one.service === service)) {
    for (const [level, count] of Object.entries(cluster.levels)) counts[level] = (counts[level] ?? 0) + count;
  }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

interface Listed {
  anomalies: { service: string; message: string; level: string; trace_id?: string; span_id?: string }[];
}

async function anomaliesOf(service: string): Promise<Listed['anomalies']> {
  return ((await halfspace.get(`/anomalies?service=${service}`)) as Listed).anomalies;
}

const telemetrygen = await usePart('telemetrygen');

describe.skipIf(telemetrygen.missing !== undefined)('telemetrygen', () => {
  test.each(['gRPC', 'HTTP'])(
    'sends 3,000 records over %s: as many are received, scored and kept',
    async (transport) => {
      const { otlp_grpc, otlp_http } = halfspace.addresses;
      const where =
        transport === 'gRPC'
          ? ['--otlp-endpoint', otlp_grpc]
          : ['--otlp-http', '--otlp-endpoint', new URL(otlp_http).host];
      const what = [
        '--workers',
        '3',
        '--logs',
        '1000',
        '--rate',
        '0',
        '--severity-number',
        '17',
        '--severity-text',
        'Error',
        '--service',
        'gen',
      ];
      await runCommand(telemetrygen.path ?? '', ['logs', '--otlp-insecure', ...where, ...what]);
      await expectCounts(3000);
      expect(levelsOf(await bufferClusters(), 'gen')).toEqual({ error: 3000 });
    },
  );
});

const python = await usePart('otel-python');
const PYTHON_SENDER = fileURLToPath(new URL('otel-python-sender.py', import.meta.url));

describe.skipIf(python.missing !== undefined)('an application with the OpenTelemetry SDK for Python', () => {
  test.each(['gRPC', 'HTTP'])('is taken over %s with its levels, its structured bodies and its spans', async (over) => {
    const { otlp_grpc, otlp_http } = halfspace.addresses;
    const where = over === 'gRPC' ? ['grpc', otlp_grpc] : ['http', otlp_http];
    const said = await runCommand(python.path ?? '', [PYTHON_SENDER, ...where, 'shop']);
    const within = JSON.parse(said) as Listed['anomalies'];
    await expectCounts(323);
    const found = await bufferClusters();
    expect(levelsOf(found, 'shop')).toEqual({ info: 300, debug: 20, warn: 1, error: 1, fatal: 1 });
    // A structured body counts by its message.
    const structured = found.clusters.find(({ levels }) => levels['debug'] === 20);
    expect(structured?.template).toMatch(/^cache hit for/);
    const levels = ['warn', 'error', 'fatal'];
    expect(await anomaliesOf('shop')).toMatchObject(within.map((one, i) => ({ ...one, level: levels[i] })));
  });
});

describe('an application with the OpenTelemetry SDK for JavaScript', () => {
  type SdkRecord = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];
  const traceId = '0102030405060708090a0b0c0d0e0f10';
  const spanId = 'a1a2a3a4a5a6a7a8';

  function sdkRecord(fields: object): SdkRecord {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const record = {
      hrTime: [nowSeconds, 123_456_789],
      hrTimeObserved: [nowSeconds, 123_456_999],
      spanContext: { traceId, spanId, traceFlags: 1 },
      resource: { attributes: { 'service.name': 'cart', 'process.pid': 7 } },
      instrumentationScope: { name: 'cart', version: '1' },
      attributes: { 'http.status_code': 500, tags: ['a', 'b'] },
      droppedAttributesCount: 0,
      ...fields,
    };
    return record as unknown as SdkRecord;
  }
  const records = [
    ...messages(300, (i) => `item ${i} put into the cart`).map((body) => sdkRecord({ body, severityNumber: 9 })),
    sdkRecord({ body: { message: 'the cart service lost its store', attempts: [1, 2.5, null] }, severityNumber: 17 }),
    sdkRecord({ body: 'the store answers slowly ü', severityText: 'WARN' }),
  ];

  test.each([
    ['protobuf', PROTOBUF, () => ProtobufLogsSerializer.serializeRequest(records)],
    ['JSON', JSON_TYPE, () => JsonLogsSerializer.serializeRequest(records)],
  ])('is taken as %s with its levels, its structured bodies and its spans', async (_, contentType, serialize) => {
    const body = Buffer.from(serialize()!);
    const answer = await send(halfspace.addresses.otlp_http, body, { headers: { 'content-type': contentType } });
    expect(answer.status).toBe(200);
    await expectCounts(302);
    expect(levelsOf(await bufferClusters(), 'cart')).toEqual({ info: 300, error: 1, warn: 1 });
    expect(await anomaliesOf('cart')).toMatchObject([
      { message: 'the cart service lost its store', level: 'error', trace_id: traceId, span_id: spanId },
      { message: 'the store answers slowly ü', level: 'warn', trace_id: traceId, span_id: spanId },
    ]);
  });
});

const promtool = await usePart('promtool');

describe.skipIf(promtool.missing !== undefined)('promtool', () => {
  test('finds nothing wrong with the metrics after traffic over both transports and windows of them', async () => {
    const request = encodeLogs({ service: 'a "quoted" \\ name\n', messages: messages(400, (i) => `line ${i}`) });
    for (const sender of [grpcSender(halfspace), httpSender(halfspace)]) {
      expect(await sender.send(request)).toMatchObject({ isOk: true });
      expect(await sender.send(Buffer.from('no protobuf'))).toMatchObject({ isOk: false });
    }
    await expectCounts(800);
    const page = await (await fetch(`${halfspace.addresses.rest}/metrics`)).text();
    const child = spawn(promtool.path ?? '', ['check', 'metrics']);
    let said = '';
    for (const out of [child.stdout, child.stderr]) out.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdin.end(page);
    const [code] = (await once(child, 'close')) as [number];
    expect(said).toBe('');
    expect(code).toBe(0);
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AlertSinks } from '../../../src/sinks/alert-sinks.ts';
import { startHalfspace } from '../../e2e/halfspace.ts';
import { startCollector } from '../../parts/collector.ts';
import { usePart } from '../../parts/part.ts';
import { alerts, anomaly, incident, START_MS } from '../samples.ts';

const TIMEOUT_MS = 120_000;
const ROUTES = 'routes: [{ sinks: [otel] }, { match: { events: [anomaly] }, sinks: [otel] }]';

const collector = await usePart('otelcol');

interface Attribute {
  key: string;
  value: {
    stringValue?: string;
    intValue?: string;
    doubleValue?: number;
    arrayValue?: { values: Attribute['value'][] };
  };
}

interface WrittenRecord {
  eventName: string;
  severityNumber: number;
  severityText: string;
  timeUnixNano: string;
  body: { stringValue: string };
  attributes: Attribute[];
  traceId: string;
  spanId: string;
}

interface WrittenRequest {
  resourceLogs: {
    resource: { attributes: Attribute[] };
    scopeLogs: { scope: { name: string }; logRecords: WrittenRecord[] }[];
  }[];
}

function valueOf({ value }: Attribute): unknown {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(({ stringValue }) => stringValue);
  return value.stringValue ?? value.doubleValue ?? Number(value.intValue);
}

function tableOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map((one) => [one.key, valueOf(one)]));
}

function sinksTo(yaml: string): AlertSinks {
  const sinks = new AlertSinks({
    config: alerts(`sinks: { otel: ${yaml} }\n${ROUTES}`),
    openIncidents: () => [],
    log: { info: () => {}, warn: () => {}, error: () => {} },
    nowMs: () => Date.now(),
    random: () => 0.5,
    retry: { firstMs: 50, longestMs: 500 },
  });
  sinks.start();
  return sinks;
}

describe.skipIf(collector.missing !== undefined)('the real Collector', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'otlp-sink-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test.each(['grpc', 'http'] as const)(
    'takes incidents and anomalies as log records over %s',
    async (protocol) => {
      const path = join(folder, 'out.json');
      const running = await startCollector({
        config: {
          text: `
receivers: { otlp: { protocols: { ${protocol}: { endpoint: "127.0.0.1:0" } } } }
exporters: { file: { path: "${path}", flush_interval: 100ms } }
service: { pipelines: { logs: { receivers: [otlp], exporters: [file] } } }`,
        },
      });
      const sinks = sinksTo(`{ type: otlp, endpoint: "http://${running.endpoint(protocol)}", protocol: ${protocol} }`);
      try {
        sinks.enqueue(
          sinks.plan({
            firstAnomalyId: 7,
            anomalies: Array.from({ length: 3 }, (_, i) => anomaly({ timestamp: START_MS + i })),
            changes: [{ kind: 'opened', incident: incident() }],
          }),
        );
        const requests = await vi.waitFor(
          async () => {
            const lines = (await readFile(path, 'utf8')).trim().split('\n');
            expect(sinks.statuses()[0]).toMatchObject({ state: 'ok', pending: 0, counts: { delivered: 4 } });
            return lines.map((line) => JSON.parse(line) as WrittenRequest);
          },
          { timeout: TIMEOUT_MS, interval: 100 },
        );
        const [resource] = requests.flatMap(({ resourceLogs }) => resourceLogs);
        expect(tableOf(resource!.resource.attributes)).toEqual({
          'service.name': 'halfspace',
          'halfspace.alerts': 'incidents',
        });
        expect(resource!.scopeLogs[0]!.scope.name).toBe('halfspace.alerts');
        const records = requests.flatMap(({ resourceLogs }) =>
          resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords)),
        );
        expect(records.map(({ eventName }) => eventName)).toEqual([
          'halfspace.incident.opened',
          'halfspace.anomaly',
          'halfspace.anomaly',
          'halfspace.anomaly',
        ]);
        const [ofIncident, ofAnomaly] = records;
        expect(ofIncident).toMatchObject({
          severityNumber: 17,
          severityText: 'ERROR',
          timeUnixNano: `${incident().last_seen}000000`,
          body: { stringValue: 'payments: burst of errors' },
        });
        expect(tableOf(ofIncident!.attributes)).toMatchObject({
          'halfspace.alert.id': `incident-${incident().id}-opened`,
          'halfspace.incident.id': incident().id,
          'halfspace.service': 'payments',
          'halfspace.services': ['payments'],
          'halfspace.reasons': ['error_burst'],
          'halfspace.anomalies': 1234,
          'halfspace.score': 0.91,
        });
        expect(ofAnomaly).toMatchObject({ traceId: anomaly().trace_id, spanId: anomaly().span_id });
        expect(tableOf(ofAnomaly!.attributes)).toMatchObject({
          'halfspace.alert.id': `anomaly-${anomaly().fingerprint}-${START_MS}-7`,
          'halfspace.message': anomaly().message,
        });
      } finally {
        await sinks.stop(0);
        await running.stop();
      }
    },
    TIMEOUT_MS,
  );

  test(
    'that sends our alerts back to us starts no circle',
    async () => {
      const halfspace = await startHalfspace();
      const running = await startCollector({
        config: {
          text: `
receivers: { otlp: { protocols: { grpc: { endpoint: "127.0.0.1:0" } } } }
processors: { batch: { timeout: 50ms } }
exporters: { otlp_grpc: { endpoint: "${halfspace.addresses.otlp_grpc}", tls: { insecure: true } } }
service: { pipelines: { logs: { receivers: [otlp], processors: [batch], exporters: [otlp_grpc] } } }`,
        },
      });
      const sinks = sinksTo(`{ type: otlp, endpoint: "${running.endpoint('grpc')}" }`);
      try {
        const anomalies = Array.from({ length: 50 }, (_, i) => anomaly({ timestamp: START_MS + i }));
        sinks.enqueue(sinks.plan({ firstAnomalyId: 1, anomalies, changes: [] }));
        await vi.waitFor(async () => expect(await halfspace.metric('halfspace_own_alert_records_total')).toBe(50), {
          timeout: TIMEOUT_MS,
          interval: 100,
        });
        expect(await halfspace.metric('halfspace_log_records_scored_total')).toBe(0);
        // Acknowledged as any: a Collector would send them again for ever.
        expect(running.logs.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
      } finally {
        await sinks.stop(0);
        await running.stop();
        await halfspace.stop();
      }
    },
    TIMEOUT_MS,
  );

  test(
    'that is away for a while gets what has happened meanwhile, over gRPC',
    async () => {
      const path = join(folder, 'out.json');
      const config = (port: string) => ({
        config: {
          text: `
receivers: { otlp: { protocols: { grpc: { endpoint: "127.0.0.1:${port}" } } } }
exporters: { file: { path: "${path}", flush_interval: 100ms, append: true } }
service: { pipelines: { logs: { receivers: [otlp], exporters: [file] } } }`,
        },
      });
      const before = await startCollector(config('0'));
      const endpoint = before.endpoint('grpc');
      await before.stop();
      const sinks = sinksTo(`{ type: otlp, endpoint: "${endpoint}" }`);
      const anomalies = Array.from({ length: 700 }, (_, i) => anomaly({ timestamp: START_MS + i }));
      sinks.enqueue(sinks.plan({ firstAnomalyId: 1, anomalies, changes: [] }));
      await vi.waitFor(() => expect(sinks.statuses()[0]?.counts.failed).toBeGreaterThan(1), { timeout: TIMEOUT_MS });
      expect(sinks.statuses()[0]?.lastError).toMatch(/UNAVAILABLE/);
      const after = await startCollector(config(endpoint.split(':')[1]!));
      try {
        await vi.waitFor(() => expect(sinks.statuses()[0]).toMatchObject({ pending: 0, counts: { delivered: 700 } }), {
          timeout: TIMEOUT_MS,
        });
      } finally {
        await sinks.stop(0);
        await after.stop();
      }
    },
    TIMEOUT_MS,
  );
});

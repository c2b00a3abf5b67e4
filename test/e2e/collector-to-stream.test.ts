import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startCollector } from '../parts/collector.ts';
import type { RunningCollector } from '../parts/collector.ts';
import { usePart } from '../parts/part.ts';
import { shared, sharedPath } from '../shared.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';

const CONFIG = fileURLToPath(new URL('../../otel-collector.yaml', import.meta.url));
const otelcol = await usePart('otelcol');

/** What happens to the SSH daemon of the log: its level stands at the head of the line, as the README asks for. */
const INCIDENT = Array.from({ length: 12 }, (_, i) => `ERROR Could not load host key: /etc/ssh/key_${i}_rsa`);
const INCIDENT_TEMPLATE = 'ERROR Could not load host key: <*>';

async function realLines(): Promise<string[]> {
  const rows = parse(await readFile(sharedPath('data/loghub/OpenSSH.csv'), 'utf8'), { columns: true });
  return (rows as { Content: string }[]).map(({ Content }) => Content);
}

const text = (lines: string[]) => lines.map((line) => `${line}\n`).join('');

describe.skipIf(otelcol.missing !== undefined || !shared)('the real Collector tails a real log into Halfspace', () => {
  let folder: string;
  let logFile: string;
  let halfspace: RunningHalfspace;
  let collector: RunningCollector;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halfspace-e2e-'));
    logFile = join(folder, 'sshd.log');
  });
  afterEach(async () => {
    await collector.stop();
    await halfspace.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (endpoint: string, config: { path: string } | { text: string } = { path: CONFIG }) =>
    startCollector({
      config,
      env: {
        LOG_FILE: logFile,
        SERVICE_NAME: 'sshd',
        HALFSPACE_ENDPOINT: endpoint,
        COLLECTOR_STORAGE: join(folder, 'storage'),
      },
    });
  const untilScored = (lines: number) =>
    vi.waitFor(async () => expect(await halfspace.metric('halfspace_log_records_scored_total')).toBe(lines), {
      timeout: 30_000,
      interval: 50,
    });

  /** The incident is on the stream, and every line was counted once. */
  async function expectIncident(lines: string[]): Promise<void> {
    const anomalies = await halfspace.anomaliesUntil(({ message }) => INCIDENT.includes(message));
    const first = anomalies.at(-1);
    expect(first).toMatchObject({ service: 'sshd', level: 'error', template: INCIDENT_TEMPLATE });
    expect(first?.reasons).toContain('new_template');
    const total = lines.length + INCIDENT.length;
    await untilScored(total);
    expect(await halfspace.metric('halfspace_log_records_received_total')).toBe(total);
    const answer = (await halfspace.get('/clusters?source=otlp')) as {
      log_count: number;
      clusters: { logCount: number; template: string; service: string }[];
    };
    expect(answer.log_count).toBe(total);
    expect(answer.clusters.reduce((sum, { logCount }) => sum + logCount, 0)).toBe(total);
    const cluster = answer.clusters.find(({ template }) => template === INCIDENT_TEMPLATE);
    expect(cluster).toMatchObject({ service: 'sshd', logCount: INCIDENT.length });
  }

  test('over gRPC: the incident arrives with its service, template and reasons, each line exactly once', async () => {
    const lines = await realLines();
    await writeFile(logFile, text(lines));
    halfspace = await startHalfspace();
    collector = await start(halfspace.addresses.otlp_grpc);
    await untilScored(lines.length);
    await appendFile(logFile, text(INCIDENT));
    await expectIncident(lines);
  });

  test('over HTTP: the same', async () => {
    const lines = await realLines();
    await writeFile(logFile, text(lines));
    halfspace = await startHalfspace();
    const overHttp = (await readFile(CONFIG, 'utf8'))
      .replaceAll('otlp_grpc', 'otlp_http')
      // The exporter adds /v1/logs itself, and takes its scheme from the address.
      .replace(/ {4}tls:\n(?: {6}.*\n)+/, '');
    collector = await start(new URL(halfspace.addresses.otlp_http).origin, { text: overHttp });
    await untilScored(lines.length);
    await appendFile(logFile, text(INCIDENT));
    await expectIncident(lines);
  });

  test('killed in the middle and restarted: every line arrives, and so does the incident', async () => {
    const lines = await realLines();
    const half = lines.length / 2;
    await writeFile(logFile, text(lines.slice(0, half)));
    halfspace = await startHalfspace();
    const { otlp_grpc: endpoint } = halfspace.addresses;
    collector = await start(endpoint);
    await untilScored(half);
    // Frozen, it answers nothing any more: what comes now is in flight when it is killed.
    halfspace.signal('SIGSTOP');
    await appendFile(logFile, text(lines.slice(half)));
    await vi.waitFor(() => expect(inFlightBytes(halfspace.pid)).resolves.toBeGreaterThan(0), { timeout: 15_000 });
    await halfspace.kill();
    halfspace = await startHalfspace({ OTLP_GRPC_PORT: endpoint.slice(endpoint.lastIndexOf(':') + 1) });
    await vi.waitFor(
      async () =>
        expect(await halfspace.metric('halfspace_log_records_scored_total')).toBeGreaterThanOrEqual(
          lines.length - half,
        ),
      { timeout: 45_000, interval: 100 },
    );
    await appendFile(logFile, text(INCIDENT));
    const anomalies = await halfspace.anomaliesUntil(({ message }) => INCIDENT.includes(message));
    expect(anomalies.at(-1)).toMatchObject({ service: 'sshd', level: 'error', template: INCIDENT_TEMPLATE });
    const answer = (await halfspace.get('/clusters?source=otlp')) as { log_count: number };
    expect(answer.log_count).toBeGreaterThanOrEqual(lines.length - half + INCIDENT.length);
  }, 90_000);
});

/** Bytes that wait in the sockets of a process for it to read them. */
async function inFlightBytes(pid: number): Promise<number> {
  const table = await readFile(`/proc/${pid}/net/tcp`, 'utf8');
  return table
    .split('\n')
    .slice(1)
    .map((line) => Number.parseInt(line.trim().split(/\s+/)[4]?.split(':')[1] ?? '0', 16))
    .reduce((sum, bytes) => sum + bytes, 0);
}

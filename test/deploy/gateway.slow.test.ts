import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { rootFolder } from '../../scripts/deploy/generated-files.ts';
import { startHalfspace } from '../e2e/halfspace.ts';
import type { RunningHalfspace } from '../e2e/halfspace.ts';
import { startCollector, validateCollectorConfig } from '../parts/collector.ts';
import { usePart } from '../parts/part.ts';
import { runCommand } from '../parts/run-command.ts';

const CHART = join(rootFolder(), 'deploy/helm/halfspace');
const SERVICES = 40;
const LINES = 5;
const helm = await usePart('helm');
const balancer = await usePart('otelcol-balancer');

interface GatewayConfig {
  receivers: { otlp: { protocols: { grpc: { endpoint: string }; http: { endpoint: string } } } };
  exporters: {
    load_balancing: {
      routing_key: string;
      timeout: string;
      protocol: { otlp: { retry_on_failure: { max_elapsed_time: string } } & Record<string, unknown> };
      resolver: { k8s?: object; static?: { hostnames: string[] } };
    };
  };
  extensions: { health_check: { endpoint: string }; headers_setter?: object };
  service: { extensions: string[] };
}

describe.skipIf(helm.missing !== undefined || balancer.missing !== undefined)('the gateway of several replicas', () => {
  const render = async (...values: string[]): Promise<GatewayConfig> => {
    const args = [
      'template',
      'halfspace',
      CHART,
      '--namespace',
      'logs',
      '-f',
      join(CHART, 'examples/ha.yaml'),
      ...values,
    ];
    const manifests = parseAllDocuments(await runCommand(helm.path!, args)).map((one) =>
      (one as { toJS(): unknown }).toJS(),
    );
    const found = (manifests as { kind: string; data?: Record<string, string> }[]).find(
      ({ kind, data }) => kind === 'ConfigMap' && data?.['config.yaml'] !== undefined,
    );
    return parse(found!.data!['config.yaml']!) as GatewayConfig;
  };

  test.each([
    ['that follows the pods', []],
    ['that names the replicas', ['--set', 'gateway.resolver=static']],
  ])('has a configuration %s, and the real Collector takes it', async (_how, values) => {
    await expect(
      validateCollectorConfig(await written(await render(...values)), {}, 'otelcol-balancer'),
    ).resolves.toBeUndefined();
  });

  test('a misspelt setting is found: the check can fail', async () => {
    const config = await render();
    Object.assign(config.exporters.load_balancing, { routing_kee: 'service' });
    await expect(validateCollectorConfig(await written(config), {}, 'otelcol-balancer')).rejects.toThrow('routing_kee');
  });

  test('has time for all retries of a replica, and no queue that a restart would lose', async () => {
    const { timeout, protocol } = (await render()).exporters.load_balancing;
    expect(Number.parseInt(timeout)).toBeGreaterThan(Number.parseInt(protocol.otlp.retry_on_failure.max_elapsed_time));
    expect(protocol.otlp).toMatchObject({ retry_on_failure: { enabled: true }, sending_queue: { enabled: false } });
  });

  test('hands on what the sender shows, where there is a secret, and keeps none itself', async () => {
    const { receivers, exporters, extensions, service } = await render('--set', 'existingSecret=halfspace-secrets');
    expect(exporters.load_balancing.protocol.otlp).toMatchObject({ auth: { authenticator: 'headers_setter' } });
    expect(extensions.headers_setter).toEqual({
      headers: [{ action: 'upsert', key: 'x-signing-secret', from_context: 'x-signing-secret' }],
    });
    expect(service.extensions).toContain('headers_setter');
    expect(receivers.otlp.protocols.grpc).toHaveProperty('include_metadata', true);
  });

  /** A gateway of the chart before replicas on this machine, which are ended with the test. */
  async function startGateway(replicas: readonly RunningHalfspace[]): Promise<string> {
    const config = await render('--set', 'gateway.resolver=static');
    const { resolver, protocol } = config.exporters.load_balancing;
    resolver.static!.hostnames = replicas.map(({ addresses }) => addresses.otlp_grpc);
    // A machine that is busy with other tests starts a replica late.
    protocol.otlp.retry_on_failure.max_elapsed_time = config.exporters.load_balancing.timeout;
    const { grpc, http } = config.receivers.otlp.protocols;
    for (const listener of [grpc, http, config.extensions.health_check]) listener.endpoint = '127.0.0.1:0';
    const gateway = await startCollector({ config: { text: stringify(config) }, build: 'otelcol-balancer' });
    onTestFinished(() => gateway.stop());
    return `http://${gateway.endpoint('http')}/v1/logs`;
  }

  test('sends all lines of a service to one replica, and services to all', async () => {
    const replicas = await Promise.all([startReplica(), startReplica(), startReplica()]);
    const url = await startGateway(replicas);
    for (let line = 0; line < LINES; line++) await send(url, line);
    const seen = await Promise.all(replicas.map(servicesOf));
    expect(seen.map((services) => services.length > 0)).toEqual([true, true, true]);
    expect(seen.flat().toSorted()).toEqual(names().toSorted());
    const scored = await Promise.all(replicas.map((one) => one.metric('halfspace_log_records_scored_total')));
    expect(scored.reduce((sum, count) => sum + count, 0)).toBe(SERVICES * LINES);
  }, 120_000);

  test('waits for a replica that restarts: the sender hears OK, and the replica has its services again', async () => {
    const [steady, restarted] = await Promise.all([startReplica(), startReplica()]);
    const url = await startGateway([steady, restarted]);
    await send(url, 0);
    const before = await Promise.all([steady, restarted].map(servicesOf));
    await restarted.kill();
    const sent = send(url, 1);
    const again = await startReplica({ OTLP_GRPC_PORT: restarted.addresses.otlp_grpc.split(':').at(-1)! });
    await sent;
    expect(await Promise.all([steady, again].map(servicesOf))).toEqual(before);
  }, 120_000);
});

async function startReplica(env: Record<string, string> = {}): Promise<RunningHalfspace> {
  const replica = await startHalfspace(env);
  onTestFinished(async () => {
    await replica.stop();
  });
  return replica;
}

async function written(config: GatewayConfig): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-gateway-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'config.yaml');
  await writeFile(path, stringify(config));
  return path;
}

function names(): string[] {
  return Array.from({ length: SERVICES }, (_, index) => `service-${index}`);
}

/** A line of every service in one request, as a Collector's batches mix them. */
async function send(url: string, line: number): Promise<void> {
  const resourceLogs = names().map((name) => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: name } }] },
    scopeLogs: [{ logRecords: [{ body: { stringValue: `INFO order ${line} placed` } }] }],
  }));
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs }),
  });
  expect([response.status, await response.text()]).toEqual([200, expect.stringMatching(/^\{/)]);
}

async function servicesOf({ get }: RunningHalfspace): Promise<string[]> {
  const { services } = (await get('/detector/status')) as { services: { service: string }[] };
  return services.map(({ service }) => service);
}

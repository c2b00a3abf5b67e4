import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp } from '../../src/app/app.ts';
import type { App } from '../../src/app/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';

const START = Date.UTC(2026, 10, 20, 8);
let app: App;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halfspace-tenants-'));
  const line = (i: number, message: string, level = 'info') =>
    JSON.stringify({ time: new Date(START + i * 1000).toISOString(), level, service: 'shop', message });
  const usual = Array.from({ length: 400 }, (_, i) => line(i, `order ${i} placed`));
  await writeFile(join(folder, 'usual.log'), usual.join('\n'));
  const odd = Array.from({ length: 30 }, (_, i) => line(401 + i, `kernel panic in slot ${i}`, 'error'));
  await writeFile(join(folder, 'odd.log'), odd.join('\n'));
  const ports = { REST_PORT: '0', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', WATCH_PORT: '0', SHARDS: '2' };
  app = await startApp(loadConfig(ports, undefined, 1), pino({ level: 'silent' }));
}, 60_000);
afterAll(async () => {
  await app.stop();
  await rm(folder, { recursive: true, force: true });
});

async function call(method: string, path: string, body?: object) {
  const json =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`http://127.0.0.1:${app.ports.rest}${path}`, { method, ...json });
  const text = await answer.text();
  return { status: answer.status, text, body: JSON.parse(text) as Record<string, unknown> };
}

const window = (file: string, tenant?: string) => ({
  source: 'file',
  credentials: { path: join(folder, file) },
  ...(tenant === undefined ? {} : { tenant }),
});

test('credentials and tenants of a request: nothing outlives it but the model of that tenant', async () => {
  const clusters = await call('POST', '/clusters', window('usual.log', 'acme'));
  expect(clusters.body).toMatchObject({ log_count: 400, cluster_count: 1 });
  const nobody = await call('POST', '/anomalies/detect', window('odd.log', 'acme'));
  expect(nobody).toMatchObject({ status: 409, body: { code: 'not_trained', detail: expect.stringContaining('acme') } });

  for (const tenant of ['acme', 'other']) {
    const trained = await call('POST', '/clusters/train', window('usual.log', tenant));
    expect(trained.body).toMatchObject({ trained_on: 400, detector: { trained: true, service_count: 1 } });
  }
  const found = await call('POST', '/anomalies/detect', window('odd.log', 'acme'));
  expect(found.body).toMatchObject({ scored: 30 });
  const anomalies = found.body['anomalies'] as { message: string; service: string }[];
  expect(anomalies[0]).toMatchObject({ service: 'shop', message: expect.stringContaining('kernel panic') });

  expect((await call('POST', '/anomalies/detect', window('odd.log'))).status).toBe(409);
  expect((await call('GET', '/detector/status')).body).toMatchObject({ trained: false, service_count: 0 });
  const shown = await call('GET', '/credentials');
  expect(shown.text).not.toContain(folder);
  expect(shown.body['credentials']).toContainEqual(
    expect.objectContaining({ source: 'file', configured: false, keys_set: [], set_by: 'nobody' }),
  );
  const metrics = await (await fetch(`http://127.0.0.1:${app.ports.rest}/metrics`)).text();
  expect(metrics).toMatch(/^halfspace_tenant_models 2$/m);

  expect((await call('POST', '/detector/reset')).body).toEqual({ reset: true, services_removed: 0 });
  const wiped = await call('POST', '/detector/reset?tenant=acme');
  expect(wiped.body).toEqual({ reset: true, services_removed: 1 });
  expect((await call('GET', '/detector/status?tenant=acme')).body).toMatchObject({ trained: false });
  expect((await call('GET', '/detector/status?tenant=other')).body).toMatchObject({ trained: true, line_count: 400 });
}, 60_000);

import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeLogsRequest } from '../decode/otlp-samples.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';

const NAMES = [
  '../../../../tmp/escaped',
  '..\\..\\escaped',
  '/etc/halfspace-escaped',
  'a\0b',
  'C:\\escaped',
  '__proto__',
  'constructor',
  '\u202Efdp.exe',
  '<script>alert(1)</script>',
  'line\r\nbreak',
  '\u001b[2J\u001b[31m',
  'x'.repeat(10_000),
  '',
];

let folder: string;
let halfspace: RunningHalfspace;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halfspace-names-'));
  await mkdir(join(folder, 'cwd'));
  await mkdir(join(folder, 'tmp'));
  halfspace = await startHalfspace({ TMPDIR: join(folder, 'tmp') }, { cwd: join(folder, 'cwd') });
});
afterEach(async () => {
  await halfspace.kill();
  await rm(folder, { recursive: true, force: true });
});

test('S17: no name of a service becomes a file, and S6: all of them are services like any other', async () => {
  const body = encodeLogsRequest(
    ...NAMES.map((service) => ({
      service,
      records: [{ body: `line of ${service.slice(0, 20)}`, severityNumber: 17 }],
    })),
  );
  const answer = await fetch(halfspace.addresses.otlp_http, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(body),
  });
  expect(answer.status).toBe(200);
  const clusters = (await halfspace.get('/clusters')) as { log_count: number; clusters: { service: string }[] };
  expect(clusters.log_count).toBe(NAMES.length);
  const services = clusters.clusters.map(({ service }) => service);
  // The empty name is the one that the conventions give to a service without a name; long ones are cut.
  const wanted = NAMES.map((name) => name.slice(0, 256) || 'unknown_service');
  expect(services.toSorted()).toEqual(wanted.toSorted());
  await halfspace.get('/detector/status?limit=100');
  expect(await readdir(join(folder, 'cwd'))).toEqual([]);
  expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  expect(await halfspace.stop()).toBe(0);
});

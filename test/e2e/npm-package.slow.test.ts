import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FREE_PORTS = { REST_PORT: '0', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', WATCH_PORT: '0' };
const run = promisify(execFile);

/** This Node first, so that npx and what it runs are of it. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}` };
const oldNode = findOldNode();

function findOldNode(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'node'))
    .find((file) => {
      if (!existsSync(file)) return false;
      const major = Number(spawnSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.split('.')[0]);
      return major >= 20 && major < 24;
    });
}

describe('the npm package, installed from its tarball', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'halfspace-npm-'));
    const packed = await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT, env });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const tarball = packed.stdout.trim().split('\n').at(-1)!;
    await run('npm', ['i', '--no-audit', '--no-fund', '--omit=optional', `./${tarball}`], { cwd: folder, env });
    writeFileSync(join(folder, 'app.log'), '2026-05-04T08:00:00Z INFO order 1 placed\n'.repeat(30));
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const npx = (...args: string[]) => run('npx', ['halfspace', ...args], { cwd: folder, env });

  test('has the licences of what it holds', () => {
    const names = readdirSync(join(folder, 'node_modules/halfspace'));
    expect(names.toSorted()).toEqual(['LICENSE', 'NOTICE', 'README.md', 'bin', 'dist', 'lib', 'package.json', 'proto']);
  });

  test('shows help and the version', async () => {
    expect((await npx('--help')).stdout).toMatch(/^Usage: halfspace .*\n[^]*analyse/);
    expect((await npx('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  }, 60_000);

  test('analyses a file in its worker', async () => {
    const { stdout, stderr } = await npx('analyse', '--ndjson', 'app.log');
    expect([JSON.parse(stdout), stderr]).toEqual([
      expect.objectContaining({ logCount: 30, template: 'order <*> placed' }),
      '',
    ]);
  }, 60_000);

  test('detects and annotates', async () => {
    expect((await npx('annotate', 'app.log')).stdout.trimEnd().split('\n')).toHaveLength(30);
    expect((await npx('detect', 'app.log')).stdout).toBe('');
  }, 60_000);

  test('serves, and its health check finds it; SIGTERM ends it in order', async () => {
    const bin = join(folder, 'node_modules/.bin/halfspace');
    const service = spawn(bin, [], {
      cwd: folder,
      env: { ...env, ...FREE_PORTS },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(service, 'close');
    try {
      const said: string[] = [];
      let rest = '';
      for await (const line of createInterface({ input: service.stdout })) {
        const entry = JSON.parse(line) as { rest: string; msg: string };
        said.push(entry.msg);
        if (entry.msg !== 'ready') continue;
        rest = entry.rest;
        break;
      }
      expect(said).toEqual([expect.stringContaining('set SIGNING_SECRET, or FILE_ROOT'), 'ready']);
      const { port } = new URL(rest);
      const checked = await run(bin, ['healthcheck'], { cwd: folder, env: { ...env, REST_PORT: port } });
      expect(checked.stdout).toBe('ready\n');
      expect((await fetch(`${rest}/openapi.json`)).status).toBe(200);
      expect(await (await fetch(rest)).text()).toContain('<title>Halfspace</title>');
    } finally {
      service.kill('SIGTERM');
    }
    expect(await closed).toEqual([0, null]);
  }, 60_000);

  test.skipIf(oldNode === undefined)(
    'on an older Node says what it needs, or finds the node package',
    () => {
      const bin = join(folder, 'node_modules/halfspace/bin/halfspace.mjs');
      const without = spawnSync(oldNode!, [bin, '--version'], { cwd: folder, encoding: 'utf8' });
      expect([without.status, without.stdout]).toEqual([2, '']);
      expect(without.stderr).toMatch(/^Halfspace needs Node 24 or later, this is 2\d\.\S+: install it, .*\n$/);
      symlinkSync(join(ROOT, 'node_modules/node'), join(folder, 'node_modules/node'));
      const found = spawnSync(oldNode!, [bin, '--version'], { cwd: folder, encoding: 'utf8' });
      expect([found.status, found.stderr]).toEqual([0, '']);
      expect(spawnSync(oldNode!, [bin, 'detct'], { cwd: folder }).status).toBe(2);
    },
    60_000,
  );
});

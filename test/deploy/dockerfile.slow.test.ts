import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPorts, refusalOfOpenPorts } from '../../src/config/is-open.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { usePart } from '../parts/part.ts';
import { productArguments } from '../parts/product.ts';
import { runCommand } from '../parts/run-command.ts';
import { buildImage, IMAGE_NODE, IS_ROOT } from './build-image.ts';
import { argumentsOf, execForm, pairsOf, readDockerfile } from './dockerfile.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCKERFILE = join(ROOT, 'Dockerfile');
const MIB = 1024 * 1024;
/** Of the 300 MB that the image may have, the base takes less than 50. */
const TREE_BYTES_MAX = 250 * 1_000_000;
const USER = 65_532;
const hadolint = await usePart('hadolint');

const stages = readDockerfile(DOCKERFILE);
const image = stages.at(-1)!;
const [health] = argumentsOf(image, 'HEALTHCHECK');
const entrypoint = execForm(argumentsOf(image, 'ENTRYPOINT')[0]);
const command = execForm(argumentsOf(image, 'CMD')[0]);

test.skipIf(hadolint.missing !== undefined)('hadolint has nothing to say', async () => {
  await expect(runCommand(hadolint.path!, ['--failure-threshold', 'style', DOCKERFILE])).resolves.toBe('');
});

test('what it copies from the repository is what .dockerignore lets through', () => {
  const copies = stages.flatMap((stage) => argumentsOf(stage, 'COPY')).filter((text) => !text.includes('--from='));
  const copied = copies.flatMap((text) => text.split(' ').slice(0, -1));
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').trim().split('\n');
  expect(lines[0]).toBe('*');
  expect(lines.slice(1).toSorted()).toEqual([...new Set(copied)].map((path) => `!${path}`).toSorted());
});

test('S22: it runs as a user with a number, by the command line of the product, with labels that are true', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string; license: string };
  expect(argumentsOf(image, 'USER')).toEqual([`${USER}:${USER}`]);
  const product = productArguments().map((argument) => argument.replace(ROOT, './'));
  expect([...entrypoint.slice(1), ...command].map((argument) => argument.replace(/^src/, './src'))).toEqual(product);
  const labels = pairsOf(argumentsOf(image, 'LABEL')[0]!);
  expect(labels).toMatchObject({
    'org.opencontainers.image.version': manifest.version,
    'org.opencontainers.image.licenses': manifest.license,
    'org.opencontainers.image.base.name': image.base,
  });
});

test('it starts open, as its ports are published elsewhere, and insists on a secret when told to', () => {
  const env = Object.assign({}, ...argumentsOf(image, 'ENV').map(pairsOf)) as Record<string, string>;
  const refusal = (more: Record<string, string>) => refusalOfOpenPorts(loadConfig({ ...env, ...more }));
  expect(openPorts(loadConfig(env))).toContain('REST');
  expect(refusal({})).toBeUndefined();
  expect(refusal({ INSECURE_BIND: 'false' })).toContain('set SIGNING_SECRET');
  expect(refusal({ INSECURE_BIND: 'false', SIGNING_SECRET: 'change-me' })).toBeUndefined();
});

describe('the tree that its steps make', () => {
  let folder: string;
  let app: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'halfspace-image-'));
    chmodSync(folder, 0o755); // another user runs what is in it
    app = join(await buildImage(stages, folder), 'app');
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('S22: is small, holds no package of development and no word for editors', () => {
    const files = filesOf(join(app, '..'));
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    console.log(`the image's tree: ${(bytes / MIB).toFixed(0)} MiB in ${files.length} files, node with it`);
    expect(bytes).toBeLessThan(TREE_BYTES_MAX);
    const packages = new Set(readdirSync(join(app, 'node_modules')));
    for (const name of ['typescript', 'vitest', 'vite', 'node', 'knip']) expect(packages).not.toContain(name);
    expect(files.filter((file) => /\.(d\.[mc]?ts|map)$/.test(file))).toEqual([]);
  });

  test('has its licences and its SBOM with it', () => {
    const { components } = JSON.parse(readFileSync(join(app, 'sbom.cdx.json'), 'utf8')) as { components: object[] };
    expect(components.length).toBeGreaterThan(100);
    for (const file of ['LICENSE', 'NOTICE']) {
      expect(readFileSync(join(app, file))).toEqual(readFileSync(join(ROOT, file)));
    }
  });

  test('needs no library beyond those of its base', () => {
    const node = join(app, '..', IMAGE_NODE);
    const needed = Array.from(
      execFileSync('ldd', [node])
        .toString()
        .matchAll(/(lib[\w+-]+)\.so/g),
      ([, name]) => name,
    );
    const ofBase = new Set(['libc', 'libm', 'libdl', 'libpthread', 'librt', 'libstdc++', 'libgcc_s']);
    expect(needed.filter((name) => !ofBase.has(name!))).toEqual([]);
  });

  test('S22: starts where it may not write, keeps what it learns on its volume, writes nothing else, is found ready by its own check, and ends in order', async () => {
    if (!IS_ROOT) execFileSync('chmod', ['-R', 'a-w', app]);
    const before = describeTree(app);
    const service = start([...entrypoint.slice(1), ...command], { DATA_DIR: join(app, '../var/lib/halfspace') });
    const closed = once(service, 'close');
    try {
      const rest = await readyAddress(service.stdout);
      expect(await (await fetch(`${rest}/ready`)).json()).toEqual({ ready: true });
      expect(await (await fetch(rest)).text()).toContain('<title>Halfspace</title>');
      await expect(check(new URL(rest).port)).resolves.toBe(0);
      await expect(check('1')).resolves.toBe(1);
    } finally {
      service.kill('SIGTERM');
    }
    expect((await closed)[0]).toBe(0);
    expect(describeTree(app)).toEqual(before);
    if (!IS_ROOT) execFileSync('chmod', ['-R', 'u+w', app]);
  }, 120_000);

  test('has the compile cache full, for the user that runs it', async () => {
    const asking = start([...entrypoint.slice(1), '--version'], { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' });
    const known = await text(asking.stderr);
    expect(known).toContain('src/halfspace.ts was accepted');
    expect(known).not.toMatch(/writing cache for/);
  });

  function start(args: string[], env: Record<string, string> = {}) {
    const ports = { REST_PORT: '0', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', WATCH_PORT: '0' };
    const ofImage = Object.assign({}, ...argumentsOf(image, 'ENV').map(pairsOf)) as Record<string, string>;
    return spawn(join(app, '..', IMAGE_NODE), args, {
      cwd: app,
      env: { ...ofImage, ...ports, HOST: '127.0.0.1', PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(IS_ROOT ? { uid: USER, gid: USER } : {}),
    });
  }

  async function check(port: string): Promise<number> {
    const [, ...args] = execForm(health);
    const checking = start(args, { REST_PORT: port });
    return ((await once(checking, 'close')) as [number])[0];
  }
});

async function readyAddress(output: NodeJS.ReadableStream): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: output })) {
    said.push(line);
    if (line.includes('"msg":"ready"')) return (JSON.parse(line) as { rest: string }).rest;
  }
  throw new Error(`the service ended before it was ready: ${said.slice(-5).join('\n')}`);
}

function filesOf(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Each file with size and time of change. */
function describeTree(root: string): string[] {
  return filesOf(root).map((file) => {
    const { size, mtimeMs } = statSync(file);
    return `${file} ${size} ${mtimeMs}`;
  });
}

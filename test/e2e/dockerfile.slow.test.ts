import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../parts/run-command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const START_TIMEOUT_MS = 20_000;

let image: string;
beforeEach(async () => {
  image = await mkdtemp(join(tmpdir(), 'halfspace-image-'));
});
afterEach(() => rm(image, { recursive: true, force: true }));

/** Arguments of an instruction, wherever it stands. */
async function instructions(name: string): Promise<string[]> {
  const text = (await readFile(join(ROOT, 'Dockerfile'), 'utf8')).replaceAll('\\\n', ' ');
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `))
    .map((line) => line.slice(name.length + 1));
}

test('the tree that the Dockerfile makes starts by its own command, and its health check passes', async () => {
  for (const copy of await instructions('COPY')) {
    if (copy.startsWith('--from=')) continue;
    const [target = '', ...sources] = copy.split(' ').toReversed();
    for (const source of sources) {
      const to = target.endsWith('/') ? join(image, target, source.split('/').at(-1)!) : join(image, target);
      await cp(join(ROOT, source), to, { recursive: true });
    }
  }
  for (const run of await instructions('RUN')) await runCommand('sh', ['-c', run], { cwd: image });
  const [command] = await instructions('CMD');
  const [, ...args] = JSON.parse(command!) as string[];
  const env = { NODE_ENV: 'production', REST_PORT: '0', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', WATCH_PORT: '0' };
  const service = spawn(process.execPath, args, {
    cwd: image,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(service, 'close');
  try {
    const lines = createInterface({ input: service.stdout });
    const timer = setTimeout(() => service.kill('SIGKILL'), START_TIMEOUT_MS);
    const [ready] = (await once(lines, 'line')) as [string];
    clearTimeout(timer);
    const { rest } = JSON.parse(ready) as { rest: string };
    const [check] = await instructions('HEALTHCHECK');
    const [, ...script] = JSON.parse(check!.slice(check!.indexOf('['))) as string[];
    await runCommand(process.execPath, script, { env: { ...env, REST_PORT: new URL(rest).port } });
    await expect(runCommand(process.execPath, script, { env: { ...env, REST_PORT: '1' } })).rejects.toThrow(/./);
  } finally {
    service.kill('SIGTERM');
    await closed;
  }
}, 120_000);

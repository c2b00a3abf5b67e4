import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const COMMAND = fileURLToPath(new URL('../../bin/halfspace.mjs', import.meta.url));

test('the threads of a command find their code compiled by the command before', { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-cache-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'app.log');
  writeFileSync(file, '2026-05-04T08:00:00Z INFO order 1 placed\n');
  // Node says what it does with the cache, and of which thread's modules.
  const env = { ...process.env, TMPDIR: folder, NODE_DEBUG_NATIVE: 'COMPILE_CACHE', NODE_COMPILE_CACHE: undefined };
  execFileSync(process.execPath, [COMMAND, 'compare', file, file], { env, stdio: 'ignore' });
  const again = spawnSync(process.execPath, [COMMAND, 'compare', file, file], {
    env,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  expect(again.status).toBe(0);
  expect(again.stderr).toMatch(/code cache for ESM \S*\/halfspace\.ts was accepted/);
  expect(again.stderr).toMatch(/code cache for ESM \S*\/analyse-worker\.ts was accepted/);
  // Its hundreds of modules take longer than a small file does.
  expect(again.stderr).not.toContain('/typebox/');
});

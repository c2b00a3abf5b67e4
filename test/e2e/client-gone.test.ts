import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';

let folder: string;
let halfspace: RunningHalfspace;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halfspace-gone-'));
  const path = join(folder, 'shop.log');
  const lines = Array.from(
    { length: 400_000 },
    (_, i) => `2026-11-22T00:00:00Z INFO order ${i} placed by customer ${i}\n`,
  );
  await writeFile(path, lines.join(''));
  halfspace = await startHalfspace({ FILE_PATH: path });
});
afterEach(async () => {
  await halfspace.kill();
  await rm(folder, { recursive: true, force: true });
});

const analyses = async (outcome: string) => {
  const page = await (await fetch(`${halfspace.addresses.rest}/metrics`)).text();
  const line = new RegExp(`^halfspace_window_analyses_total\\{source="file",outcome="${outcome}"\\} (\\d+)$`, 'm');
  return Number(line.exec(page)?.[1] ?? 0);
};

test('a window whose client goes away is given up, and the next one is answered', async () => {
  const client = new AbortController();
  const call = fetch(`${halfspace.addresses.rest}/clusters?source=file`, { signal: client.signal });
  // The first metrics page after the call shows that it has arrived: it is answered meanwhile.
  expect(await analyses('ok')).toBe(0);
  client.abort();
  await expect(call).rejects.toThrow(/abort/i);
  await vi.waitFor(async () => expect(await analyses('failed')).toBe(1), { timeout: 10_000, interval: 20 });
  expect(halfspace.logs.filter(({ level }) => level === 'error')).toEqual([]);
  const answer = (await halfspace.get('/clusters?source=file')) as { log_count: number; window: string; end: string };
  expect(answer).toMatchObject({ log_count: 400_000, window: 'all', end: '2026-11-22T00:00:00.000Z' });
});

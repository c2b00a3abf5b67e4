import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { App } from '../../src/app/app.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { Reloads } from '../../src/reloads.ts';

/** Longer than the time between two looks at the files. */
const LOOK_MS = 11_000;

test('a secret whose file is gone is refused once, by the signal and not by the next look at the files too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-reloads-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'secret');
  writeFileSync(file, 'a secret of the test');
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const read = () => ({ config: loadConfig({ SIGNING_SECRET_FILE: file }, undefined, 4), alerts: undefined });
  const logged: string[] = [];
  const reloads = new Reloads({ read, logger: pino({}, { write: (line: string) => void logged.push(line) }) });
  const app = { noteRefusedReload: () => {}, reload: async () => {} } as unknown as App;
  reloads.follow(app, read().config);
  rmSync(file);
  reloads.request();
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  expect(logged).toEqual([expect.stringContaining('which cannot be read (ENOENT)')]);
  // It is there again: found without a signal, and nothing to tell.
  writeFileSync(file, 'another secret of the test');
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  rmSync(file);
  await vi.advanceTimersByTimeAsync(LOOK_MS);
  expect(logged).toHaveLength(2);
});

import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withInstallLock } from './install-lock.ts';

describe('the install lock', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halfspace-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('lets one at a time do its work', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await setImmediate();
      inside--;
    };
    await Promise.all(Array.from({ length: 8 }, () => withInstallLock(join(folder, 'lock'), work, 1)));
    expect(most).toBe(1);
  });

  test('is free again after work that failed', async () => {
    const lock = join(folder, 'lock');
    await expect(withInstallLock(lock, () => Promise.reject(new Error('no compiler')), 1)).rejects.toThrow(
      'no compiler',
    );
    await expect(withInstallLock(lock, () => Promise.resolve('built'), 1)).resolves.toBe('built');
  });

  test('is taken over from a process that was killed', async () => {
    const lock = join(folder, 'lock');
    const { pid } = spawnSync(process.execPath, ['--version']);
    await mkdir(lock);
    await writeFile(join(lock, 'pid'), String(pid));
    await expect(withInstallLock(lock, () => Promise.resolve('built'), 1)).resolves.toBe('built');
  });
});

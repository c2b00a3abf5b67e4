import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';

const FULL_MS = 4000;
const WAIT_MS = 30_000;

export const DISK_FULL: Fault = {
  name: 'disk full',
  what: 'the file system of DATA_DIR fills up, and has room again',
  keeps: true,
  async prepare(folder, onEnd) {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      return { skip: 'a disk that can be filled needs the right to mount one' };
    }
    onEnd(() => execFileSync('umount', ['-l', disk]));
    return { env: { DATA_DIR: disk } };
  },
  async run({ halfspace, folder, client, scale }) {
    const ballast = join(folder, 'disk/ballast');
    for (let bytes = 1 << 20; bytes >= 4096; bytes >>= 1) {
      try {
        for (;;) writeFileSync(ballast, Buffer.alloc(bytes), { flag: 'a' });
      } catch {
        // Full, for pieces of this size.
      }
    }
    const isDegraded = async () => ((await halfspace.get('/ready')) as { degraded?: string[] }).degraded !== undefined;
    await until(isDegraded, 'GET /ready to tell of the full disk');
    const before = client.acknowledged.length;
    await sleep(FULL_MS * scale);
    const meanwhile = client.acknowledged.length - before;
    rmSync(ballast);
    await until(async () => !(await isDegraded()), 'GET /ready to be well again');
    return `told by /ready; ${meanwhile} requests taken while it was full`;
  },
};

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const startMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startMs > WAIT_MS) throw new Error(`waited ${WAIT_MS / 1000} s for ${what}`);
    await sleep(50);
  }
}

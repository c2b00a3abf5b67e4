import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refusalOfPath } from '../../src/sources/file/file-root.ts';
import { checkOpened } from '../../src/sources/file/opened-file.ts';
import { readFiles } from '../../src/sources/file/read-files.ts';
import type { RowSink } from '../../src/sources/row-sink.ts';

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'halfspace-root-'));
  root = join(folder, 'logs');
  await mkdir(join(root, 'shop'), { recursive: true });
  await writeFile(join(root, 'shop', 'a.log'), '');
  await writeFile(join(folder, 'secret'), '');
  await symlink(join(folder, 'secret'), join(root, 'link'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a file that a request names', () => {
  test('may be anywhere while only this machine, or who knows the secret, can call', () => {
    expect(refusalOfPath('/etc/hosts', { root: undefined, isOpen: false })).toBeUndefined();
  });

  test('may be nowhere while anybody can call and there is no root', () => {
    expect(refusalOfPath('/etc/hosts', { root: undefined, isOpen: true })).toContain('FILE_ROOT');
  });

  test.each(['shop/a.log', './shop/../shop/a.log', 'not-there-yet.log', '.'])('%s is below the root', (path) => {
    expect(refusalOfPath(path, { root, isOpen: true })).toBeUndefined();
    expect(refusalOfPath(join(root, path), { root, isOpen: true })).toBeUndefined();
  });

  test.each(['../secret', '/etc/hosts', 'shop/../../secret', 'link', '..'])('%s is not', (path) => {
    expect(refusalOfPath(path, { root, isOpen: false })).toContain('outside of FILE_ROOT');
  });

  test('has no NUL in it', () => {
    expect(refusalOfPath('a\0b', { root: undefined, isOpen: false })).toContain('NUL');
  });

  test.each(['/proc/self/environ', '/sys/kernel/notes', '/proc/../proc/1/environ'])(
    '%s is none that has logs, root or not',
    async (path) => {
      expect(refusalOfPath(path, { root: undefined, isOpen: false })).toContain('where no logs are');
      await symlink(path, join(root, 'kernel'));
      expect(refusalOfPath('kernel', { root, isOpen: false })).toContain('where no logs are');
    },
  );

  test.each(['{shop,..}/*', '{../../..,shop}/**', 'shop/{a.log,../../secret}'])(
    'a pattern such as %s is not walked out of the root',
    async (path) => {
      expect(refusalOfPath(path, { root, isOpen: false })).toContain('a pattern with ..');
      await expect(rowsOf(path)).rejects.toThrow('a pattern with ..');
    },
  );

  test('may be named by a pattern that has .. in a name', () => {
    expect(refusalOfPath('shop/a..b{1,2}.log', { root, isOpen: false })).toBeUndefined();
  });

  test('is no named pipe, which nobody waits for, no folder and no device', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await expect(rowsOf('pipe')).rejects.toThrow('is a device, pipe or socket');
    await expect(rowsOf('shop')).rejects.toThrow('is a folder');
    await expect(rowsOf('/dev/zero', '/')).rejects.toThrow('is a device, pipe or socket');
  });

  test('is the one that was opened, whatever its path leads to by then', () => {
    const fd = openSync(join(folder, 'secret'), 'r');
    try {
      expect(() => checkOpened(fd, join(root, 'shop', 'a.log'), root)).toThrow('outside of FILE_ROOT');
      expect(() => checkOpened(fd, join(root, 'shop', 'a.log'), undefined)).not.toThrow();
    } finally {
      closeSync(fd);
    }
  });

  test('is never another while a link changes between one within and one outside', { timeout: 60_000 }, async () => {
    await writeFile(join(folder, 'secret'), 'level=error the secret of others\n');
    await writeFile(join(root, 'shop', 'a.log'), 'level=info order 1 paid\n');
    const swaps = `const { renameSync, symlinkSync } = require('node:fs');
      for (let i = 0; ; i++) {
        symlinkSync(i % 2 === 0 ? 'a.log' : '../../secret', 'next');
        renameSync('next', 'current.log');
        if (i === 0) console.log('swapping');
      }`;
    const swapper = spawn(process.execPath, ['-e', swaps], {
      cwd: join(root, 'shop'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(swapper, 'close');
    await once(swapper.stdout, 'data');
    const seen = new Set<string>();
    for (let i = 0; i < 2000; i++) {
      const rows = await rowsOf('shop/current.log').catch((error: Error) => [error.message]);
      for (const row of rows) seen.add(row);
    }
    swapper.kill();
    await ended;
    expect([...seen].filter((text) => text.includes('of others'))).toEqual([]);
    expect(seen).toContain('level=info order 1 paid');
    expect([...seen].join()).toContain('outside of FILE_ROOT');
  });
});

/** Messages of the rows of a file below the root. */
async function rowsOf(path: string, within = root): Promise<string[]> {
  const messages: string[] = [];
  const sink: RowSink = {
    service: () => 0,
    add: (bytes, start, end) => void messages.push(Buffer.from(bytes.subarray(start, end)).toString()),
  };
  await readFiles({ path, root: within }, sink, () => {});
  return messages;
}

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refusalOfPath } from '../../src/sources/file/file-root.ts';

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
});

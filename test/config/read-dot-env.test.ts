import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDotEnv, strayLines } from '../../src/config/read-dot-env.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dot-env-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('a file that is not there is no file', () => {
  expect(readDotEnv(join(folder, 'missing'))).toBeUndefined();
});

test('a file is read as it is', () => {
  writeFileSync(join(folder, '.env'), 'A=1\n');
  expect(readDotEnv(join(folder, '.env'))).toBe('A=1\n');
});

test('something that is there and cannot be read is named', () => {
  expect(() => readDotEnv(folder)).toThrow(`${folder} cannot be read (EISDIR): make it a readable file or remove it`);
});

test.each([
  ['A=1\nbogus line\n# a comment\n\n  # another\nexport B = 2 # said\nC', [2, 7]],
  ['A="one\ntwo"\nB=\'x\n=y\n\' # said\nC=`\n`\nD="open\nE=5', []],
  ['\uFEFFA=1\r\nB=2\r\nbogus\r\n', [3]],
])('lines that set nothing are known by their number: %j', (text, lines) => {
  expect(strayLines(text)).toEqual(lines);
});

import { closeSync, openSync, readFileSync, rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LineOutput, OutputFailure } from '../../src/cli/line-output.ts';

test('lines are written whole and in order, whatever their length', () => {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-output-'));
  const path = join(folder, 'out');
  const fd = openSync(path, 'w');
  const output = new LineOutput(fd);
  const lines = Array.from({ length: 5000 }, (_, i) => `${i} ${'é'.repeat(i % 300)}\n`);
  for (const line of lines) output.write(line);
  output.flush();
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
  rmSync(folder, { recursive: true });
});

test('a full disk is told as what it is', () => {
  const fd = openSync('/dev/full', 'w');
  const output = new LineOutput(fd);
  output.write('a line\n');
  expect(() => output.flush()).toThrow(OutputFailure);
  output.write('a line\n');
  expect(() => output.flush()).toThrow('standard output cannot be written: no room is left on its disk');
  closeSync(fd);
});

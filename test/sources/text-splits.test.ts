import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, test } from 'vitest';

import { outlineFile } from '../../src/sources/file/outline-file.ts';
import { textSplits } from '../../src/sources/file/text-splits.ts';

const folder = mkdtempSync(join(tmpdir(), 'halfspace-splits-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** First lines of the parts, but for the first. */
async function partsOf(lines: readonly string[], partBytes: number): Promise<string[]> {
  const text = lines.map((line) => `${line}\n`).join('');
  const path = join(folder, `${++files}.log`);
  writeFileSync(path, text);
  const handle = await open(path);
  try {
    const outline = await outlineFile(handle, { path, format: 'text' });
    const splits = await textSplits(handle, outline!, partBytes);
    for (const split of splits) expect(text[split - 1]).toBe('\n');
    return splits.map((split) => text.slice(split).split('\n')[0]!);
  } finally {
    await handle.close();
  }
}

const timed = (i: number) => `2026-01-31T08:00:${String(i).padStart(2, '0')}Z INFO order has been sent`;

test('text is divided at the first line behind each part', async () => {
  const lines = Array.from({ length: 50 }, (_, i) => timed(i));
  const length = lines[0]!.length + 1;
  expect(await partsOf(lines, 10 * length + 3)).toEqual([11, 21, 31, 41].map(timed));
  expect(await partsOf(lines, 10 * length)).toEqual([10, 20, 30, 40].map(timed));
  expect(await partsOf(lines, 100 * length)).toEqual([]);
});

test.each([
  ['white space', ['\tat com.acme.Shop.order(Shop.java:7)', '  File "a.py", line 7']],
  ['the name of an exception', ['ValueError: no 7', '12:30:00 no 8']],
  ['a word of a trace', ['Caused by: java.io.IOException', '... 7 more', 'Traceback (most recent call last):']],
  ['what Go writes', ['goroutine 1 [running]:', 'main.main()', 'created by main.start', '', 'exit status 2']],
  ['a time behind it', ['\tat 7 time=2026-01-31T08:00:07Z', 'ValueError: time=2026-01-31T08:00:07Z']],
  ['a time behind a word', ['Caused by: x t=2026-01-31T08:00:07Z', 'created by x t=2026-01-31T08:00:07Z']],
  ['no time', ['order 7', 'order 8']],
])('never before a line that may belong to the one before it: %s', async (_, between) => {
  const lines = [timed(0), ...between, timed(1), ...between, timed(2)];
  for (let partBytes = 40; partBytes < 200; partBytes++)
    for (const first of await partsOf(lines, partBytes)) expect([timed(1), timed(2)]).toContain(first);
});

test('a line of 64 KiB is in one part with the next', async () => {
  expect(await partsOf([timed(0), 'x'.repeat(70_000), timed(1), timed(2)], 100)).toEqual([timed(1)]);
});

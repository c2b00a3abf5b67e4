import { expect, test } from 'vitest';
import { datedFile } from './dated-file.ts';
import { readRows } from './read-rows.ts';

const modifiedMs = Date.UTC(2026, 5, 1);
const file = datedFile('first-time', modifiedMs);

const eight = '2026-01-31T08:00:00Z';
const objects = [{ msg: 'first' }, { msg: 'second', time: eight }, { msg: 'third' }];

test.each([
  ['text', `first\n${eight} second\nthird\n`],
  ['json-lines', objects.map((one) => JSON.stringify(one)).join('\n')],
  ['json-array', JSON.stringify(objects)],
  ['json-sequence', objects.map((one) => JSON.stringify(one, undefined, 2)).join('\n')],
  ['csv', `time,message\n,first\n${eight},second\n,third\n`],
])('a file as %s gives the first rows without a time that of the first that has one', async (format, content) => {
  const { rows, summary } = await readRows({ path: file(content) });
  expect(rows.map(({ timestamp }) => timestamp)).toEqual(Array.from({ length: 3 }, () => Date.parse(eight)));
  expect(summary).toMatchObject({ format, untimedRows: 2 });
});

test('rows without a time count apart where the time which they took is not in the window', async () => {
  const path = file(`first\n${eight} second\nthird\n${eight.replace('08', '09')} fourth\nfifth\n`);
  const startMs = Date.parse(eight) + 60_000;
  const { rows, summary } = await readRows({ path, startMs });
  expect(rows.map(({ message }) => message)).toEqual(['fourth', 'fifth']);
  expect(summary).toMatchObject({ untimedRows: 1, untimedOutside: 2 });
});

// What is long is cut by the end of the 64 KiB: in a line, an element, a field in quotes.
const long = 'word '.repeat(20_000);

test.each([
  ['text', `first\n${eight} second\n${long}\n`],
  ['json-array', JSON.stringify([...objects, { msg: long }])],
  ['json-sequence', [...objects, { msg: long }].map((one) => JSON.stringify(one, undefined, 2)).join('\n')],
  ['csv', `time,message\n,first\n${eight},second\n,"${long.replaceAll('word', 'word\n')}"\n`],
])('a file as %s gives them that also where it goes on', async (format, content) => {
  const { rows, summary } = await readRows({ path: file(content) });
  expect(summary.format).toBe(format);
  expect(rows[0]).toMatchObject({ message: 'first', timestamp: Date.parse(eight) });
});

test.each([
  ['text', `${'no time\n'.repeat(10_000)}${eight} last\n`],
  [
    'json-array',
    JSON.stringify([...Array.from({ length: 5000 }, () => ({ msg: 'no time' })), { msg: 'last', time: eight }]),
  ],
  ['csv', `time,message\n${',no time\n'.repeat(10_000)}${eight},last\n`],
])('a file as %s gives rows the time of the file where the first 64 KiB have none', async (format, content) => {
  const { rows, summary } = await readRows({ path: file(content) });
  expect(summary.format).toBe(format);
  expect([rows[0]!.timestamp, rows.at(-1)!.timestamp]).toEqual([modifiedMs, Date.parse(eight)]);
});

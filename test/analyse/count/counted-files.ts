import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { afterAll, expect } from 'vitest';

import { analyseRows } from '../../../src/analyse/analyse-rows.ts';
import type { AnalyseOptions } from '../../../src/analyse/analyse-rows.ts';
import { answerByCounting } from '../../../src/analyse/count/answer-by-counting.ts';
import { loadRows, UNWATCHED } from '../../../src/analyse/load-rows.ts';
import type { FileJob, LoadOptions } from '../../../src/analyse/load-rows.ts';
import { LEVELS } from '../../../src/domain/level.ts';
import type { LogRow } from '../../../src/domain/row.ts';
import { ANALYSE_OPTIONS } from '../windows.ts';

/** A folder of files for one file of tests, which goes when they are done. */
export function scratchFolder(): { folder: string; fileOf(text: string): string } {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-count-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let files = 0;
  return {
    folder,
    fileOf(text) {
      const path = join(folder, `${++files}.log`);
      writeFileSync(path, text);
      return path;
    },
  };
}

/** What reading row by row says of the same job. */
export async function byRows(job: FileJob, options: AnalyseOptions & LoadOptions): Promise<unknown> {
  const { sorter, services, file } = await loadRows(job, options, UNWATCHED);
  try {
    return { analysis: analyseRows(sorter, services, options, () => {}), file };
  } finally {
    sorter.close();
  }
}

/** Counts the job's rows with one thread, and in small parts with as many threads; both have to say what the rows say. */
export async function expectSame(job: FileJob, threads: number, changed: Partial<AnalyseOptions & LoadOptions> = {}) {
  const options = { ...ANALYSE_OPTIONS, series: true, ...changed };
  const expected = JSON.stringify(await byRows(job, options));
  const alone = await answerByCounting(job, options, UNWATCHED);
  expect(JSON.stringify(alone)).toBe(expected);
  const division = { partBytes: 300, threadBytesMin: 1 };
  const together = await answerByCounting(job, { ...options, readThreads: threads }, UNWATCHED, division);
  // Where a part begins with rows that say no time, all is read in order.
  if (together !== undefined) expect(JSON.stringify(together)).toBe(expected);
  return together;
}

export function ndjson(rows: readonly LogRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** A row a millisecond, all of one kind. */
export function orders(count: number): LogRow[] {
  return Array.from({ length: count }, (_, i) => ({
    timestamp: 1_769_846_400_000 + i,
    level: 'info',
    service: 'shop',
    message: `order ${i} has been sent`,
  }));
}

export const names = 'anna boris clara david elena felix gerda henry irene jakob karla lukas maria'.split(' ');
const message = fc
  .oneof(
    { weight: 6, arbitrary: fc.array(fc.constantFrom('user', 'took', '17', '10.0.0.1', 'failed', 'a1b2c3d4', '12ms')) },
    { weight: 3, arbitrary: fc.constantFrom(...names).map((name) => [`user ${name} has logged in`]) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ['über 7'],
        ['two\nlines 7'],
        ['say "hi"'],
        ['{"a":1,"msg":"b 7"}'],
        ['level=info msg="x 1" took=7ms'],
        ['[client 10.1.2.3] denied'],
        ['x 7 '.repeat(400)],
        ['\u007f and \\ back'],
      ),
    },
  )
  .map((words) => words.join(' '));
const instant = fc.integer({ min: 1_769_846_400_000, max: 1_769_846_470_000 });
const time = fc.oneof(
  { weight: 8, arbitrary: instant },
  { weight: 3, arbitrary: instant.map((ms) => new Date(ms).toISOString()) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      '2026-01-31 08:00:07',
      '2026-01-31T08:00:07,5Z',
      '2026-01-31T08:00:07.123456789Z',
      '2026-02-30T08:00:07Z',
      '2026-01-31T08:00:07+02:00',
      '2026-01-31',
      '1769846400000',
      1_769_846_407,
      1_769_846_407.25,
      0,
      null,
      {},
    ),
  },
);
const level = fc.constantFrom<unknown>(...LEVELS, 'WARNING', 'Info', 30, 4, 99, 'what', ' error', null);
const service = fc.constantFrom<unknown>('shop', 'cart', '__proto__', 'größe', '', ' mail', 7, 'x'.repeat(70));
const record = fc.record(
  {
    timestamp: time,
    time: fc.integer({ min: 1_769_846_400, max: 1_769_846_470 }),
    level,
    severity: level,
    service,
    app: service,
    name: service,
    message,
    msg: message,
    log: fc.oneof(message, fc.constant('{"message":"inner 7"}')),
    severity_number: fc.integer({ min: 0, max: 25 }),
    attributes: fc.constantFrom<unknown>({ service: 'inner' }, 'none'),
    'a field with a long name, which is longer than a record may remember of it': fc.constant(1),
    rest: fc.oneof(
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null),
      fc.string(),
      fc.constant([1, { a: 'b' }]),
    ),
  },
  { requiredKeys: ['timestamp', 'level', 'message'] },
);
const spaced = (text: string) => text.replaceAll('":', '": ').replaceAll(',"', ', "');
/** Lines of JSON of every kind that a reader has a rule for. */
export const line = fc.oneof(
  { weight: 20, arbitrary: record.map((value) => JSON.stringify(value)) },
  { weight: 4, arbitrary: record.map((value) => spaced(JSON.stringify(value))) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '  ',
      'not JSON',
      '{"message":"cut',
      '{"timestamp":1769846400000,"level":"info","message":"a 1","message":"b 2"}',
      '{"timestamp":01,"level":"info","message":"a 1"}',
      '{"timestamp":1769846400000,"level":"info","message":"a 1",}',
      '{"timestamp":1769846400000,"level":"info","message":"a\u00011"}',
      '{"timestamp":1769846400000,"level":"info","message":"a 1"} \r',
      '[{"message":"a 1"}]',
    ),
  },
);

const second = fc.integer({ min: 0, max: 59 }).map((value) => String(value).padStart(2, '0'));
const timed = fc.tuple(second, message).map(([time, text]) => `2026-01-31T08:00:${time}Z INFO ${text.split('\n')[0]}`);
const traces = [
  ['Traceback (most recent call last):', '  File "a.py", line 7, in main', 'ValueError: no 7'],
  ['java.lang.IllegalStateException: no 7', '\tat com.acme.Shop.order(Shop.java:7)', 'Caused by: no 8', '... 7 more'],
  ['panic: no 7', '', 'goroutine 1 [running]:', 'main.f(0x7)', '\t/app/main.go:5 +0x11', 'exit status 2'],
  ['com.acme.OrderFault: x', '\tat com.acme.Shop.order(Shop.java:7)'],
  ['Traceback (most recent call last)', '  File 7 time=2026-01-31T08:00:07Z', 'ValueError: ts=2026-01-31T08:00:07Z'],
  ['goroutine 1 [running]:', 'created by main time=2026-01-31T08:00:07Z', 'exit status 2 time=2026-01-31T08:00:07Z'],
];
/** Lines of text of every kind that a reader has a rule for, some of several lines. */
export const textLine = fc.oneof(
  { weight: 12, arbitrary: timed },
  { weight: 3, arbitrary: second.map((time) => `Jan 31 08:00:${time} host cart[7]: order 7 has been sent`) },
  { weight: 3, arbitrary: second.map((time) => `[2026-01-31 08:00:${time}] [error] denied (7)`) },
  { weight: 2, arbitrary: second.map((time) => `2026-01-31 08:00:${time} service=shop order 7`) },
  { weight: 4, arbitrary: fc.constantFrom(...traces).map((lines) => lines.join('\n')) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      'no time 7',
      '12:30:00 ERROR no date',
      '20260131(7)',
      '  2026-01-31 08:00:07 indented',
      'carriage 7\r',
      'at 7',
    ),
  },
);

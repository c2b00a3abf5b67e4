import { describe, expect, test } from 'vitest';
import { fileProblems } from '../../src/cli/window-job.ts';
import { noCounts } from '../../src/sources/file/byte-consumer.ts';
import type { FilesSummary } from '../../src/sources/file/read-files.ts';

const met = (counts: Partial<FilesSummary>): FilesSummary => ({
  ...noCounts(),
  format: 'text',
  files: 1,
  firstBadPath: undefined,
  linksOut: [],
  ...counts,
});
const window = { startMs: Date.UTC(2026, 4, 4, 8), endMs: Date.UTC(2026, 4, 4, 9) };
const stretch = 'from 2026-05-04T08:00:00.000Z to 2026-05-04T09:00:00.000Z';

describe('of a file is said', () => {
  test('that it has no rows, whatever window was asked for', () => {
    expect(fileProblems('app.log', 0, met({}))).toEqual(['app.log has no rows']);
    expect(fileProblems('app.log', 0, met({}), window)).toEqual(['app.log has no rows']);
    expect(fileProblems('3 files', 0, met({ files: 3 }))).toEqual(['3 files have no rows']);
  });

  test('from when the rows are that a window without any has left out', () => {
    const outside = { rows: 2, firstMs: Date.UTC(2015, 5, 1), lastMs: Date.UTC(2015, 5, 2) };
    expect(fileProblems('app.log', 0, met({ outside, untimedOutside: 1 }), window)).toEqual([
      `app.log has no rows ${stretch}: the 2 rows there are from 2015-06-01T00:00:00.000Z to 2015-06-02T00:00:00.000Z; ` +
        'without a window all is read',
    ]);
  });

  test.each([
    ['json-lines', 'JSON'],
    ['json-array', 'JSON'],
    ['json-sequence', 'JSON'],
    ['csv', 'CSV'],
    ['mixed', 'of the format of their file'],
  ] as const)('which lines of %s are bad, in words that FILE_FORMAT has', (format, word) => {
    const firstBad = { line: 7, problem: 'a quote is missing' };
    expect(fileProblems('app.log', 9, met({ format, badLines: 2, firstBad }))).toEqual([
      `app.log: 2 lines are not ${word} and were skipped; the first is line 7: a quote is missing`,
    ]);
  });

  test('once, what became of rows without a time that are not in the window', () => {
    const outside = { rows: 3000, firstMs: 1, lastMs: 1 };
    expect(fileProblems('app.log', 0, met({ untimedOutside: 3000, outside }), window)).toEqual([
      `app.log has no rows ${stretch}: 3,000 rows say no time and took that of the file's last change ` +
        'or of a row beside them; without a window all is read',
    ]);
  });

  test.each([
    ['app.log', 1, "that of the file's last change"],
    ['3 files', 3, "that of their file's last change"],
    ['standard input', 1, 'that at which it was read'],
  ])('of %s, where its time is from when no row says it', (name, files, time) => {
    expect(fileProblems(name, 5, met({ untimedRows: 5, files }))).toEqual([
      `${name}: no row says its time: all took ${time}, and what goes by time says nothing here`,
    ]);
  });

  test('that some rows say no time', () => {
    expect(fileProblems('2 files', 9, met({ untimedRows: 5, files: 2 }))).toEqual([
      "2 files: 5 rows say no time and took that of a row beside them or, without one, that of their file's last change",
    ]);
    expect(fileProblems('app.log', 9, met({ untimedRows: 1 }))).toEqual([
      "app.log: 1 row says no time and took that of a row beside it or, without one, that of the file's last change",
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { plotLines, plotRows } from '../../src/cli/terminal/plot.ts';
import { fitted, printable, widthOf } from '../../src/cli/terminal/printable.ts';
import { createProgress, progressLine } from '../../src/cli/terminal/progress.ts';
import { tableLines } from '../../src/cli/terminal/table.ts';

describe('a text of somebody else', () => {
  test.each([
    ['plain', 'plain'],
    ['two\nlines \t here', 'two lines here'],
    ['\u001b[2J\u001b]0;x\u0007', '·[2J·]0;x·'],
    ['c1 \u009b31m', 'c1 ·31m'],
    ['a\u202eb\u2066c\ud800', 'a·b·c·'],
  ])('%j is shown as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test.each([
    ['abcdef', 4, 'abc…'],
    ['abcd', 4, 'abcd'],
    ['日本語です', 6, '日本…'],
    ['🙂🙂🙂', 5, '🙂🙂…'],
    ['e\u0301e\u0301e\u0301', 3, 'e\u0301e\u0301e\u0301'],
  ])('%j in %i cells is %j', (text, cells, shown) => {
    expect(fitted(text, cells)).toBe(shown);
    expect(widthOf(shown)).toBeLessThanOrEqual(cells);
  });
});

test('a table is as wide as it may be', () => {
  const columns = [
    { title: 'lines', align: 'right' as const },
    { title: 'template', align: 'left' as const },
  ];
  const lines = tableLines(
    columns,
    [
      [{ text: '12' }, { text: 'x'.repeat(90) }],
      [{ text: '7' }, { text: '日本' }],
    ],
    40,
  );
  expect(lines).toEqual(['lines  template', `   12  ${'x'.repeat(32)}…`, '    7  日本']);
});

test('a plot has the corners in the corners, and the last point over the others', () => {
  const paint = (text: string) => text;
  const at = (x: number, y: number, mark: string) => ({ x, y, mark, paint });
  expect(plotLines([at(0, 0, 'a'), at(100, 100, 'b'), at(50, 50, 'c'), at(50, 50, 'd')], 5, 3)).toEqual([
    '┌─────┐',
    '│    b│',
    '│  d  │',
    '│a    │',
    '└─────┘',
  ]);
});

describe('progress', () => {
  test.each([
    [500_000, 0.5, 2000, 'app.log [############------------] 50 %  500,000 lines  250,000/s  2 s left'],
    [10, 0.01, 1000, 'app.log [------------------------] 1 %  10 lines  10/s'],
    [500_000, 0.25, 100_000, 'app.log [######------------------] 25 %  500,000 lines  5,000/s  5 min left'],
    [700, 0, 1000, 'app.log  700 lines  700/s'],
  ])('of %i lines and %d', (rows, share, elapsedMs, line) => {
    expect(progressLine('app.log', rows, share, elapsedMs)).toBe(line);
  });

  test('is written over, cut to the terminal, taken away, and not there in a pipe', () => {
    const written: string[] = [];
    let now = 0;
    const write = (text: string) => void written.push(text);
    const progress = createProgress({ isTTY: true, columns: 20, write }, 'app.log', () => now);
    progress.told(1, 0.1);
    now = 250;
    progress.told(2, 0.2);
    now = 300;
    progress.told(3, 0.3);
    progress.done();
    expect(written).toEqual(['\r\u001b[Kapp.log [#####-----', '\r\u001b[K']);
    const silent = createProgress({ write }, 'app.log', () => now);
    now = 900;
    silent.told(9, 0.9);
    silent.done();
    expect(written).toHaveLength(2);
  });

  test('of a store that is asked again tells the try, counts down to the next, and what failed', () => {
    const written: string[] = [];
    let now = 0;
    const write = (text: string) => void written.push(text);
    const progress = createProgress({ isTTY: true, columns: 80, write }, 'loki', () => now);
    const retry = { problem: 'Grafana Loki: nothing\nlistens', attempt: 2, attemptsMax: 6, waitMs: 1500 };
    for (now of [1000, 2000, 3000]) progress.told(0, 0, retry);
    now = 4000;
    progress.told(5, 0);
    expect(written.map((line) => line.slice(4))).toEqual([
      'loki  try 2 of 6 failed, the next in 2 s  Grafana Loki: nothing listens',
      'loki  try 2 of 6 failed, the next in 1 s  Grafana Loki: nothing listens',
      'loki  try 2 of 6 failed, trying again  Grafana Loki: nothing listens',
      'loki  5 lines  1/s',
    ]);
  });

  test('of what is read a second time says so, and goes by the pace of that reading', () => {
    const written: string[] = [];
    let now = 0;
    // No width, as some terminals have it.
    const terminal = { isTTY: true, columns: 0, write: (text: string) => void written.push(text) };
    const progress = createProgress(terminal, 'app.log', () => now);
    now = 9000;
    progress.told(900, 0.9);
    now = 10_000;
    progress.told(0, 0);
    now = 11_000;
    progress.told(500, 0.5);
    progress.done();
    expect(written).toEqual([
      '\r\u001b[Kapp.log [######################--] 90 %  900 lines  100/s  1 s left',
      '\r\u001b[Kapp.log, again [############------------] 50 %  500 lines  500/s  1 s left',
      '\r\u001b[K',
    ]);
  });
});

test.each([
  [1, 6],
  [4, 6],
  [12, 12],
  [5000, 18],
])('a map of %i points takes %i lines', (points, rows) => {
  expect(plotRows(points)).toBe(rows);
});

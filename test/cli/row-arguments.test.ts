import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/cli/command-context.ts';
import { rowArguments, windowOf } from '../../src/cli/row-arguments.ts';
import type { RowOptions } from '../../src/cli/row-arguments.ts';

const asIs = (path: string) => path;

describe('what rows are asked for', () => {
  test('a file, and a file to train on, as the user means their paths', () => {
    const asked = rowArguments('detect', 'a.log', { train: 'b.log' }, (path) => `/logs/${path}`);
    expect(asked).toEqual({ input: { file: '/logs/a.log' }, window: {}, train: { file: '/logs/b.log' } });
  });

  test('a stretch of a file, and what to learn from just before it', () => {
    expect(rowArguments('detect', 'a.log', { window: '1h', trainWindow: '24h' }, asIs)).toEqual({
      input: { file: 'a.log' },
      window: { window: '1h' },
      train: { window: '24h' },
    });
  });

  test('a file in whole, by the word that the API has for it; a store has no whole', () => {
    expect(rowArguments('detect', 'a.log', { window: 'all' }, asIs).window).toEqual({});
    expect(() => windowOf({ window: 'all', end: '2026-01-01' })).toThrow(
      '--window all takes files in whole: leave out --start and --end',
    );
    expect(() => windowOf({ window: 'ALL', source: 'loki' })).toThrow(
      '--window all is for files, which are read in whole: say how long',
    );
  });

  test('a window of a store', () => {
    expect(rowArguments('detect', undefined, { source: 'loki', start: '2026-01-01' }, asIs)).toEqual({
      input: { source: 'loki' },
      window: { start: '2026-01-01' },
      train: undefined,
    });
  });

  const refused: [string | undefined, RowOptions, string][] = [
    [undefined, {}, 'detect needs a file, - for standard input, or --source NAME'],
    ['-', { train: '-' }, 'only one of the two files can be standard input'],
    ['a', { train: '' }, '--train needs a file'],
    ['a', { train: 'b', trainWindow: '1h' }, 'give one of them'],
    ['a', { window: '' }, '--window is empty: give it a value'],
    ['a', { start: '', end: '2026-01-01' }, '--start is empty: give it a value'],
    ['a', { window: '1h', trainWindow: '' }, '--train-window is empty: give it a value'],
    ['a', { trainWindow: '1h' }, '--train-window is the stretch before a window'],
    ['a', { source: 'loki' }, 'detect takes a file or --source, not both'],
  ];
  test.each(refused)('refuses %j %j with a sentence', (file, options, sentence) => {
    const refusal = () => rowArguments('detect', file, options, asIs);
    expect(refusal).toThrow(sentence);
    expect(refusal).toThrow(UsageError);
  });
});

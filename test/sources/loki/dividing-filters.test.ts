import { expect, test } from 'vitest';
import { dividingFilters } from '../../../src/sources/loki/dividing-filters.ts';
import type { LokiEntry } from '../../../src/sources/loki/loki-entries.ts';

const entryOf = (line: string, labels: Record<string, string> = {}): LokiEntry => ({ timeNs: 1n, line, labels });

/** How many entries each of the two filters passes. */
function parts(entries: LokiEntry[]): number[] {
  const filters = dividingFilters(entries);
  for (const entry of entries) expect(filters?.filter(({ passes }) => passes(entry))).toHaveLength(1);
  return filters?.map(({ passes }) => entries.filter(passes).length) ?? [];
}

test('lines are divided evenly where their characters allow it', () => {
  expect(parts(Array.from({ length: 1000 }, (_, i) => entryOf(`order ${i + 1000} placed`)))).toEqual([500, 500]);
});

test.each([
  ['capital letters', ['user A', 'user B']],
  ['signs', ['a-b', 'a+b']],
  ['other alphabets', ['порт 1', 'порт ж']],
  ['characters beyond the 16 bits', ['x🦊', 'x🦋']],
  ['their length alone', ['same', 'same again']],
  ['an empty line', ['', 'x']],
  ['control characters', ['a\u0000', 'a\n']],
  ['bytes that are no text', ['a\ufffd', 'aé']],
])('two lines that differ in %s are told apart', (_, lines) => {
  expect(parts(lines.map((line) => entryOf(line)))).toEqual([1, 1]);
});

test('lines that are alike are told apart by a label, also by one that is not there', () => {
  expect(parts([entryOf('x', { pod: 'a-1' }), entryOf('x', { pod: 'a-2' })])).toEqual([1, 1]);
  expect(parts([entryOf('x', { pod: 'a' }), entryOf('x')])).toEqual([1, 1]);
});

test('what nothing tells apart is not divided', () => {
  expect(dividingFilters([entryOf('x', { a: '1' }), entryOf('x', { a: '1' })])).toBeUndefined();
  expect(dividingFilters([entryOf('x', { 'not a name': '1' }), entryOf('x', { 'not a name': '2' })])).toBeUndefined();
  expect(dividingFilters([])).toBeUndefined();
});

test('a stage begins on a line of its own, as a comment may end the query', () => {
  for (const { stage } of dividingFilters([entryOf('a`b'), entryOf('a"c')]) ?? []) {
    expect(stage).toMatch(/^\n[|!]~ `[^`]*`$/);
  }
});

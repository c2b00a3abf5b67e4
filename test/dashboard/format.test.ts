import { expect, test } from 'vitest';
import { distinctWords, oftenOf } from '../../src/dashboard/template/value-words.ts';
import { dayAndSecond, dayAndTime, fromTo } from '../../src/dashboard/ui/format.ts';
import { tickLabels } from '../../src/dashboard/ui/tick-labels.ts';

const at = (text: string) => new Date(text).getTime();
const now = at('2026-11-27T16:20:00');

test.each([
  ['2026-11-27T10:15:00', '2026-11-27T16:15:00', '27 Nov, 10:15 to 16:15'],
  ['2026-11-26T16:15:00', '2026-11-27T16:15:00', '26 Nov, 16:15 to 27 Nov, 16:15'],
  ['2026-11-27T16:15:10', '2026-11-27T16:15:11', '27 Nov, 16:15:10 to 16:15:11'],
  ['2024-05-04T08:00:00', '2024-05-04T09:00:00', '04 May 2024, 08:00 to 09:00'],
  ['2024-05-04T08:00:00', '2024-05-04T08:00:00.700', '04 May 2024, 08:00:00'],
  ['2025-12-31T23:30:00', '2026-01-01T00:30:00', '31 Dec 2025, 23:30 to 01 Jan 2026, 00:30'],
])('from %s to %s is %s', (start, end, words) => {
  expect(fromTo(at(start), at(end), now)).toBe(words);
});

test.each([
  ['2015-06-01T10:00:00', 10, ['10:00:00', '10:00:10']],
  ['2015-06-01T10:00:00', 300, ['10:00', '10:05']],
  ['2015-06-01T18:00:00', 6 * 3600, ['18:00', '02 Jun']],
  ['2015-06-01T00:00:00', 86_400, ['01 Jun', '02 Jun']],
  ['2015-06-01T00:00:00', 30 * 86_400, ['Jun 2015', 'Jul 2015']],
])('ticks from %s on that are %i s apart are told apart', (first, step, labels) => {
  const seconds = at(first) / 1000;
  expect(tickLabels([seconds, seconds + step], step)).toEqual(labels);
});

test('an instant of another year has that year', () => {
  expect(dayAndTime(at('2024-05-04T08:00:00'), now)).toBe('04 May 2024, 08:00');
  expect(dayAndSecond(at('2026-05-04T08:00:07'), now)).toBe('04 May, 08:00:07');
});

test.each([
  [1, '1'],
  [4, '4'],
  [5, '≈ 5'],
  [41, '≈ 41'],
  [637, '≈ 640'],
  [1000, '≈ 1,000'],
  [1597, '> 1,000'],
])('%i different values are told as %s', (distinct, words) => {
  expect(distinctWords(distinct)).toBe(words);
});

test('a value of which one count is left is not told as one that comes often', () => {
  const top = [
    { value: '200', count: 35 },
    { value: '404', count: 2 },
    { value: '54ms', count: 1 },
  ];
  expect(oftenOf(top, 60)).toBe('200, 404');
  expect(oftenOf([{ value: '54ms', count: 1 }], 35)).toBe('');
  expect(oftenOf([{ value: '54ms', count: 1 }], 1)).toBe('54ms');
});

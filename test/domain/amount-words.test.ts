import { expect, test } from 'vitest';
import { unitWords } from '../../src/domain/amount-words.ts';

test.each([
  ['lines in 16195 s', 0, 'lines in 4 h 30 min'],
  ['error lines in 60 s', 1, 'error line in 60 s'],
  ['lines of this template in 300 s or so', 2, 'lines of this template in 5 min or so'],
  ['lines of new templates', 1, 'line of new templates'],
  ['lines in 120 s', 5, 'lines in 120 s'],
  ['lines in 7200 s', 5, 'lines in 2 h'],
  ['lines in 3599 s', 5, 'lines in 1 h'],
  ['lines in 187200 s', 5, 'lines in 2 d 4 h'],
  ['score', 1, 'score'],
])('%s, of which there are %i: %s', (unit, count, words) => {
  expect(unitWords(unit, count)).toBe(words);
});

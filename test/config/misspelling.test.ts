import { expect, test } from 'vitest';
import { editDistance, misspellingWarning } from '../../src/config/misspelling.ts';

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'acb', 1],
  ['abc', 'ab', 1],
  ['abc', 'abcd', 1],
  ['abc', 'axc', 1],
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
])('from %j to %j it is %i edits', (from, to, edits) => {
  expect(editDistance(from, to)).toBe(edits);
  expect(editDistance(to, from)).toBe(edits);
});

test('the nearest name is proposed', () => {
  expect(misspellingWarning('MAX_ROW', ['MAX_ROADS', 'MAX_ROWS'])).toContain('MAX_ROWS?');
});

test('two edits at the start are another name', () => {
  expect(misspellingWarning('AWS_REGION', ['CW_REGION'])).toBeUndefined();
});

test.each(['XAX_ROWS', 'AX_ROWS', 'AMX_ROWS', 'MXA_ROWS', 'MAX_ROW', 'MAX_ROWZ', 'MAX_RWOS', 'MAX_ROSW', 'MAX_R_WSS'])(
  'one slip is one wherever it is: %s',
  (name) => {
    expect(misspellingWarning(name, ['MAX_ROWS'])).toContain('MAX_ROWS?');
  },
);

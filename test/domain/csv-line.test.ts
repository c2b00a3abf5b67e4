import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvLine } from '../../src/domain/csv-line.ts';

test('texts come back as they were, but for the apostrophe before what would be a formula', () => {
  const fields = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 });
  fc.assert(
    fc.property(fields, (texts) => {
      const [read = []] = parse(csvLine(['head', ...texts]));
      const expected = texts.map((text) => (/^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text));
      expect(read).toEqual(['head', ...expected]);
    }),
  );
});

test('no text begins as a formula does; a number may be below zero', () => {
  const texts = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1'];
  const [read = []] = parse(csvLine([...texts, -1, true]));
  expect(read).toEqual([...texts.map((text) => `'${text}`), '-1', 'true']);
});

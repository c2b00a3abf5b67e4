import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { firstOfBoth, FirstRows } from '../../../src/analyse/count/first-rows.ts';

test('the first rows of two threads are those of all rows, whoever had them', () => {
  const row = fc.record({ timeMs: fc.integer({ min: 0, max: 5 }), message: fc.constantFrom('a', 'b', 'ba', 'c') });
  fc.assert(
    fc.property(fc.array(row), fc.array(row), fc.integer({ min: 1, max: 6 }), (a, b, rowsMax) => {
      const firstOf = (rows: { timeMs: number; message: string }[]) => {
        const first = new FirstRows(rowsMax);
        for (const { timeMs, message } of rows) first.add(Buffer.from(message), 0, message.length, timeMs);
        return first.rows;
      };
      expect(firstOfBoth(firstOf(a), firstOf(b), rowsMax)).toEqual(firstOf([...b, ...a]));
    }),
    { seed: 42 },
  );
});

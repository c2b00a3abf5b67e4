import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { shared } from '../../shared.ts';
import { LOGHUB_SETS, loghubRows } from '../windows.ts';
import { expectSame, line, ndjson, scratchFolder, textLine } from './counted-files.ts';

const { fileOf } = scratchFolder();

describe('a window whose rows are counted by several threads', () => {
  test('is answered as if they had been kept, to the byte', { timeout: 120_000 }, async () => {
    let counted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 20, maxLength: 100 }), async (lines) => {
        const path = fileOf(`{"timestamp":1769846400000,"level":"info","message":"begin"}\n${lines.join('\n')}`);
        if ((await expectSame({ source: 'file', path, format: 'json' }, 3)) !== undefined) counted++;
      }),
      { numRuns: 15, seed: 3 },
    );
    expect(counted).toBeGreaterThan(2);
  });

  test(
    'is answered likewise where its lines are text, with traces of several lines',
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(textLine, { minLength: 20, maxLength: 100 }), async (lines) => {
          const path = fileOf(`2026-01-31T08:00:00Z INFO begin\n${lines.join('\n')}`);
          expect(await expectSame({ source: 'file', path, format: 'text' }, 3)).toBeDefined();
        }),
        { numRuns: 60, seed: 3 },
      );
    },
  );

  test.skipIf(!shared).each(LOGHUB_SETS)('is the same for the lines of %s', { timeout: 120_000 }, async (set) => {
    const path = fileOf(ndjson(loghubRows(set)));
    expect(await expectSame({ source: 'file', path }, 2)).toBeDefined();
  });
});

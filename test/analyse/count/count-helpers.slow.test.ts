import { expect, test } from 'vitest';

import { CountHelpers } from '../../../src/analyse/count/count-helpers.ts';
import { SHARED_WORDS } from '../../../src/analyse/count/count-parts.ts';
import type { CountTask } from '../../../src/analyse/count/count-parts.ts';
import { ndjson, scratchFolder } from './counted-files.ts';

const { fileOf } = scratchFolder();
const rows = Array.from({ length: 500 }, (_, i) => ({
  timestamp: 1_769_846_400_000 + i,
  level: 'info' as const,
  service: 'shop',
  message: `order ${i} has been sent`,
}));

function taskOf(text: string): CountTask {
  const times = { modifiedMs: 0, untimedMs: 0, dateOrder: 'month-first' as const };
  const lines = { format: 'json-lines' as const, from: 0, to: text.length, ...times };
  return {
    parts: [{ path: fileOf(text), bytes: text.length, lines }],
    file: {},
    bounds: { firstMs: rows[0]!.timestamp, lastMs: rows.at(-1)!.timestamp },
    apart: new Set(),
    servicesMax: 10,
    shared: new Int32Array(new SharedArrayBuffer(4 * SHARED_WORDS)),
  };
}

test('threads count one task after the other, until they are ended', async () => {
  const helpers = new CountHelpers(2);
  try {
    for (const text of [ndjson(rows), ndjson(rows.slice(0, 70))]) {
      const results = await helpers.count(taskOf(text));
      const counted = results.map((result) => ('rows' in result ? result.rows : Number.NaN));
      expect(counted.toSorted((a, b) => a - b)).toEqual([0, text.split('\n').length - 1]);
    }
    helpers.keepOnly(1);
    expect(await helpers.count(taskOf(ndjson(rows)))).toMatchObject([{ rows: 500 }]);
    helpers.keepOnly(-1);
    expect(await helpers.count(taskOf(ndjson(rows)))).toEqual([]);
  } finally {
    helpers.keepOnly(0);
  }
});

test('a thread that fails is told of, at once and ever after', async () => {
  const helpers = new CountHelpers(2);
  try {
    const { parts: _, ...cut } = taskOf('');
    await expect(helpers.count(cut as CountTask)).rejects.toThrow(/parts|length/);
    await expect(helpers.count(taskOf(ndjson(rows)))).rejects.toThrow(/parts|length/);
  } finally {
    helpers.keepOnly(0);
  }
});

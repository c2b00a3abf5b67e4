import { statSync } from 'node:fs';

import { expect, test } from 'vitest';

import { CountHelpers } from '../../../src/analyse/count/count-helpers.ts';
import { countParts, SHARED_WORDS } from '../../../src/analyse/count/count-parts.ts';
import type { CountTask } from '../../../src/analyse/count/count-parts.ts';
import { ndjson, orders, scratchFolder } from './counted-files.ts';

const { fileOf } = scratchFolder();
const SIGNAL = new AbortController().signal;
const rows = orders(500);

function taskOf(text: string): CountTask {
  const path = fileOf(text);
  const { ino } = statSync(path);
  const times = { modifiedMs: 0, untimedMs: 0, dateOrder: 'month-first' as const };
  const lines = { format: 'json-lines' as const, ino, from: 0, to: text.length, ...times };
  return {
    parts: [{ path, lines }],
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
      const results = await helpers.count(taskOf(text), SIGNAL);
      const counted = results.map((result) => ('rows' in result ? result.rows : Number.NaN));
      expect(counted.toSorted((a, b) => a - b)).toEqual([0, text.split('\n').length - 1]);
    }
    helpers.rest();
    // New ones: what those before held is gone.
    expect(await helpers.count(taskOf(ndjson(rows)), SIGNAL)).toHaveLength(2);
    helpers.keepOnly(1);
    expect(await helpers.count(taskOf(ndjson(rows)), SIGNAL)).toMatchObject([{ rows: 500 }]);
    helpers.keepOnly(-1);
    expect(await helpers.count(taskOf(ndjson(rows)), SIGNAL)).toEqual([]);
  } finally {
    helpers.keepOnly(0);
  }
});

test('a thread that fails is told of, and so are those that were ended and whoever gives up', async () => {
  const helpers = new CountHelpers(2);
  try {
    const { parts: _, ...cut } = taskOf('');
    await expect(helpers.count(cut as CountTask, SIGNAL)).rejects.toThrow(/parts|length/);
  } finally {
    helpers.keepOnly(0);
  }
  const others = new CountHelpers(1);
  try {
    const reason = new Error('enough');
    const giving = new AbortController();
    const given = others.count(taskOf(ndjson(rows)), giving.signal);
    giving.abort(reason);
    await expect(given).rejects.toBe(reason);
    await expect(others.count(taskOf(ndjson(rows)), giving.signal)).rejects.toBe(reason);
  } finally {
    others.keepOnly(0);
  }
  const last = new CountHelpers(1);
  const ended = last.count(taskOf(ndjson(rows)), SIGNAL);
  last.keepOnly(0);
  await expect(ended).rejects.toThrow('ended');
});

test('where one thread gives up, the others take no more', async () => {
  const task = taskOf(ndjson(rows));
  const gone = { ...task.parts[0]!, path: `${task.parts[0]!.path}.gone` };
  const both = { ...task, parts: [gone, ...task.parts] };
  expect(await countParts(both, () => {})).toHaveProperty('unsettled');
  expect(await countParts(both, () => {})).toMatchObject({ rows: 0, summaries: [] });
});

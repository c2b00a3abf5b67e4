import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MovingCursor } from '../../../src/sources/pull/moving-cursor.ts';
import { pullNewestPages } from '../../../src/sources/pull/newest-pages.ts';
import { PulledRows } from '../../../src/sources/pull/pulled-rows.ts';

async function pull(
  times: readonly number[],
  options: { maxRows: number; rows: number; rowsMax: number; endMs?: number; givesMax?: number },
) {
  const { maxRows, endMs = 1000 } = options;
  const taken: number[] = [];
  const limits: number[] = [];
  const sink = { service: () => 0, add: (...row: unknown[]) => void taken.push(row[3] as number) };
  const rows = new PulledRows({ sink, startMs: 0, endMs, maxRows });
  const newestFirst = times.toSorted((a, b) => b - a);
  await pullNewestPages<number>(
    rows,
    {
      fetch: async (startMs, end, limit) => {
        limits.push(limit);
        if (limit > (options.givesMax ?? Infinity)) return undefined;
        return newestFirst.filter((time) => time >= startMs && time < end).slice(0, limit);
      },
      timeMsOf: (time) => time,
      add: (time) => rows.add('a line', time),
      malformed: (sentence) => new Error(sentence),
    },
    options,
  );
  return { newest: taken.toSorted((a, b) => a - b).slice(-maxRows), taken, truncated: rows.truncated, limits };
}

describe('pages of a store that sorts by time and has no cursor', () => {
  it('neither lose nor double what shares an instant across their border', async () => {
    const times = [1, 2, 3, 3, 3, 3, 4, 5, 6, 6, 6, 7];
    const { newest, truncated } = await pull(times, { maxRows: 100, rows: 5, rowsMax: 50 });
    expect(newest).toEqual(times);
    expect(truncated).toBe(false);
  });

  it('grow while one instant fills them', async () => {
    const times = [1, ...Array<number>(30).fill(5), 9];
    const { newest, limits } = await pull(times, { maxRows: 100, rows: 5, rowsMax: 50 });
    expect(newest).toEqual(times);
    expect(limits).toContain(40);
  });

  it('say that something is missing where an instant holds more than the store gives', async () => {
    const times = [1, ...Array<number>(30).fill(5), 9];
    const { taken, truncated } = await pull(times, { maxRows: 100, rows: 5, rowsMax: 20 });
    expect(taken).toEqual([9, ...Array<number>(20).fill(5), 1]);
    expect(truncated).toBe(true);
  });

  it('shrink where the store gives fewer rows at once, as they are long', async () => {
    const times = [1, 2, 3, 3, 3, 4, 5, 5, 6, 7, 8, 9];
    const { newest, limits, truncated } = await pull(times, { maxRows: 100, rows: 100, rowsMax: 400, givesMax: 6 });
    expect(newest).toEqual(times);
    expect([limits.slice(0, 3), truncated]).toEqual([[100, 25, 6], false]);
    const stuck = pull(times, { maxRows: 100, rows: 4, rowsMax: 4, givesMax: 0 });
    await expect(stuck).rejects.toThrow('a single row is more than it gives at once');
  });

  it('are the same rows whatever the times, the limit and the size of a page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 120 }),
        fc.integer({ min: 1, max: 130 }),
        fc.integer({ min: 1, max: 20 }),
        async (times, maxRows, rows) => {
          const { newest, truncated } = await pull(times, { maxRows, rows, rowsMax: 200 });
          expect(newest).toEqual(times.toSorted((a, b) => a - b).slice(-maxRows));
          expect(truncated).toBe(times.length > maxRows);
        },
      ),
    );
  });

  it.each([
    ['in another order', [3, 5, 4], 'its rows are not in the order that was asked for'],
    ['after the window', [1000], 'its rows are not in the order that was asked for'],
    ['before the window', [5, -1], 'it answered rows from before the window'],
  ])('are refused when their rows are %s', async (_, page, sentence) => {
    const sink = { service: () => 0, add: () => {} };
    const rows = new PulledRows({ sink, startMs: 0, endMs: 1000, maxRows: 10 });
    const store = {
      fetch: async () => page,
      timeMsOf: (time: number) => time,
      add: () => true,
      malformed: (text: string) => new Error(text),
    };
    await expect(pullNewestPages(rows, store, { rows: 10, rowsMax: 10 })).rejects.toThrow(sentence);
  });
});

describe('a token that is met again', () => {
  it.each([1, 2, 3, 10, 1000])('is noticed in a circle of %i within a few rounds', (length) => {
    const cursor = new MovingCursor();
    let steps = 0;
    while (cursor.moveTo(`token ${(steps + 3) % length}`)) steps++;
    expect(steps).toBeGreaterThanOrEqual(length);
    expect(steps).toBeLessThan(3 * length + 3);
  });

  it('is not seen in a thousand different ones', () => {
    const cursor = new MovingCursor();
    expect(Array.from({ length: 1000 }, (_, i) => cursor.moveTo(`token ${i}`)).every(Boolean)).toBe(true);
  });
});

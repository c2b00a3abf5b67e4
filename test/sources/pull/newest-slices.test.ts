import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pullNewestSlices } from '../../../src/sources/pull/newest-slices.ts';
import type { Slice } from '../../../src/sources/pull/newest-slices.ts';
import { PulledRows } from '../../../src/sources/pull/pulled-rows.ts';

const MINUTE = 60_000;

/** Pulls from a store that reads forward only, and says what came of it. */
async function pull(
  times: readonly number[],
  options: { startMs?: number; endMs: number; maxRows: number; rowsMax?: number; charsMax?: number; message?: string },
) {
  const { startMs = 0, endMs, maxRows, message = 'a line' } = options;
  const taken: number[] = [];
  const slices: { startMs: number; endMs: number; read: number }[] = [];
  const sorted = times.toSorted((a, b) => a - b);
  const sink = { service: () => 0, add: (...row: unknown[]) => void taken.push(row[3] as number) };
  const rows = new PulledRows({ sink, startMs, endMs, maxRows });
  const pullSlice = async (slice: Slice) => {
    let read = 0;
    for (const time of sorted) {
      if (time < slice.startMs || time >= slice.endMs) continue;
      read++;
      if (!slice.add(message, time)) break;
    }
    slices.push({ startMs: slice.startMs, endMs: slice.endMs, read });
  };
  const { rowsMax = 50, charsMax = 1 << 20 } = options;
  await pullNewestSlices(rows, pullSlice, { rowsMax, charsMax });
  const newest = taken.toSorted((a, b) => a - b).slice(-maxRows);
  return { taken, newest, truncated: rows.truncated, slices };
}

const spread = (count: number, from: number, to: number) =>
  Array.from({ length: count }, (_, i) => Math.floor(from + ((to - from) * i) / count));

describe('the newest rows of a store that only reads forward', () => {
  it('are had of a slice that holds more than are wanted', async () => {
    const times = spread(40, 0, MINUTE);
    const { newest, truncated } = await pull(times, { endMs: MINUTE, maxRows: 5 });
    expect(newest).toEqual(times.slice(-5));
    expect(truncated).toBe(true);
  });

  it('are had of a slice that holds more than may be held', async () => {
    const times = spread(5000, 0, MINUTE);
    const { newest, truncated, slices } = await pull(times, { endMs: MINUTE, maxRows: 120 });
    expect(newest).toEqual(times.slice(-120));
    expect(truncated).toBe(true);
    expect(slices.reduce((sum, { read }) => sum + read, 0)).toBeLessThan(500);
  });

  it('are had of messages too long to be held together', async () => {
    const times = spread(30, 0, MINUTE);
    const { newest, slices } = await pull(times, {
      endMs: MINUTE,
      maxRows: 10,
      charsMax: 5_000,
      message: 'x'.repeat(1000),
    });
    expect(newest).toEqual(times.slice(-10));
    expect(slices.length).toBeGreaterThan(2);
  });

  it('are all taken where 10,000 share a millisecond, with those around them', async () => {
    const burst = Array.from({ length: 10_000 }, () => 30_000);
    const times = [...spread(20, 0, 30_000), ...burst, ...spread(20, 30_001, MINUTE)];
    const whole = await pull(times, { endMs: MINUTE, maxRows: 100_000 });
    expect(whole.newest).toEqual(times);
    expect(whole.truncated).toBe(false);
    const cut = await pull(times, { endMs: MINUTE, maxRows: 30 });
    expect(cut.newest).toEqual([...Array<number>(10).fill(30_000), ...times.slice(-20)]);
    // Which of the burst are wanted is not for the order of arrival to say: all are given.
    expect(cut.taken.filter((time) => time === 30_000)).toHaveLength(10_000);
    expect(cut.truncated).toBe(true);
  });

  it('are had through bursts in neighbouring milliseconds', async () => {
    const times = [1000, 1001, 1002].flatMap((time) => Array.from({ length: 500 }, () => time));
    const { newest } = await pull(times, { endMs: MINUTE, maxRows: 700 });
    expect(newest).toEqual(times.slice(-700));
  });

  it('end at a bound where one millisecond holds more than can be', async () => {
    const times = Array.from({ length: 100_200 }, () => 7);
    const { taken, truncated } = await pull(times, { endMs: 10, maxRows: 50 });
    expect(taken).toHaveLength(100_050);
    expect(truncated).toBe(true);
  });

  it('cost few calls in a quiet week, and not one beyond its start', async () => {
    const week = 7 * 24 * 60 * MINUTE;
    const { newest, slices, truncated } = await pull([5, week / 2], { endMs: week, maxRows: 100 });
    expect(newest).toEqual([5, week / 2]);
    expect(truncated).toBe(false);
    expect(slices.length).toBeLessThan(12);
    expect(slices.at(-1)?.startMs).toBe(0);
  });

  it('cost one row more to know that the window has more', async () => {
    const times = spread(40, 0, MINUTE * 10);
    const { slices, truncated } = await pull(times, { endMs: MINUTE * 10, maxRows: 12 });
    expect(truncated).toBe(true);
    expect(slices.at(-1)?.startMs).toBeGreaterThan(0);
    const exact = await pull(times, { endMs: MINUTE * 10, maxRows: 40 });
    expect([exact.truncated, exact.taken.length]).toEqual([false, 40]);
  });

  it('are the same whatever the times, the limit and what may be held', async () => {
    const times = fc.array(fc.oneof(fc.integer({ min: 0, max: 400_000 }), fc.integer({ min: 99_990, max: 100_010 })), {
      maxLength: 200,
    });
    await fc.assert(
      fc.asyncProperty(
        times,
        fc.integer({ min: 1, max: 250 }),
        fc.integer({ min: 1, max: 60 }),
        async (all, maxRows, rowsMax) => {
          const window = { startMs: 50_000, endMs: 350_001 };
          const { newest, truncated } = await pull(all, { ...window, maxRows, rowsMax });
          const inside = all.filter((time) => time >= window.startMs && time < window.endMs).toSorted((a, b) => a - b);
          expect(newest).toEqual(inside.slice(-maxRows));
          expect(truncated).toBe(inside.length > maxRows);
        },
      ),
      { numRuns: 200 },
    );
  });
});

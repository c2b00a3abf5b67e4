import { describe, expect, it, vi } from 'vitest';
import type { WindowAnalysis } from '../../src/domain/cluster.ts';
import { Retraining } from '../../src/live/retraining.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function analysis(logCount: number): WindowAnalysis {
  return { log_count: logCount, cluster_count: 0, truncated: false, clusters: [] };
}

describe('retraining', () => {
  it('runs at every interval and replaces the clusters in one step', async () => {
    vi.useFakeTimers();
    try {
      let runs = 0;
      const retraining = new Retraining({
        intervalSeconds: 300,
        bufferAgeMaxMs: DAY_MS,
        analyseBuffer: () => Promise.resolve(analysis(++runs)),
        nowMs: () => Date.now(),
        onFailure: (error) => expect.unreachable(String(error)),
      });
      retraining.start();
      expect(retraining.current).toBeUndefined();
      await vi.advanceTimersByTimeAsync(299_999);
      expect(runs).toBe(0);
      await vi.advanceTimersByTimeAsync(1);
      expect(retraining.current).toMatchObject({ log_count: 1 });
      const first = retraining.current;
      await vi.advanceTimersByTimeAsync(300_000);
      expect(first).toMatchObject({ log_count: 1 });
      expect(retraining.current).toMatchObject({ log_count: 2 });
      await retraining.stop();
      await vi.advanceTimersByTimeAsync(900_000);
      expect(runs).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('never has two runs at once, and keeps the old clusters when a run fails', async () => {
    const failures: unknown[] = [];
    const outcomes: (() => Promise<WindowAnalysis>)[] = [
      () => Promise.resolve(analysis(7)),
      () => Promise.reject(new Error('no memory')),
    ];
    const retraining = new Retraining({
      intervalSeconds: 300,
      bufferAgeMaxMs: DAY_MS,
      analyseBuffer: () => outcomes.shift()!(),
      nowMs: () => 42,
      onFailure: (error) => failures.push(error),
    });
    await Promise.all([retraining.runNow(), retraining.runNow()]);
    await retraining.runNow();
    expect(failures).toEqual([new Error('no memory')]);
    expect(retraining.current).toEqual({ ...analysis(7), trainedAt: 42, seconds: 0 });
  });

  describe('clusters of before the start', () => {
    const before = { ...analysis(100), trainedAt: 0, seconds: 1 };

    async function run(found: { rows: number; atMs: number }[], bufferAgeMaxMs = DAY_MS) {
      let at = 0;
      const told: number[] = [];
      const retraining = new Retraining({
        intervalSeconds: 300,
        bufferAgeMaxMs,
        analyseBuffer: () => Promise.resolve(analysis(found[at]!.rows)),
        nowMs: () => found[at]?.atMs ?? 0,
        onFailure: (error) => expect.unreachable(String(error)),
        onTrained: ({ log_count }) => told.push(log_count),
      });
      retraining.restore(before);
      for (; at < found.length; at++) await retraining.runNow();
      return { retraining, told };
    }

    it('stand while the buffer has little, and give way once for all to half as many rows', async () => {
      const { retraining, told } = await run([
        { rows: 0, atMs: 60_000 },
        { rows: 49, atMs: 120_000 },
      ]);
      expect(retraining.current).toBe(before);
      expect([told, retraining.runs]).toEqual([[], { ok: 2, failed: 0 }]);
      const later = await run([
        { rows: 50, atMs: 60_000 },
        { rows: 0, atMs: 120_000 },
      ]);
      expect([later.retraining.current?.log_count, later.told]).toEqual([0, [50, 0]]);
    });

    it('give way after an hour to whatever there is, and to nothing at all when their rows are too old', async () => {
      const start = { rows: 0, atMs: 1 };
      expect((await run([start, { rows: 1, atMs: HOUR_MS - 1 }])).retraining.current).toBe(before);
      expect((await run([start, { rows: 1, atMs: HOUR_MS + 1 }])).told).toEqual([1]);
      expect((await run([start, { rows: 0, atMs: DAY_MS }])).retraining.current).toBe(before);
      expect((await run([start, { rows: 0, atMs: DAY_MS + 1 }])).told).toEqual([0]);
      expect((await run([start, { rows: 1, atMs: 60_001 }], 60_000)).told).toEqual([1]);
    });

    it('do not take the place of newer ones', async () => {
      const { retraining } = await run([{ rows: 70, atMs: 60_000 }]);
      retraining.restore(before);
      expect(retraining.current).toMatchObject({ log_count: 70, trainedAt: 60_000 });
    });
  });
});

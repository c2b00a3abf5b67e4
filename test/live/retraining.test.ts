import { describe, expect, it, vi } from 'vitest';
import type { WindowAnalysis } from '../../src/domain/cluster.ts';
import { Retraining } from '../../src/live/retraining.ts';

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
      analyseBuffer: () => outcomes.shift()!(),
      nowMs: () => 42,
      onFailure: (error) => failures.push(error),
    });
    await Promise.all([retraining.runNow(), retraining.runNow()]);
    await retraining.runNow();
    expect(failures).toEqual([new Error('no memory')]);
    expect(retraining.current).toEqual({ ...analysis(7), trainedAt: 42, seconds: 0 });
  });

  it('shows the clusters of the process before until it has newer ones, and says when it has', async () => {
    const before = { ...analysis(9), trainedAt: 7, seconds: 1 };
    const counts = [0, 5, 0];
    const told: number[] = [];
    const retraining = new Retraining({
      intervalSeconds: 300,
      analyseBuffer: () => Promise.resolve(analysis(counts.shift()!)),
      nowMs: () => 42,
      onFailure: (error) => expect.unreachable(String(error)),
      onTrained: ({ log_count }) => told.push(log_count),
    });
    retraining.restore(before);
    expect(retraining.current).toBe(before);
    await retraining.runNow();
    expect(retraining.current, 'an empty buffer is no news').toBe(before);
    await retraining.runNow();
    expect(retraining.current).toMatchObject({ log_count: 5, trainedAt: 42 });
    retraining.restore(before);
    await retraining.runNow();
    expect([retraining.current?.log_count, told]).toEqual([0, [5, 0]]);
  });
});

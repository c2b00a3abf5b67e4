import { expect, test } from 'vitest';
import { Clock } from '../../src/live/clock.ts';
import type { ClockOptions } from '../../src/live/clock.ts';
import { anomalyOf } from '../serve/engine-double.ts';
import { packAnomalies } from './anomaly-samples.ts';

/** A clock of one millisecond whose ticks the test answers by hand. */
function start(over: Partial<ClockOptions> = {}) {
  const asked: number[] = [];
  const answers: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  const clock = new Clock({
    intervalMs: 1,
    lagMs: 10_000,
    nowMs: () => 1_000_000,
    tick: (nowMs) =>
      new Promise((resolve) => {
        asked.push(nowMs);
        answers.push(() => resolve({ batches: [], courses: [] }));
        waiting.splice(0).forEach((wake) => wake());
      }),
    onAnomalies: async () => {},
    onFailure: () => {},
    ...over,
  });
  clock.start();
  const nextTick = () => new Promise<void>((resolve) => waiting.push(resolve));
  return { clock, asked, answers, nextTick };
}

test('services are told the time of the lag before now', async () => {
  const { clock, asked, answers, nextTick } = start();
  await nextTick();
  expect(asked).toEqual([990_000]);
  answers[0]!();
  await clock.stop();
});

test('a tick that is not answered holds up the next, and stopping waits for it', async () => {
  const { clock, asked, answers, nextTick } = start();
  await nextTick();
  const seen = asked.length;
  answers[0]!();
  await nextTick();
  expect(asked.length).toBe(seen + 1);
  let stopped = false;
  const stopping = clock.stop().then(() => (stopped = true));
  await Promise.resolve();
  expect(stopped).toBe(false);
  answers[1]!();
  await stopping;
});

test('a failed tick is told and the clock goes on', async () => {
  const failures: unknown[] = [];
  const told = Promise.withResolvers<void>();
  const { clock } = start({
    tick: () => Promise.reject(new Error('shutting down')),
    onFailure(error) {
      if (failures.push(error) === 2) told.resolve();
    },
  });
  await told.promise;
  await clock.stop();
  expect(failures.length).toBeGreaterThanOrEqual(2);
});

test('what goes on is handed over after what was found', async () => {
  const courses = [{ service: 'shop', course: 'ongoing' as const, lines: 3, since: 1 }];
  const batch = packAnomalies([anomalyOf({})]);
  const order: unknown[] = [];
  const done = Promise.withResolvers<void>();
  const clock = new Clock({
    intervalMs: 1,
    lagMs: 0,
    nowMs: () => 5,
    tick: async () => ({ batches: [batch], courses }),
    onAnomalies: async (found) => void order.push(found),
    async onTick(nowMs, told) {
      order.push(nowMs, told);
      done.resolve();
    },
    onFailure: (error) => done.reject(error),
  });
  clock.start();
  await done.promise;
  await clock.stop();
  expect(order.slice(0, 3)).toEqual([batch, 5, courses]);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Analyser } from '../../src/analyse/analyser.ts';
import { WindowAnswers } from '../../src/engine/window-answers.ts';
import type { WindowJobs } from '../../src/engine/window-jobs.ts';
import { ShardSet } from '../../src/live/shard-set.ts';
import { healthyLines, NOW_MS, packed, shardOptions } from '../live/shard-samples.ts';

let shards: ShardSet;

beforeAll(async () => {
  shards = new ShardSet({ ...shardOptions(), shards: 1, onCrash: () => undefined });
  const rows = [[{ service: 'shop', bytes: packed(healthyLines(300)) }]];
  await shards.learn(undefined, asyncOf(rows), () => NOW_MS);
});
afterAll(() => shards.stop());

async function* asyncOf<Item>(items: Item[]): AsyncGenerator<Item> {
  yield* items;
}

test('four windows are scored at a time; one more is told to come back, and has its turn when one has ended', async () => {
  const gates: PromiseWithResolvers<void>[] = [];
  // Rows that do not come before they are let through.
  const analyser = {
    async *streamRows() {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      yield [{ service: 'shop', bytes: packed(['cache refreshed']) }];
    },
  } as unknown as Analyser;
  const answers = new WindowAnswers({
    shards,
    analyser,
    jobs: {} as WindowJobs,
    nowMs: () => NOW_MS,
    onWindow: () => undefined,
    onPull: () => undefined,
    onSource: () => undefined,
  });
  const detect = () => answers.detect({ logs: [] }, { signal: new AbortController().signal });
  const running = Array.from({ length: 4 }, detect);
  await expect.poll(() => gates.length).toBe(4);
  await expect(detect()).rejects.toMatchObject({ status: 503, code: 'busy', retryAfterSeconds: 2 });
  gates[0]!.resolve();
  expect(await running[0]).toMatchObject({ source: 'request', scored: 1 });
  const next = detect();
  await expect.poll(() => gates.length).toBe(5);
  for (const gate of gates) gate.resolve();
  for (const answer of await Promise.all([...running, next])) expect(answer).toMatchObject({ scored: 1 });
});

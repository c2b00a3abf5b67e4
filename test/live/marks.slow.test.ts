import { describe, expect, test, vi } from 'vitest';
import type { Anomaly } from '../../src/domain/anomaly.ts';
import type { Mark } from '../../src/domain/feedback.ts';
import { RequestRoutes, routeRequest } from '../../src/decode/logs-request.ts';
import { ServiceNames } from '../../src/decode/service-names.ts';
import { fingerprint } from '../../src/domain/fingerprint.ts';
import { FeedbackBook, FeedbackFull } from '../../src/live/feedback-book.ts';
import { readAnomalies } from '../../src/live/anomaly-batch.ts';
import { Shard } from '../../src/live/shard.ts';
import { ShardSet } from '../../src/live/shard-set.ts';
import { createShardStats, sumShardStats } from '../../src/live/shard-stats.ts';
import { Router } from '../../src/live/router.ts';
import { encodeLines } from '../decode/otlp-samples.ts';
import { ERROR_NUMBER, healthyLines, INFO_NUMBER, NOW_MS, shardOptions } from './shard-samples.ts';

const DEFAULT = { detector: { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 2000 } } };

function score(shard: Shard, lines: string[], severityNumber = INFO_NUMBER, nowMs = NOW_MS): Anomaly[] {
  const bytes = encodeLines('shop', lines, { severityNumber });
  const routes = new RequestRoutes();
  routeRequest(bytes, new ServiceNames({ attributes: ['service.name'], shards: 1 }), routes);
  const ranges = Int32Array.of(routes.start[0]!, routes.end[0]!);
  return readAnomalies(shard.scoreOtlp(bytes, ranges, nowMs).anomalies);
}

function stats(shard: Shard): ReturnType<typeof sumShardStats> {
  const values = createShardStats();
  shard.writeStats(values);
  return sumShardStats([values]);
}

describe.each([
  ['default', DEFAULT],
  ['reference', {}],
])('in the %s profile', (_profile, options) => {
  function trained(): Shard {
    const shard = new Shard(shardOptions(options));
    score(shard, healthyLines(300));
    return shard;
  }

  test('a template that is expected stays quiet', () => {
    const shard = trained();
    const [first] = score(shard, ['pool exhausted after 30 s'], ERROR_NUMBER);
    expect(first).toBeDefined();
    shard.mark([[first!.fingerprint, 'expected']]);
    expect(score(trained(), Array<string>(20).fill('pool exhausted after 30 s'), ERROR_NUMBER)).not.toEqual([]);
    const again = [30, 31, 32, 30].flatMap((seconds) => Array<string>(5).fill(`pool exhausted after ${seconds} s`));
    expect(score(shard, again, ERROR_NUMBER)).toEqual([]);
    shard.mark([]);
    expect(score(shard, Array<string>(200).fill('disk sda1 is full'), ERROR_NUMBER)).not.toEqual([]);
  });

  test('a template that is watched is told with every line, however usual', () => {
    const shard = trained();
    expect(score(shard, ['cache refreshed'])).toEqual([]);
    shard.mark([[fingerprint('shop', 'cache refreshed'), 'watch']]);
    const told = score(shard, ['cache refreshed', 'order 10001 placed by customer 20001', 'cache refreshed']);
    expect(told.map(({ reasons, message }) => [message, reasons])).toEqual([
      ['cache refreshed', ['watched']],
      ['cache refreshed', ['watched']],
    ]);
    expect(stats(shard).watched).toBe(2);
    shard.mark([]);
    expect(score(shard, ['cache refreshed'])).toEqual([]);
  });
});

test('what goes on in a service of which that is expected keeps no incident open', () => {
  const shard = new Shard(shardOptions(DEFAULT));
  for (let second = 0; second < 1200; second += 5) score(shard, healthyLines(5), INFO_NUMBER, NOW_MS + second * 1000);
  const silent = (minute: number) => shard.tick(NOW_MS + 1_200_000 + minute * 60_000);
  for (let minute = 1; minute < 10; minute++) silent(minute);
  expect(silent(10).courses).toMatchObject([{ service: 'shop', course: 'ongoing' }]);
  shard.mark([[fingerprint('shop', ''), 'expected']]);
  expect(silent(11).courses).toEqual([]);
});

test('each line of a watched template that is told is no repeat of another', () => {
  const shard = new Shard(shardOptions(DEFAULT));
  score(shard, healthyLines(300));
  // What is new is told now and then; between that its lines are silent.
  const lines = Array<string>(40).fill('disk is full');
  expect(score(shard, lines, ERROR_NUMBER).length).toBeLessThan(40);
  shard.mark([[fingerprint('shop', 'disk is full'), 'watch']]);
  const [first, ...others] = score(shard, lines, ERROR_NUMBER);
  expect(first?.explanation?.repeats).toBeGreaterThan(20);
  expect(others.map(({ explanation }) => explanation?.repeats)).toEqual(Array<number>(39).fill(0));
});

test('what is expected before it is ever seen is quiet from its first line on', () => {
  const shard = new Shard(shardOptions(DEFAULT));
  score(shard, healthyLines(300));
  shard.mark([[fingerprint('shop', 'backup of volume is late'), 'expected']]);
  expect(score(shard, ['backup of volume is late'], ERROR_NUMBER)).toEqual([]);
  expect(stats(shard).anomaliesExpected).toBe(1);
});

test('a shard that was started anew knows the marks', async () => {
  const crashed = Promise.withResolvers<void>();
  const shards = new ShardSet({ ...shardOptions(), shards: 1, onCrash: () => crashed.resolve() });
  const found: Anomaly[] = [];
  const router = new Router({
    shards: shards.clients,
    serviceAttributes: ['service.name'],
    nowMs: () => NOW_MS,
    onAnomalies: async (batch) => void found.push(...readAnomalies(batch)),
  });
  await shards.mark([[fingerprint('shop', 'cache refreshed'), 'watch']]);
  await shards.clients[0]!.kill();
  await crashed.promise;
  await router.accept(encodeLines('shop', ['cache refreshed'], { severityNumber: INFO_NUMBER }));
  expect(found).toMatchObject([{ reasons: ['watched'] }]);
  await shards.stop();
});

describe('the book of feedback', () => {
  const entry = (digit: string, mark: Mark = 'expected') => ({ fingerprint: digit.repeat(16), mark, created_at: 1 });

  test('takes all of several entries or none', async () => {
    const onChange = vi.fn<() => Promise<void>>(async () => {});
    const book = new FeedbackBook({ entriesMax: 2, onChange });
    await book.set([entry('1')]);
    await expect(book.set([entry('2'), entry('3')])).rejects.toThrow(FeedbackFull);
    expect(book.list()).toEqual([entry('1')]);
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  test('is as before when a change could not be kept', async () => {
    let fails = false;
    const onChange = async () => {
      if (fails) throw new Error('disk full');
    };
    const book = new FeedbackBook({ entriesMax: 2, onChange });
    await book.set([entry('1')]);
    fails = true;
    await expect(book.set([entry('2')])).rejects.toThrow('disk full');
    expect(book.list()).toEqual([entry('1')]);
  });
});

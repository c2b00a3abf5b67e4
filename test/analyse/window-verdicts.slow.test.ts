import { describe, expect, test } from 'vitest';

import { OVERFLOW_TEMPLATE } from '../../src/domain/cluster.ts';
import type { Cluster, WindowAnalysis } from '../../src/domain/cluster.ts';
import { shared } from '../shared.ts';
import { analyse, event, LOGHUB_SETS, quietService, quietSlices } from './windows.ts';
import { shuffled } from './rows.ts';

const HOUR_MS = 3_600_000;

function anomalous({ clusters }: WindowAnalysis): Cluster[] {
  return clusters.filter(({ isAnomaly }) => isAnomaly);
}

/** Where the cluster stands among its service's by score; 0 is the most isolated. */
function rank({ clusters }: WindowAnalysis, found: Cluster): number {
  return clusters.filter(({ service, avgScore }) => service === found.service && avgScore > found.avgScore).length;
}

const quietHour = [1, 2, 3].flatMap((seed) => quietService(`service-${seed}`, seed, 60, 30));

describe('a window of an ordinary hour', () => {
  test('flags nothing: not the busiest template, not the rarest, not warnings and errors that are always there', async () => {
    const levels = new Set(quietHour.map(({ level }) => level));
    expect([...levels].toSorted()).toEqual(['error', 'info', 'warn']);
    const answer = await analyse(quietHour);
    expect(answer.cluster_count).toBeGreaterThan(80);
    expect(anomalous(answer)).toEqual([]);
    expect(answer.clusters.every(({ avgScore }) => avgScore > 0 && avgScore < 1)).toBe(true);
  });

  test('flags a template a service in the reference profile, as the reference does', async () => {
    const flagged = anomalous(await analyse(quietHour, { profile: 'reference' }));
    expect(new Set(flagged.map(({ service }) => service)).size).toBe(3);
  });
});

describe('a window with an incident', () => {
  const incidents = {
    'fifty errors in a minute': event('service-2', 'error', 'circuit breaker tripped', 50, 2e6, 60_000),
    'one fatal row': event('service-2', 'fatal', 'heap exhausted', 1, 2e6, 0),
    'a new error again and again since ten minutes': event('service-2', 'error', 'checksum mismatch', 25, 3e6, 6e5),
    'a flood of one message': event('service-2', 'info', 'accepted a connection', 5000, 2e6, 20_000),
  };

  test.each(Object.entries(incidents))('%s: flags that alone, the most isolated of its service', async (_, rows) => {
    const answer = await analyse([...quietHour, ...rows]);
    const flagged = anomalous(answer);
    expect(flagged.map(({ service, logCount }) => [service, logCount])).toEqual([['service-2', rows.length]]);
    expect(rank(answer, flagged[0]!)).toBe(0);
    expect(answer.clusters.at(-1)).toBe(flagged[0]);
    expect(flagged[0]!.isolationDepth).toBeGreaterThanOrEqual(1);
  });

  test('is flagged in a window of a day and in one of ten minutes too', async () => {
    for (const [minutes, perMinute] of [
      [1440, 1],
      [10, 60],
    ] as const) {
      const quiet = quietService('s', 9, minutes, perMinute);
      expect(anomalous(await analyse(quiet))).toEqual([]);
      const late = minutes * 60_000 * 0.8;
      const answer = await analyse([...quiet, ...event('s', 'fatal', 'heap exhausted', 2, late, 30_000)]);
      expect(anomalous(answer).map(({ template }) => template.slice(0, 14))).toEqual(['heap exhausted']);
    }
  });

  test('flags a template that only repeats far more than it did', async () => {
    const usual = event('s', 'info', 'heartbeat received', 300, 0, HOUR_MS);
    const storm = event('s', 'info', 'heartbeat received', 5000, 2e6, 20_000);
    const others = quietService('s', 5, 60, 20);
    expect(anomalous(await analyse([...others, ...usual]))).toEqual([]);
    expect(anomalous(await analyse([...others, ...usual, ...storm])).map(({ logCount }) => logCount)).toEqual([5300]);
  });

  test('is the same byte for byte when its rows are shuffled', async () => {
    const rows = [...quietHour, ...incidents['fifty errors in a minute']];
    expect(JSON.stringify(await analyse(shuffled(rows)))).toBe(JSON.stringify(await analyse(rows)));
  });

  test('flags no more than contamination allows, and nothing when that is 0', async () => {
    const many = Array.from({ length: 12 }, (_, i) =>
      event('service-2', 'fatal', 'lost power '.repeat(i + 1), 1, 1e6 + i * 2e5, 0),
    ).flat();
    const rows = [...quietHour, ...many];
    const counts = await Promise.all(
      [0, 0.001, 0.05, 0.1, 0.5].map(async (contamination) => anomalous(await analyse(rows, { contamination })).length),
    );
    expect(counts).toEqual([0, 1, 2, 5, 12]);
  });
});

describe('what cannot be judged', () => {
  test('a service of two templates flags neither, and what had to give up its place is never flagged', async () => {
    const two = [...event('s', 'info', 'all is well', 100, 0, HOUR_MS), ...event('s', 'fatal', 'heap gone', 1, 2e6, 0)];
    expect((await analyse(two)).clusters.map(({ isAnomaly, avgScore }) => [isAnomaly, avgScore])).toEqual([
      [false, 0],
      [false, 0],
    ]);

    const fatal = event('service-1', 'fatal', 'heap gone', 1, 1000, 0);
    const rows = [...quietHour.filter(({ service }) => service === 'service-1'), ...fatal];
    const { clusters } = await analyse(rows, { miner: { simTh: 0.4, maxTemplates: 10 } });
    const overflow = clusters.find(({ template }) => template === OVERFLOW_TEMPLATE)!;
    expect(overflow.levels.fatal).toBe(1);
    expect([overflow.isAnomaly, overflow.avgScore]).toEqual([false, 0]);
  });
});

describe.skipIf(!shared)('a window of real lines', () => {
  test.each(LOGHUB_SETS)('%s: flags nothing but what is fatal, and a burst of a new error', async (set) => {
    for (const slice of quietSlices(set, 4).slice(0, 2)) {
      const flagged = anomalous(await analyse(slice));
      expect(flagged.filter(({ levels }) => levels.fatal === undefined)).toEqual([]);
      expect(flagged.length).toBeLessThanOrEqual(1);

      const burst = event(set, 'error', 'upstream circuit breaker tripped, calls refused:', 50, 1e6, 60_000);
      const answer = await analyse([...slice, ...burst]);
      const found = answer.clusters.find(({ template }) => template.startsWith('upstream circuit breaker tripped'))!;
      expect(found.isAnomaly).toBe(true);
      expect(rank(answer, found)).toBeLessThanOrEqual(1);
    }
  });
});

import { describe, expect, test } from 'vitest';
import { ActivityLog } from '../../src/live/activity-log.ts';
import { busiest } from '../../src/live/busiest.ts';

const MINUTE = 60_000;
const START = 1_795_305_600_000;

function start() {
  return new ActivityLog({ servicesMax: 2, bucketMs: 10_000, buckets: 12 });
}

const heard = (service: string, lines: number, learning = false) => ({ service, lines, learning, records: lines });

describe('what services have been doing', () => {
  test('is counted where the clock stands, from the first look on', () => {
    const log = start();
    log.sample(START, [heard('api', 1000)], 1000);
    log.sample(START + 10_000, [heard('api', 1005)], 1007);
    log.anomaly(START + 12_000, 'api');
    log.sample(START + 25_000, [heard('api', 1006)], 1010);
    const { startMs, services, line_counts, anomaly_counts } = log.read(START + 29_999, 10);
    expect(startMs).toBe(START + 20_000 - 11 * 10_000);
    expect(line_counts.slice(-3)).toEqual([0, 7, 3]);
    expect(anomaly_counts.slice(-3)).toEqual([0, 1, 0]);
    expect(services).toMatchObject([{ service: 'api', lines: 1006, state: 'bursting' }]);
    expect(services[0]?.line_counts.slice(-3)).toEqual([0, 5, 1]);
  });

  test('leaves the picture after its time', () => {
    const log = start();
    log.sample(START, [heard('api', 0)], 0);
    log.sample(START + 1, [heard('api', 9)], 9);
    expect(log.read(START + 110_000, 1).line_counts).toEqual([9, ...Array(11).fill(0)]);
    expect(log.read(START + 120_000, 1).line_counts).toEqual(Array(12).fill(0));
    expect(log.read(START + 999 * MINUTE, 1).services[0]?.line_counts).toEqual(Array(12).fill(0));
  });

  test('is a state: learning, watching, quiet, bursting', () => {
    const log = start();
    const stateAt = (ms: number) => log.read(START + ms, 1).services[0]?.state;
    log.sample(START, [heard('api', 1, true)], 1);
    expect(stateAt(0)).toBe('learning');
    log.sample(START + 5000, [heard('api', 300)], 300);
    expect(stateAt(5000)).toBe('watching');
    log.anomaly(START + 5000, 'api');
    expect(stateAt(5000)).toBe('bursting');
    expect(stateAt(5000 + MINUTE + 10_000)).toBe('quiet');
  });

  test('a model that starts anew, and a clock set back, take nothing away', () => {
    const log = start();
    log.sample(START, [heard('api', 50)], 50);
    log.sample(START + 10_000, [heard('api', 4)], 4);
    log.sample(START - 10_000, [heard('api', 6)], 6);
    expect(log.read(START + 10_000, 1).services[0]?.line_counts.slice(-2)).toEqual([0, 6]);
  });

  test('of more services than there are places, the one heard longest ago goes', () => {
    const log = start();
    log.sample(START, [heard('a', 1), heard('b', 1)], 2);
    log.sample(START + 1, [heard('b', 2)], 3);
    log.sample(START + 2, [heard('c', 1)], 4);
    const names = log.read(START + 2, 10).services.map(({ service }) => service);
    expect(names).toEqual(['b', 'c']);
    expect(log.read(START + 2, 1).services).toHaveLength(1);
  });
});

test('the busiest of many, in one pass', () => {
  const services = Array.from({ length: 1000 }, (_, i) => heard(`s${i}`, (i * 7919) % 1000));
  const sorted = services.toSorted((a, b) => b.lines - a.lines);
  expect(busiest(services, 10)).toEqual(sorted.slice(0, 10));
  expect(busiest(services.slice(0, 3), 10)).toHaveLength(3);
  expect(busiest([], 10)).toEqual([]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ServiceCounters } from '../../src/live/service-counters.ts';

const HOUR = 3_600_000;

const heard = (service: string, records: number) => ({ service, lines: records, learning: false, records });

function start(servicesMax = 2) {
  return new ServiceCounters({ servicesMax, reviewMs: HOUR });
}

/** Records by service. */
function recordsOf(counters: ServiceCounters): Record<string, number> {
  return Object.fromEntries(counters.read().map(({ service, records }) => [service, records]));
}

test('whoever comes while there is room is counted by name, and the rest together', () => {
  const counters = start();
  counters.sample(0, [heard('a', 5), heard('b', 1), heard('c', 9)], 15);
  counters.anomaly('a');
  counters.anomaly('c');
  counters.anomaly('c');
  expect(counters.read()).toEqual([
    { service: 'a', records: 5, anomalies: 1 },
    { service: 'b', records: 1, anomalies: 0 },
    { service: 'other', records: 9, anomalies: 2 },
  ]);
  counters.sample(1, [heard('a', 6), heard('b', 1), heard('c', 19)], 27);
  expect(recordsOf(counters)).toEqual({ a: 6, b: 1, other: 20 });
});

test('an anomaly gives a name too, before the service is looked at first', () => {
  const counters = start();
  counters.anomaly('a');
  counters.sample(0, [heard('a', 5)], 5);
  expect(counters.read()[0]).toEqual({ service: 'a', records: 5, anomalies: 1 });
});

test('a name does not flap: within the hour nobody loses it, however busy others are', () => {
  const counters = start(1);
  counters.sample(0, [heard('a', 1)], 1);
  counters.sample(HOUR - 1, [heard('a', 1), heard('b', 1_000_000)], 1_000_001);
  expect(counters.names).toEqual(['a']);
});

test('at a review one with more than twice the records takes the place of the least busy, and counts from 0', () => {
  const counters = start();
  counters.sample(0, [heard('a', 10), heard('b', 10), heard('c', 0)], 20);
  counters.sample(HOUR, [heard('a', 100), heard('b', 20), heard('c', 30)], 150);
  // c was not looked at in a review before: what it had in the hour is not known.
  expect(counters.names).toEqual(['a', 'b']);
  counters.sample(2 * HOUR, [heard('a', 200), heard('b', 40), heard('c', 70)], 310);
  expect(counters.names).toEqual(['a', 'b']);
  counters.sample(3 * HOUR, [heard('a', 300), heard('b', 60), heard('c', 111)], 471);
  expect(recordsOf(counters)).toEqual({ a: 300, c: 0, other: 111 });
  counters.sample(3 * HOUR + 1, [heard('a', 300), heard('b', 65), heard('c', 113)], 478);
  expect(recordsOf(counters)).toEqual({ a: 300, c: 2, other: 116 });
});

test('a service that its shard has forgotten gives up its name to any other', () => {
  const counters = start(1);
  counters.sample(0, [heard('a', 10)], 10);
  counters.sample(HOUR, [heard('b', 1)], 11);
  counters.sample(2 * HOUR, [heard('b', 2)], 12);
  expect(counters.names).toEqual(['b']);
});

test('a model that was wiped counts on', () => {
  const counters = start();
  counters.sample(0, [heard('a', 10)], 10);
  counters.sample(1, [heard('a', 3)], 13);
  expect(recordsOf(counters)).toEqual({ a: 13, other: 0 });
});

test('a service called "other" is one of the others, and no name at all is fine', () => {
  const counters = start(0);
  counters.sample(0, [heard('other', 4), heard('a', 3)], 7);
  expect(counters.read()).toEqual([{ service: 'other', records: 7, anomalies: 0 }]);
  const named = start(5);
  named.sample(0, [heard('other', 4), heard('a', 3)], 7);
  expect(recordsOf(named)).toEqual({ a: 3, other: 4 });
});

test('no count ever goes back, there are never more names than allowed, and the sum is what was scored', () => {
  const steps = fc.array(
    fc.record({
      passedMs: fc.integer({ min: 1, max: HOUR }),
      added: fc.array(fc.nat({ max: 50 }), { minLength: 6, maxLength: 6 }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const counters = start(3);
      const totals = [0, 0, 0, 0, 0, 0];
      let before = recordsOf(counters);
      let nowMs = 0;
      for (const { passedMs, added } of all) {
        nowMs += passedMs;
        added.forEach((records, i) => (totals[i]! += records));
        const services = totals.map((records, i) => heard(`s${i}`, records));
        counters.sample(
          nowMs,
          services,
          totals.reduce((a, b) => a + b, 0),
        );
        const now = recordsOf(counters);
        expect(Object.keys(now).length).toBeLessThanOrEqual(4);
        for (const [name, records] of Object.entries(now)) {
          expect(records).toBeGreaterThanOrEqual(before[name] ?? 0);
        }
        before = now;
      }
    }),
  );
});

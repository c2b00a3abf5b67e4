import { describe, expect, it } from 'vitest';
import { recur, TROUBLES } from './recurrences.ts';
import type { Trouble } from './recurrences.ts';

const LENGTHS = [5, 12, 30];
const GAPS = [30, 110, 360];
const WRONG = Object.entries<Trouble>(TROUBLES).flatMap(([name, trouble]) =>
  LENGTHS.flatMap((minutes) => GAPS.map((gapMinutes) => ({ name, minutes, gapMinutes, trouble }))),
);

describe('what was told, was over and comes back is told again, and a third time:', () => {
  it.each(WRONG)('$name of $minutes minutes, after $gapMinutes more', ({ trouble, minutes, gapMinutes }) => {
    const { ofTimes, others } = recur({ trouble, minutes, gapMinutes, times: 3, seed: 1 });
    expect(ofTimes).not.toContain(0);
    // And not all the time.
    expect(Math.max(...ofTimes)).toBeLessThanOrEqual(8);
    expect(others).toBeLessThanOrEqual(1);
  });
});

describe('what comes by the clock is usual once it was told three times:', () => {
  it.each<[string, Trouble, number]>([
    ['lines of one kind', () => ({ coupons: 1 }), 3],
    ['lines of one kind for long', () => ({ coupons: 1 }), 10],
    ['lines of all kinds', () => ({ orders: 3 }), 5],
    ['warnings', () => ({ slow: 0.5 }), 4],
    ['errors', () => ({ refusals: 0.3 }), 4],
    ['a pause', TROUBLES.silence, 4],
  ])('%s', (_, trouble, minutes) => {
    const { ofTimes } = recur({ trouble, minutes, gapMinutes: 60 - minutes, times: 9, seed: 1 });
    expect(ofTimes.slice(0, 3)).not.toContain(0);
    expect(ofTimes.slice(5)).toEqual([0, 0, 0, 0]);
  });
});

describe('what stays is told ten times at most, and no more after some hours:', () => {
  it.each(Object.entries<Trouble>(TROUBLES))('%s', (_, trouble) => {
    const [short, long] = [240, 480].map((minutes) =>
      recur({ trouble: () => trouble(1), minutes, gapMinutes: 0, times: 1, seed: 1 }),
    );
    expect(long!.ofTimes[0]).toBeLessThanOrEqual(10);
    expect(long!.ofTimes).toEqual(short!.ofTimes);
  });
});

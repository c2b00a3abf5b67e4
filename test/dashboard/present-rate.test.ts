import { describe, expect, it } from 'vitest';
import { presentRate } from '../../src/dashboard/views/live/present-rate.ts';

const hour = (...last: number[]): number[] => [...Array.from({ length: 360 - last.length }, () => 0), ...last];

describe('the rate at present', () => {
  it('is that of the last minute, without the bucket that is not full yet', () => {
    const counts = hour(5, 900, 600, 600, 600, 600, 600, 600, 7);
    expect(presentRate(counts, counts, 10, true)).toBe(60);
  });

  it('is that of the full buckets there are, right after the start', () => {
    const counts = hour(200, 900, 1000, 300);
    expect(presentRate(counts, counts, 10, true)).toBe(95);
  });

  it('is not known before a bucket is full', () => {
    expect(presentRate(hour(200), hour(200), 10, true)).toBeUndefined();
    expect(presentRate(hour(200, 300), hour(200, 300), 10, true)).toBeUndefined();
    expect(presentRate(hour(), hour(), 10, true)).toBeUndefined();
  });

  it('is none where nobody was heard', () => {
    expect(presentRate(hour(), hour(), 10, false)).toBe(0);
  });

  it('of a service that says little is over the minute in which others were heard', () => {
    const all = hour(9, 9, 9, 9, 9, 9, 9, 9, 9);
    expect(presentRate(hour(60, 0, 0, 0, 0, 0, 0), all, 10, true)).toBe(1);
    expect(presentRate(hour(60, 0, 0, 0), hour(9, 9, 9, 9, 9), 10, true)).toBe(2);
  });
});

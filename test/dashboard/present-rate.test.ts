import { describe, expect, it } from 'vitest';
import { presentRate } from '../../src/dashboard/views/live/present-rate.ts';

const hour = (...last: number[]): number[] => [...Array.from({ length: 360 - last.length }, () => 0), ...last];

/** What is counted of all services, one of which is in that state. */
const of = (counts: number[], state: 'watching' | 'quiet' = 'watching') => ({
  line_counts: counts,
  bucket_seconds: 10,
  services: [{ state }],
});

describe('the rate at present', () => {
  it('is that of the last minute, without the bucket that is not full yet', () => {
    const counts = hour(5, 900, 600, 600, 600, 600, 600, 600, 7);
    expect(presentRate(counts, of(counts))).toBe(60);
  });

  it('is that of the full buckets there are, right after the start', () => {
    const counts = hour(200, 900, 1000, 300);
    expect(presentRate(counts, of(counts))).toBe(95);
  });

  it('is not known before a bucket is full', () => {
    expect(presentRate(hour(200), of(hour(200)))).toBeUndefined();
    expect(presentRate(hour(200, 300), of(hour(200, 300)))).toBeUndefined();
    expect(presentRate(hour(), of(hour()))).toBeUndefined();
  });

  it('is none where nobody was heard', () => {
    expect(presentRate(hour(), of(hour(), 'quiet'))).toBe(0);
  });

  it('of a service that says little is over the minute in which others were heard', () => {
    const all = hour(9, 9, 9, 9, 9, 9, 9, 9, 9);
    expect(presentRate(hour(60, 0, 0, 0, 0, 0, 0), of(all))).toBe(1);
    expect(presentRate(hour(60, 0, 0, 0), of(hour(9, 9, 9, 9, 9)))).toBe(2);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUCKETS_MAX, bucketWidthMs, TimeBuckets } from '../../src/cluster/time-buckets.ts';

function bucketsOf(sorted: readonly number[]): TimeBuckets {
  const buckets = new TimeBuckets();
  for (const bucket of sorted) buckets.add(bucket);
  return buckets;
}

const someBuckets = fc.array(fc.nat(BUCKETS_MAX - 1), { maxLength: 100 }).map((all) => all.toSorted((a, b) => a - b));

describe('time buckets', () => {
  it('hold the rows of each bucket, however many rows there are', () => {
    const buckets = bucketsOf([0, 0, 0, 5, 63, 63]);
    expect(buckets.numbers).toEqual([0, 5, 63]);
    expect(buckets.counts).toEqual([3, 1, 2]);
  });

  it('merged are those of all rows', () => {
    fc.assert(
      fc.property(someBuckets, someBuckets, (some, others) => {
        const merged = bucketsOf(some);
        merged.merge(bucketsOf(others));
        const all = bucketsOf([...some, ...others].toSorted((a, b) => a - b));
        expect([merged.numbers, merged.counts]).toEqual([all.numbers, all.counts]);
      }),
    );
  });

  it('are wide enough for the last row of any window, and no narrower than a second', () => {
    expect(bucketWidthMs(0)).toBe(1000);
    fc.assert(
      fc.property(fc.nat(2 ** 45), (spanMs) => {
        expect(Math.floor(spanMs / bucketWidthMs(spanMs))).toBeLessThan(BUCKETS_MAX);
      }),
    );
  });

  it('say how far their rows are from chance', () => {
    // As the textbook has it, over all buckets, the empty ones included.
    const rows = [4, 0, 0, 2, 0, 9, 0, 1, 0, 0];
    const mean = rows.reduce((sum, count) => sum + count, 0) / rows.length;
    const variance = rows.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (rows.length - 1);
    const buckets = bucketsOf(rows.flatMap((count, bucket) => Array.from({ length: count }, () => bucket)));
    expect(buckets.dispersion(10)).toBeCloseTo(variance / mean, 12);
    expect(bucketsOf(Array.from({ length: 64 }, (_, i) => i)).dispersion(64)).toBe(0);
    expect(bucketsOf(Array.from({ length: 500 }, () => 7)).dispersion(64)).toBeCloseTo(500, 9);
    expect(buckets.dispersion(7)).toBeUndefined();
  });
});

import { expect, test } from 'vitest';
import { TimeBuckets } from '../../src/cluster/time-buckets.ts';

test('rows over time are told bucket by bucket, empty ones too', () => {
  const times = new TimeBuckets();
  for (const bucket of [0, 2, 2, 5]) times.add(bucket);
  expect(times.series(7)).toEqual([1, 0, 2, 0, 0, 1, 0]);
  expect(new TimeBuckets().series(2)).toEqual([0, 0]);
});

import { describe, expect, it } from 'vitest';
import { ShiftWatch } from '../../../src/score/default/shift-watch.ts';

const BUCKET_MS = 5000;
const RATE = 0.5;

/** Nats after so many buckets at `times` the usual rate, where lines scatter over minutes as 10, within seconds as 4. */
function evidenceOf(times: number, buckets: number, isFar: boolean): number {
  const watch = new ShiftWatch([{ ratio: 5, isFar }]);
  watch.add(0, 0, RATE, 10, 1000, 4);
  for (let i = 1; i <= buckets; i++) {
    watch.add((times * RATE * BUCKET_MS) / 1000, i * BUCKET_MS, RATE, 10, 1000, 4);
  }
  return watch.evidence;
}

describe('a change that no busy minute comes near', () => {
  it('shows as soon as the scatter of seconds lets it', () => {
    expect(evidenceOf(8, 4, true)).toBeCloseTo(2.5 * evidenceOf(8, 4, false), 9);
  });

  it('is not what a minute twice as busy looks like, however long it lasts', () => {
    expect(evidenceOf(2, 100, true)).toBe(0);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { flagOutliers, percentile } from '../../src/cluster/flag-outliers.ts';
import { shared, sharedPath } from '../shared.ts';

interface GoldenCase {
  dataset: string;
  X: number[][];
  contamination: number;
  /** scikit-learn's score_samples: low is anomalous. */
  mean20: number[];
}

const cases: GoldenCase[] = shared
  ? (JSON.parse(readFileSync(sharedPath('golden/iforest.json'), 'utf8')) as { cases: GoldenCase[] }).cases
  : [];

describe.skipIf(!shared)('flags beside scikit-learn', () => {
  it.each(cases)(
    '$dataset: two of three flags and more are those of the mean over 20 seeds',
    ({ X, contamination, mean20 }) => {
      const { flagged } = flagOutliers(Float64Array.from(X.flat()), 5, 0.1, () => {});
      const scores = Float64Array.from(mean20);
      const offset = percentile(scores, contamination);
      const expected = mean20.map((score) => score < offset);
      const both = expected.filter((flag, i) => flag && flagged[i] === 1).length;
      const either = expected.filter((flag, i) => flag || flagged[i] === 1).length;
      expect(flagged.filter((flag) => flag === 1)).toHaveLength(expected.filter(Boolean).length);
      expect(both / either).toBeGreaterThanOrEqual(2 / 3);
    },
  );
});

describe('percentile', () => {
  it('interpolates as NumPy does', () => {
    const values = Float64Array.of(3, 1, 2, 10);
    expect([0, 1 / 3, 0.5, 0.9, 1].map((share) => percentile(values, share))).toEqual([
      1,
      2,
      2.5,
      expect.closeTo(7.9, 12),
      10,
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { adjustedByFdr, equalRatesP, regularisedBeta } from '../../src/cluster/rate-test.ts';

/** The definition: binomial probabilities summed up, by their logarithms. */
function upperTail(from: number, n: number, share: number): number {
  const logFactorial = (k: number) => Array.from({ length: k }, (_, i) => Math.log(i + 1)).reduce((a, b) => a + b, 0);
  let sum = 0;
  for (let k = from; k <= n; k++) {
    const choose = logFactorial(n) - logFactorial(k) - logFactorial(n - k);
    sum += Math.exp(choose + k * Math.log(share) + (n - k) * Math.log1p(-share));
  }
  return sum;
}

describe('the test of two rates', () => {
  test.each([
    [0, 5, 1, 1],
    [3, 17, 1, 1],
    [40, 2, 3, 1],
    [7, 7, 2, 1],
    [150, 90, 60, 24],
  ])('of %i and %i over %i and %i is that of the binomial', (a, b, exposureA, exposureB) => {
    const share = exposureB / (exposureA + exposureB);
    const upper = upperTail(b, a + b, share);
    const lower = upperTail(a, a + b, 1 - share);
    expect(equalRatesP(a, b, exposureA, exposureB)).toBeCloseTo(Math.min(1, 2 * Math.min(upper, lower)), 10);
  });

  test('of nothing, and of rates that are as expected, says nothing', () => {
    expect(equalRatesP(0, 0, 1, 1)).toBe(1);
    expect(equalRatesP(600, 100, 60, 10)).toBe(1);
  });

  test('of very many lines still ends, and knows a change of one per mille', () => {
    expect(equalRatesP(10_000_000, 10_000_000, 1, 1)).toBeGreaterThan(0.99);
    expect(equalRatesP(10_000_000, 10_020_000, 1, 1)).toBeLessThan(1e-4);
    expect(equalRatesP(10_000_000, 1, 1, 1)).toBeCloseTo(0, 100);
  });

  test('is more careful where counts scatter more', () => {
    expect(equalRatesP(100, 160, 1, 1, 1)).toBeLessThan(0.001);
    expect(equalRatesP(100, 160, 1, 1, 20)).toBeGreaterThan(0.05);
    expect(equalRatesP(100, 160, 1, 1, 10)).toBe(equalRatesP(10, 16, 1, 1));
  });

  // As R's pbeta and scipy.special.betainc have them.
  test.each([
    [0.5, 2, 3, 0.6875],
    [0.1, 0.5, 0.5, 0.20483276469913345],
    [0.9, 10, 1, 0.3486784401],
  ])('rests on I_%d(%d, %d)', (x, a, b, value) => {
    expect(regularisedBeta(x, a, b)).toBeCloseTo(value, 12);
  });
});

describe('the adjustment for many tests', () => {
  // The example of Benjamini and Hochberg (1995), section 3: the four smallest of fifteen are told at 5 %.
  const published = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];

  test('tells those that its authors tell', () => {
    const adjusted = adjustedByFdr(published);
    expect(adjusted.filter((p) => p <= 0.05)).toHaveLength(4);
    expect(adjusted[0]).toBeCloseTo(0.0015, 10);
    expect(adjusted).toEqual(adjusted.toSorted((a, b) => a - b));
    expect(adjusted.at(-1)).toBe(1);
  });

  test('answers in the order of the question', () => {
    expect(adjustedByFdr(published.toReversed())).toEqual(adjustedByFdr(published).toReversed());
    expect(adjustedByFdr([])).toEqual([]);
  });
});

import { expect, test } from 'vitest';
import { Histogram } from './histogram.ts';
import { slopeOf } from './slope.ts';

test('a histogram knows its quantiles to 5 %, and its largest value', () => {
  const histogram = new Histogram();
  for (let value = 1; value <= 1000; value++) histogram.add(value);
  expect(histogram.count).toBe(1000);
  for (const share of [0.1, 0.5, 0.99]) {
    expect(histogram.quantile(share)).toBeGreaterThanOrEqual(share * 1000);
    expect(histogram.quantile(share)).toBeLessThan(share * 1060);
  }
  expect([histogram.max, histogram.quantile(1), new Histogram().quantile(0.5)]).toEqual([1000, 1000, 0]);
});

test('the slope is that of the line that fits best', () => {
  expect(slopeOf([0, 1, 2, 3].map((x) => ({ x, y: 5 + 2 * x })))).toBeCloseTo(2, 12);
  expect(
    slopeOf([
      { x: 0, y: 0 },
      { x: 1, y: 3 },
      { x: 2, y: 0 },
    ]),
  ).toBeCloseTo(0, 12);
  expect([slopeOf([]), slopeOf([{ x: 1, y: 1 }])]).toEqual([0, 0]);
});

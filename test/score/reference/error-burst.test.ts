import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorBurst } from '../../../src/score/reference/error-burst.ts';

type Line = { stepMs: number; isError: boolean };

const line = fc.record({
  stepMs: fc.oneof(
    fc.integer({ min: -5000, max: 20_000 }),
    fc.constantFrom(0, 0, 0, 1, 59_999, 60_000, 60_001, 65_536, 119_999, 200_000),
  ),
  isError: fc.boolean(),
});

describe('error burst', () => {
  it('says what a sum over the lines of (t - 60 s, t] says', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 120 }), fc.integer({ min: 0, max: 2 ** 41 }), (lines, startMs) => {
        const burst = new ErrorBurst();
        expect(lines.map((_, i) => burst.add(timeOf(lines, startMs, i), lines[i]!.isError))).toEqual(
          naive(lines, startMs),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('fires at the fifth line and at 60 % exactly, on error lines only', () => {
    const burst = new ErrorBurst();
    expect([true, true, true, true].map((isError) => burst.add(1000, isError))).toEqual([false, false, false, false]);
    expect(burst.add(1000, true)).toBe(true);
    expect([false, false, false].map((isError) => burst.add(1000, isError))).toEqual([false, false, false]);
    expect(burst.add(1000, true)).toBe(true); // 6 of 9
    expect(burst.add(1000, false)).toBe(false); // 6 of 10
    const exact = new ErrorBurst();
    expect([false, false, true, true, true].map((isError) => exact.add(0, isError)).at(-1)).toBe(true); // 3 of 5
    const below = new ErrorBurst();
    expect([false, false, false, true, true, true].map((isError) => below.add(0, isError)).at(-1)).toBe(false); // 3 of 6
  });

  it('forgets a line once it is 60 s old', () => {
    for (const [ms, isBurst] of [
      [59_999, true],
      [60_000, false],
    ] as const) {
      const burst = new ErrorBurst();
      for (let i = 0; i < 5; i++) burst.add(0, true);
      expect(burst.add(ms, true)).toBe(isBurst);
    }
  });

  it('counts a late line at the latest time seen', () => {
    const burst = new ErrorBurst();
    for (let i = 0; i < 5; i++) burst.add(i === 0 ? 100_000 : 10, true);
    expect(burst.add(159_999, true)).toBe(true);
  });

  it('never holds more than 60,000 entries, and gives them back after a quiet minute', () => {
    const burst = new ErrorBurst();
    for (let ms = 0; ms < 70_000; ms++) burst.add(ms, ms % 2 === 0);
    for (let ms = 70_000; ms < 200_000; ms += 1) burst.add(ms + 0.5, ms % 10 < 6);
    expect(burst.entries).toBe(60_000);
    expect(burst.capacity).toBe(60_000);
    expect(burst.add(200_000, true)).toBe(true);
    burst.add(300_000, true);
    expect(burst.capacity).toBe(8);
  });
});

function timeOf(lines: readonly Line[], startMs: number, upTo: number): number {
  return lines.slice(0, upTo + 1).reduce((ms, { stepMs }) => ms + stepMs, startMs);
}

function naive(lines: readonly Line[], startMs: number): boolean[] {
  const seen: { ms: number; isError: boolean }[] = [];
  let latest = -Infinity;
  return lines.map(({ isError }, i) => {
    latest = Math.max(latest, timeOf(lines, startMs, i));
    seen.push({ ms: latest, isError });
    const window = seen.filter(({ ms }) => ms > latest - 60_000);
    const errors = window.filter((one) => one.isError).length;
    return isError && window.length >= 5 && errors / window.length >= 0.6;
  });
}

import { describe, expect, it } from 'vitest';
import { displayTime, windowTime } from '../../src/live/event-time.ts';

const NOW = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;

describe('event time', () => {
  it.each([
    ['absent', 0],
    ['one nanosecond after 1970', 1e-6],
    ['1970', 1000],
    ['the largest uint64 of nanoseconds', 2 ** 64 / 1e6],
    ['ten years ahead', NOW + 10 * YEAR_MS],
    ['two minutes ahead', NOW + 120_000],
  ])('S19: a record whose time is %s takes the time of receipt', (_, timeMs) => {
    expect(displayTime(timeMs, NOW)).toBe(NOW);
    expect(windowTime(timeMs, NOW, DAY_MS)).toBe(NOW);
  });

  it('D2: a record from long ago keeps its time on display and does not move the windows', () => {
    const old = NOW - 5 * YEAR_MS;
    expect(displayTime(old, NOW)).toBe(old);
    expect(windowTime(old, NOW, DAY_MS)).toBe(NOW);
  });

  it('keeps times within the buffer, and clocks that run a little ahead', () => {
    for (const timeMs of [NOW - DAY_MS, NOW - 1, NOW, NOW + 59_000]) {
      expect(displayTime(timeMs, NOW)).toBe(timeMs);
      expect(windowTime(timeMs, NOW, DAY_MS)).toBe(timeMs);
    }
  });
});

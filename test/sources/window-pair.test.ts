import { describe, expect, test } from 'vitest';
import { parseWindowPair } from '../../src/sources/window-pair.ts';
import { WindowError } from '../../src/sources/window.ts';

const nowMs = Date.UTC(2026, 4, 4, 12);
const HOUR_MS = 3_600_000;
const defaults = { nowMs, defaultLookbackHours: 6 };

/** Hours before now. */
function hours(a: string, b: string): number[][] {
  const pair = parseWindowPair(a, b, defaults);
  return [pair.a, pair.b].map(({ startMs, endMs }) => [(nowMs - startMs) / HOUR_MS, (nowMs - endMs) / HOUR_MS]);
}

describe('two windows', () => {
  test.each([
    [
      '24h',
      '1h',
      [
        [24, 1],
        [1, 0],
      ],
    ],
    [
      '1h',
      '24h',
      [
        [1, 0],
        [24, 1],
      ],
    ],
    [
      '2026-05-04T00:00:00Z/2026-05-04T06:00:00Z',
      '1h',
      [
        [12, 6],
        [1, 0],
      ],
    ],
    [
      '2026-05-04T00:00:00Z/2026-05-04T11:30:00Z',
      '1h',
      [
        [12, 1],
        [1, 0],
      ],
    ],
    [
      '24h',
      '2026-05-04T10:00:00Z/',
      [
        [24, 2],
        [2, 0],
      ],
    ],
    // The earlier one has another in its middle: what comes after that is left out.
    [
      '1d',
      '2026-05-04T00:00:00Z/2026-05-04T06:00:00Z',
      [
        [24, 12],
        [12, 6],
      ],
    ],
  ])('%s and %s have no moment in common', (a, b, expected) => {
    expect(hours(a, b)).toEqual(expected);
  });

  test.each([
    ['1h', '1h', 'a and b begin at the same time'],
    ['soon', '1h', /^a: window="soon" is not one of .*; or START\/END$/],
    ['1h', '2026-05-05/2026-05-04', 'b: the window is empty'],
  ])('%s and %s are refused', (a, b, sentence) => {
    expect(() => parseWindowPair(a, b, defaults)).toThrow(sentence);
    expect(() => parseWindowPair(a, b, defaults)).toThrow(WindowError);
  });
});

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseIsoInstant } from '../../src/sources/iso-instant.ts';
import { WindowError, parseWindow } from '../../src/sources/window.ts';
import type { TimeWindow, WindowParameters } from '../../src/sources/window.ts';

const HOUR = 3_600_000;
const nowMs = Date.UTC(2026, 10, 20, 12);
const defaults = { nowMs, defaultLookbackHours: 6 };

describe('a window', () => {
  test('is the default look-back up to now when nothing is asked for', () => {
    expect(parseWindow({}, defaults)).toEqual({
      startMs: nowMs - 6 * HOUR,
      endMs: nowMs,
      label: '6h',
      lookbackHours: 6,
    });
    expect(parseWindow({ window: '', hours: ' ' }, defaults).label).toBe('6h');
  });

  test.each([
    ['1h', 1, '1h'],
    ['6h', 6, '6h'],
    ['12h', 12, '12h'],
    ['24h', 24, '24h'],
    ['1d', 24, '1d'],
    ['7d', 168, '7d'],
    ['3h', 3, '3h'],
    ['48', 48, '48h'],
    [48, 48, '48h'],
    ['0.5h', 0.5, '0.5h'],
    ['30m', 0.5, '30m'],
    ['90M', 1.5, '90m'],
    ['6H', 6, '6h'],
  ])('of %s is %d hours', (window, hours, label) => {
    const parsed = parseWindow({ window }, defaults);
    expect(parsed).toEqual({ startMs: nowMs - hours * HOUR, endMs: nowMs, label, lookbackHours: hours });
  });

  test('takes custom with hours, and hours alone', () => {
    const expected = { startMs: nowMs - 30 * HOUR, endMs: nowMs, label: 'custom', lookbackHours: 30 };
    expect(parseWindow({ window: 'custom', hours: '30' }, defaults)).toEqual(expected);
    expect(parseWindow({ hours: 30 }, defaults)).toEqual(expected);
  });

  test('takes absolute times with a zone, without one as UTC, and as epoch milliseconds', () => {
    const start = Date.UTC(2026, 0, 31, 8);
    const expected = { startMs: start, endMs: start + HOUR, label: 'custom', lookbackHours: 1 };
    for (const text of ['2026-01-31T08:00:00Z', '2026-01-31T08:00', '2026-01-31 10:00:00.000+02:00', String(start)])
      expect(parseWindow({ start: text, end: '2026-01-31T09:00:00Z' }, defaults)).toEqual(expected);
    expect(parseWindow({ start: '2026-01-31', end: '2026-02-01' }, defaults).lookbackHours).toBe(24);
  });

  test('with one end given finds the other by its length', () => {
    const day = Date.UTC(2026, 10, 19);
    expect(parseWindow({ start: '2026-11-19' }, defaults)).toMatchObject({ startMs: day, endMs: nowMs });
    expect(parseWindow({ start: '2026-11-19', window: '1h' }, defaults)).toMatchObject({
      startMs: day,
      endMs: day + HOUR,
    });
    expect(parseWindow({ end: '2026-11-19' }, defaults)).toMatchObject({ startMs: day - 6 * HOUR, endMs: day });
  });

  test.each([
    [{ window: 'yesterday' }, /^window="yesterday" is not one of 1h, 6h/],
    [{ window: '0h' }, /window="0h"/],
    [{ window: '366d' }, /at most 8760 hours/],
    [{ window: '1e3' }, /window="1e3"/],
    [{ window: '-3h' }, /window="-3h"/],
    [{ window: 'custom' }, /window=custom needs hours=/],
    [{ hours: '0' }, /hours="0" is not a number of hours above 0 and up to 8760/],
    [{ hours: 'NaN' }, /hours="NaN"/],
    [{ hours: '9000' }, /hours="9000"/],
    [{ window: '6h', hours: '7' }, /hours="7" contradicts window=6h/],
    [{ start: 'noon' }, /^start="noon" is not an ISO 8601 time/],
    [{ end: '2026-02-30' }, /^end="2026-02-30"/],
    [{ end: '2026-01-01T25:00' }, /^end=/],
    [{ start: '2026-02-02', end: '2026-02-02' }, /start must be before end/],
    [{ start: '2026-02-03', end: '2026-02-02' }, /start must be before end/],
    [{ start: '2027-01-01' }, /start must be before end/],
  ])('%j is refused with a sentence', (parameters, message) => {
    expect(() => parseWindow(parameters, defaults)).toThrow(WindowError);
    expect(() => parseWindow(parameters, defaults)).toThrow(message);
  });

  test('is sound or refused whatever the text', () => {
    const text = fc.option(fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{1,4}[hd]?$/)), { nil: undefined });
    fc.assert(
      fc.property(text, text, text, text, (window, hours, start, end) => {
        const outcome = outcomeOf({ window, hours, start, end });
        expect(outcome instanceof WindowError || outcome.startMs < outcome.endMs).toBe(true);
      }),
    );
  });
});

function outcomeOf(parameters: WindowParameters): TimeWindow | WindowError {
  try {
    return parseWindow(parameters, defaults);
  } catch (error) {
    if (error instanceof WindowError) return error;
    throw error;
  }
}

test('an instant keeps its millisecond, whatever digits follow', () => {
  const second = Date.UTC(2026, 10, 20, 12);
  const fractions = [
    ['.999999999', 999],
    ['.9999999', 999],
    ['.001', 1],
    ['.29', 290],
    [',5', 500],
    ['', 0],
  ] as const;
  for (const [fraction, ms] of fractions) {
    expect(parseIsoInstant(`2026-11-20T12:00:00${fraction}Z`) - second).toBe(ms);
  }
});

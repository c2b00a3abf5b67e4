import { describe, expect, test } from 'vitest';
import type { InjectedIncident } from './incidents/injected-incident.ts';
import { episodesOf, GRACE_MS, measure, median, poissonTail } from './incidents/measure.ts';
import type { Alert } from './incidents/measure.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const span = { startMs: 0, endMs: 2 * HOUR, services: ['a', 'b'] };
const burst: InjectedIncident = { kind: 'error_burst', service: 'a', startMs: HOUR, endMs: HOUR + 5 * MINUTE };

function alerts(service: string, ...times: number[]): Alert[] {
  return times.map((timestamp) => ({ timestamp, service, reasons: ['error_burst'] }));
}

describe('an incident', () => {
  test('is detected by one alert, significantly so in a service without false alerts', () => {
    const measured = measure(alerts('a', HOUR + 7000), [burst], span);
    expect(measured).toMatchObject({ detected: 1, significant: 1, falseAlertsPerHour: 0, medianDelayMs: 7000 });
    expect(measured).toMatchObject({ alertPrecision: 1, episodePrecision: 1, episodeF1: 1 });
  });

  test('is detected by what comes within the grace, not after', () => {
    expect(measure(alerts('a', burst.endMs + GRACE_MS), [burst], span).detected).toBe(1);
    expect(measure(alerts('a', burst.endMs + GRACE_MS + 1), [burst], span)).toMatchObject({
      detected: 0,
      falseAlertsPerHour: 0.5,
    });
  });

  test('is not detected by alerts of another service, which are false', () => {
    expect(measure(alerts('b', HOUR + 7000), [burst], span)).toMatchObject({
      detected: 0,
      significant: 0,
      falseAlertsPerHour: 0.5,
      falseEpisodesPerHour: 0.5,
      alertPrecision: 0,
      episodeF1: 0,
    });
  });

  test('is not significantly detected where as many alerts are usual', () => {
    // One a minute, always: about six in the incident's six minutes are no surprise, thirty are.
    const usual = alerts('a', ...Array.from({ length: 120 }, (_, minute) => minute * MINUTE + 1));
    expect(measure(usual, [burst], span)).toMatchObject({ detected: 1, significant: 0 });
    const storm = alerts('a', ...Array.from({ length: 30 }, (_, i) => HOUR + i * 5000 + 2));
    expect(measure([...usual, ...storm], [burst], span)).toMatchObject({ detected: 1, significant: 1 });
  });

  test('with one alert in a service that had one false alert is not significantly detected', () => {
    expect(measure(alerts('a', 5 * MINUTE, HOUR + 7000), [burst], span)).toMatchObject({ detected: 1, significant: 0 });
    expect(measure(alerts('a', 5 * MINUTE, HOUR + 7000, HOUR + 8000), [burst], span).significant).toBe(1);
  });
});

describe('episodes', () => {
  test('join alerts that stand at most 300 s apart', () => {
    expect(episodesOf([0, 300_000, 600_001, 900_000, 1_300_000])).toEqual([
      { firstMs: 0, lastMs: 300_000 },
      { firstMs: 600_001, lastMs: 900_000 },
      { firstMs: 1_300_000, lastMs: 1_300_000 },
    ]);
  });

  test('of two services are two, and one that reaches into an incident is a true one', () => {
    const measured = measure(
      [...alerts('a', HOUR - MINUTE, HOUR + MINUTE), ...alerts('b', HOUR + MINUTE)],
      [burst],
      span,
    );
    expect(measured).toMatchObject({ alerts: 3, episodes: 2, episodePrecision: 0.5, falseEpisodesPerHour: 0.5 });
    expect(measured.alertPrecision).toBeCloseTo(1 / 3);
  });
});

test('recall is by incident, and F1 joins it with the precision of episodes', () => {
  const silence: InjectedIncident = { kind: 'silence', service: 'b', startMs: HOUR, endMs: HOUR + 4 * MINUTE };
  const measured = measure([...alerts('a', HOUR + 1), ...alerts('a', 10 * MINUTE)].toReversed(), [silence], span);
  expect(measured).toMatchObject({ significant: 0, episodeF1: 0 });
  const half = measure(alerts('a', HOUR + 1), [burst, silence], span);
  expect(half).toMatchObject({ significant: 0.5, episodePrecision: 1 });
  expect(half.episodeF1).toBeCloseTo(2 / 3);
  expect(half.outcomes.map(({ kind, detected }) => [kind, detected])).toEqual([
    ['error_burst', true],
    ['silence', false],
  ]);
});

test('a clean stream without alerts has rates of 0 and no precision', () => {
  expect(measure([], [], span)).toMatchObject({
    falseAlertsPerHour: 0,
    falseEpisodesPerHour: 0,
    alertPrecision: Number.NaN,
    episodeF1: Number.NaN,
  });
});

describe('the Poisson tail', () => {
  test.each([
    [0, 3, 1],
    [1, 0, 0],
    [1, 0.01, 0.009950166],
    [3, 1, 0.080301397],
    [10, 4, 0.008132242],
    [100, 130, 0.9972496],
  ])('of %i where %d are expected', (count, expected, chance) => {
    expect(poissonTail(count, expected)).toBeCloseTo(chance, 5);
  });
});

test('the median of an even number of values lies between the middle two', () => {
  expect([median([3, 1, 2]), median([4, 1]), median([])]).toEqual([2, 2.5, Number.NaN]);
});

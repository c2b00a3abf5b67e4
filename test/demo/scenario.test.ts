import { describe, expect, test } from 'vitest';
import {
  BACKFILL_LINES,
  INCIDENT_AFTER_MS,
  INCIDENT_EVERY_MS,
  INCIDENT_LASTS_MS,
  Scenario,
} from '../../src/demo/scenario.ts';
import { SHOP } from '../../src/demo/shop-services.ts';

const START = Date.UTC(2026, 0, 5, 12);

describe('the demo stream', () => {
  test('is the same for the same seed and start, however time is cut', () => {
    const whole = new Scenario({ seed: 7, startMs: START }).linesUntil(START + 30_000);
    const cut = new Scenario({ seed: 7, startMs: START });
    const pieces = Array.from({ length: 60 }, (_, i) => cut.linesUntil(START + (i + 1) * 500)).flat();
    expect(pieces).toEqual(whole);
    expect(new Scenario({ seed: 8, startMs: START }).linesUntil(START + 30_000)).not.toEqual(whole);
  });

  test('brings 60 to 120 lines a second of six services, in order of time', () => {
    const lines = new Scenario({ seed: 7, startMs: START }).linesUntil(START + 60_000);
    expect(lines.length / 60).toBeGreaterThan(60);
    expect(lines.length / 60).toBeLessThan(120);
    expect(new Set(lines.map((line) => line.service))).toEqual(new Set(SHOP.map((service) => service.name)));
    expect(lines.every((line, i) => i === 0 || line.timeMs >= (lines[i - 1]?.timeMs ?? 0))).toBe(true);
  });

  test('is back-filled past every learning phase, and outside the minute that bursts are judged by', () => {
    const lines = new Scenario({ seed: 7, startMs: START }).backfill();
    const counts = Map.groupBy(lines, (line) => line.service);
    expect([...counts.values()].map((own) => own.length)).toEqual(SHOP.map(() => BACKFILL_LINES));
    expect(Math.max(...lines.map((line) => line.timeMs))).toBeLessThan(START - 60_000);
  });

  test('has few errors while all is well, and in the incident payments speaks of little else', () => {
    const scenario = new Scenario({ seed: 7, startMs: START });
    const before = scenario.linesUntil(START + INCIDENT_AFTER_MS - 1);
    const during = scenario
      .linesUntil(START + INCIDENT_AFTER_MS + 30_000)
      .filter((line) => line.service === 'payments');
    expect(shareOfErrors(before)).toBeLessThan(0.01);
    expect(shareOfErrors(during)).toBeGreaterThan(0.85);
  });

  test('makes more than 60 % of the last minute of payments errors within 40 s of its start', () => {
    const lines = new Scenario({ seed: 7, startMs: START }).linesUntil(START + 40_000);
    expect(shareOfErrors(lines.filter((line) => line.service === 'payments'))).toBeGreaterThan(0.6);
  });

  test('recovers, and has the incident again', () => {
    const scenario = new Scenario({ seed: 7, startMs: START });
    const first = START + INCIDENT_AFTER_MS;
    expect(
      [first - 1, first, first + INCIDENT_LASTS_MS, first + INCIDENT_EVERY_MS].map((at) => scenario.incidentAt(at)),
    ).toEqual([false, true, false, true]);
  });
});

function shareOfErrors(lines: { severityNumber: number }[]): number {
  return lines.filter((line) => line.severityNumber >= 17).length / lines.length;
}

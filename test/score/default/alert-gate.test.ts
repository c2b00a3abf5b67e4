import { expect, it } from 'vitest';
import { REASON_BIT } from '../../../src/domain/anomaly.ts';
import { AlertGate } from '../../../src/score/default/alert-gate.ts';

const START_MS = 1_795_305_600_000;
const HOUR_MS = 3_600_000;

/** When evidence that never breaks is told, in minutes. */
function told(gate: AlertGate, fromMs: number, toMs: number, isFollowed: boolean): number[] {
  const minutes: number[] = [];
  for (let ms = fromMs; ms < toMs; ms += 5000) {
    if (gate.admit(REASON_BIT.rate_drop, false, false, isFollowed, START_MS + ms))
      minutes.push(Math.round(ms / 60_000));
  }
  return minutes;
}

it('what goes on is told at distances that double, for an hour', () => {
  expect(told(new AlertGate(), 0, 24 * HOUR_MS, true)).toEqual([0, 0, 1, 2, 5, 10, 21, 42]);
});

it('what is not seen to go on is told every four minutes at least, for an hour', () => {
  const minutes = told(new AlertGate(), 0, 24 * HOUR_MS, false);
  expect(minutes.slice(4)).toEqual([5, 9, 13, 17, 21, 25, 29, 33, 37, 41, 45, 49, 53, 57]);
});

it('what has told all for an hour is told again after a break, and something else at once', () => {
  const gate = new AlertGate();
  told(gate, 0, 2 * HOUR_MS, true);
  expect(gate.admit(REASON_BIT.error_burst, false, false, true, START_MS + 2 * HOUR_MS)).toBe(true);
  expect(told(gate, 2 * HOUR_MS, 3 * HOUR_MS, true)).toEqual([]);
  expect(gate.close(START_MS + 3 * HOUR_MS + 120_000)).toBe(true);
  expect(told(gate, 4 * HOUR_MS, 4.1 * HOUR_MS, false)).toEqual([240, 240, 241, 242, 245]);
});

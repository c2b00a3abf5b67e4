import { describe, expect, test } from 'vitest';
import { ReplayClock } from '../../src/score/replay-clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Plays row times; answers the ticks, as the rows' times, and the times that rows were given. */
function play(times: readonly number[], speakers = 2): { ticks: number[]; clock: ReplayClock; given: number[] } {
  const clock = new ReplayClock();
  const ticks: number[] = [];
  const given = times.map((ms) =>
    clock.advance(
      ms,
      () => speakers,
      (at) => ticks.push(at),
    ),
  );
  return { ticks, clock, given };
}

/** A row a second. */
function steady(fromMs: number, untilMs: number): number[] {
  return Array.from({ length: (untilMs - fromMs) / 1000 }, (_, i) => fromMs + i * 1000);
}

describe('the clock of a replay', () => {
  test('ticks at every multiple of five seconds, before the row that comes to it', () => {
    expect(play([1000, 4999, 5000, 5001, 21_000]).ticks).toEqual([5000, 10_000, 15_000, 20_000]);
  });

  test('gives rows their own times as long as there is no gap', () => {
    const times = [...steady(0, 10 * MINUTE_MS), 10 * MINUTE_MS + 58_000];
    expect(play(times).given).toEqual(times);
  });

  test('looks at the services once more at the last row, and not beyond', () => {
    const { clock, ticks } = play([1000, 7000]);
    clock.finish((at) => ticks.push(at));
    clock.finish((at) => ticks.push(at));
    expect(ticks).toEqual([5000, 7000]);
  });

  test('does not run through a gap in which several services said nothing', () => {
    const { ticks, given, clock } = play([...steady(0, 10 * MINUTE_MS), HOUR_MS, HOUR_MS + 1000]);
    expect(ticks.length).toBeLessThan(10 * 12 + 3);
    const before = 10 * MINUTE_MS - 1000;
    expect(given.at(-2)! - before).toBeLessThanOrEqual(10_000);
    expect(given.at(-1)! - given.at(-2)!).toBe(1000);
    expect(clock.rowTime(given.at(-1)!)).toBe(HOUR_MS + 1000);
    expect(clock.rowTime(before)).toBe(before);
  });

  test('looks for ten minutes at a service that was alone and fell silent', () => {
    const { ticks, clock } = play([...steady(0, 10 * MINUTE_MS), 10 * HOUR_MS], 1);
    const times = ticks.map((at) => clock.rowTime(at));
    const silent = times.filter((at) => at >= 10 * MINUTE_MS && at <= 20 * MINUTE_MS);
    expect(silent.length).toBeGreaterThanOrEqual(119);
    expect(times.filter((at) => at > 20 * MINUTE_MS).length).toBeLessThanOrEqual(2);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('takes a stream that is sparse as it is: its pauses are no gaps', () => {
    const hourly = Array.from({ length: 50 }, (_, i) => i * HOUR_MS);
    const { given, ticks } = play(hourly);
    expect(given).toEqual(hourly);
    expect(ticks.length).toBeLessThan(50 * 123);
  });

  test('is moved by no row that is a little late', () => {
    const { given, ticks } = play([10_000, 14_000, 11_000, 15_000]);
    expect(given).toEqual([10_000, 14_000, 11_000, 15_000]);
    expect(ticks).toEqual([15_000]);
  });

  test('goes on with the rows of others, and never back', () => {
    const { clock, ticks } = play([1000]);
    const reach = (ms: number) =>
      clock.reach(
        ms,
        () => 1,
        (at) => ticks.push(at),
      );
    reach(12_000);
    reach(3000);
    expect(ticks).toEqual([5000, 10_000]);
    expect(clock.nowMs).toBe(12_000);
  });

  test.each([
    ['older', 0],
    ['much later', 400 * HOUR_MS],
  ])('goes on where it stood when the next rows are %s', (_, fromMs) => {
    const { clock, ticks } = play(steady(100 * HOUR_MS, 100 * HOUR_MS + MINUTE_MS), 1);
    clock.seam();
    const before = clock.nowMs;
    const at = clock.advance(
      fromMs + 300,
      () => 1,
      (tick) => ticks.push(tick),
    );
    expect(at - before).toBeGreaterThan(0);
    expect(at - before).toBeLessThanOrEqual(10_000);
    expect(clock.rowTime(at)).toBe(fromMs + 300);
    expect(ticks.every((tick) => tick % 5000 === 0)).toBe(true);
  });

  test('remembers a bounded number of gaps, and the latest exactly', () => {
    const rows = Array.from({ length: 20 }, (_, i) => i * 5000);
    const times = Array.from({ length: 1500 }, (_, hour) => rows.map((ms) => hour * HOUR_MS + ms)).flat();
    const { clock, given } = play(times);
    expect(clock.rowTime(given.at(-1)!)).toBe(times.at(-1));
    expect(clock.rowTime(given.at(-500)!)).toBe(times.at(-500));
    // 1,024 stretches of 20 rows: those before are told by the oldest that is kept.
    const wrong = given.findLastIndex((clockMs, i) => clock.rowTime(clockMs) !== times[i]);
    expect(given.length - 1 - wrong).toBe(1024 * 20);
  });
});

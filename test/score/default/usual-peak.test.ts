import { describe, expect, it } from 'vitest';
import { ArchiveReader } from '../../../src/domain/archive/archive-reader.ts';
import { ArchiveWriter } from '../../../src/domain/archive/archive-writer.ts';
import {
  archivePeaks,
  notePeak,
  PEAK_NUMBERS,
  PEAK_NUMBERS_4,
  usualPeak,
} from '../../../src/score/default/usual-peak.ts';

const START_MS = 1_795_305_600_000;
const MINUTE_MS = 60_000;

/** Peaks noted once a minute: from which minute to which, how high, and whether they were told. */
function peaks(...times: readonly (readonly [from: number, to: number, value: number, isTold: boolean])[]) {
  const numbers = new Float64Array(PEAK_NUMBERS);
  for (const [from, to, value, isTold] of times)
    for (let minute = from; minute < to; minute++) notePeak(numbers, 0, value, START_MS + minute * MINUTE_MS, isTold);
  return { numbers, usualAt: (minute: number) => Math.round(usualPeak(numbers, 0, START_MS + minute * MINUTE_MS)) };
}

describe('the usual peak', () => {
  it('is what was seen twice, ten minutes apart at least', () => {
    expect(peaks([0, 9, 100, false]).usualAt(9)).toBe(0);
    expect(peaks([0, 12, 100, false]).usualAt(12)).toBe(98);
    expect(peaks([0, 1, 100, false], [60, 61, 60, false], [70, 71, 20, false]).usualAt(71)).toBe(59);
  });

  it('is no outbreak that was told, however long, until it was told three times', () => {
    const once = [0, 50, 100, true] as const;
    const twice = [once, [100, 150, 100, true]] as const;
    expect(peaks(once).usualAt(90)).toBe(0);
    expect(peaks(...twice).usualAt(190)).toBe(0);
    expect(peaks(...twice, [200, 250, 100, true]).usualAt(252)).toBe(0);
    expect(peaks(...twice, [200, 250, 100, true]).usualAt(300)).toBe(90);
  });

  it('is not the present outbreak, before it is told or after', () => {
    const before = [
      [0, 50, 100, true],
      [100, 150, 100, true],
    ] as const;
    expect(peaks(...before, [200, 208, 100, false]).usualAt(208)).toBe(0);
    expect(peaks(...before, [200, 203, 100, false], [203, 230, 100, true]).usualAt(230)).toBe(0);
  });

  it('is what busy minutes have, beside outbreaks that were told', () => {
    const busy = [
      [0, 1, 20, false],
      [30, 31, 25, false],
    ] as const;
    expect(peaks(...busy, [60, 80, 100, true], [120, 140, 100, true]).usualAt(160)).toBe(14);
  });

  it('fades over hours, counted from the last time that made it usual', () => {
    const told = peaks([0, 5, 100, true], [60, 65, 100, true], [120, 125, 100, true]);
    expect(told.usualAt(124 + 480)).toBe(37);
    expect(peaks([0, 1, 100, false], [120, 121, 100, false]).usualAt(480)).toBe(37);
  });

  it('of a version before 5 is what it was', () => {
    const old = Float64Array.of(100, START_MS, 60, START_MS, 30, START_MS, 20, START_MS);
    const writer = new ArchiveWriter();
    writer.numbers(old);
    const reader = new ArchiveReader(writer.take());
    reader.version = 4;
    const numbers = new Float64Array(2 * PEAK_NUMBERS);
    archivePeaks(reader, numbers);
    expect(old).toHaveLength(2 * PEAK_NUMBERS_4);
    expect([0, PEAK_NUMBERS].map((at) => usualPeak(numbers, at, START_MS))).toEqual([60, 20]);
  });
});

import type { RowsOutside } from '../row-sink.ts';

/** Longest line, or record of several lines, that is kept; the rest of a longer one is cut and counted. */
export const LINE_BYTES_MAX = 1 << 20;

/** A reader of a format, fed with a growing stretch of the file. */
export interface ByteConsumer {
  /**
   * Takes what is complete of `bytes[start, end)` and returns up to where; the rest is given again with more behind it.
   * When `final`, nothing follows and all is taken. May write inside the range. Never leaves more than
   * `LINE_BYTES_MAX` + 64 KiB behind.
   */
  consume(bytes: Buffer, start: number, end: number, final: boolean): number;
}

/** What a reader met that the rows do not show. */
export interface ReadCounts {
  /** Lines that are not what the format says; they are skipped. */
  badLines: number;
  /** Lines or records longer than `LINE_BYTES_MAX`, of which the head is kept. */
  cutLines: number;
  /** Rows of the window without a time of their own, which took that of a row beside them or of the file. */
  untimedRows: number;
  /** The same of rows that are not in the window by the time which they took. */
  untimedOutside: number;
  /** All rows that are not in the window. */
  outside: RowsOutside;
  /** The first bad line, 1-based, and what is wrong with it. */
  firstBad: { line: number; problem: string } | undefined;
}

export function noCounts(): ReadCounts {
  return {
    badLines: 0,
    cutLines: 0,
    untimedRows: 0,
    untimedOutside: 0,
    outside: { rows: 0, firstMs: Infinity, lastMs: -Infinity },
    firstBad: undefined,
  };
}

/** Adds what another reader met, behind what `sum` has. */
export function addCounts(sum: ReadCounts, counts: ReadCounts): void {
  sum.badLines += counts.badLines;
  sum.cutLines += counts.cutLines;
  sum.untimedRows += counts.untimedRows;
  sum.untimedOutside += counts.untimedOutside;
  addOutside(sum.outside, counts.outside);
  sum.firstBad ??= counts.firstBad;
}

export function countOutside(outside: RowsOutside, timeMs: number): void {
  outside.rows++;
  if (timeMs < outside.firstMs) outside.firstMs = timeMs;
  if (timeMs > outside.lastMs) outside.lastMs = timeMs;
}

export function addOutside(sum: RowsOutside, { rows, firstMs, lastMs }: RowsOutside): void {
  sum.rows += rows;
  sum.firstMs = Math.min(sum.firstMs, firstMs);
  sum.lastMs = Math.max(sum.lastMs, lastMs);
}

export function countBad(counts: ReadCounts, line: number, problem: string): void {
  counts.badLines++;
  counts.firstBad ??= { line, problem };
}

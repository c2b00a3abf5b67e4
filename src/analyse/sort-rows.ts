import { PACKED_ROW_HEADER_BYTES } from '../domain/packed-rows.ts';
import { readLength } from './row-run.ts';
import type { RowCursor, RowRun } from './row-run.ts';

const RADIX_BITS = 11;
const RADIX = 1 << RADIX_BITS;
const INSERTION_ROWS_MAX = 16;

/**
 * Row numbers of a run in the order (timestamp, service rank, message bytes, level), which is total: rows that tie in
 * all four are alike. Times are sorted by radix; only rows that share one are compared.
 */
export function sortRows(run: RowRun, ranks: Uint32Array): Uint32Array {
  const keys = timeKeys(run);
  const arrival = new Uint32Array(run.count);
  for (let i = 0; i < run.count; i++) arrival[i] = i;
  const order = run.timeOrdered ? arrival : radixSort(arrival, keys);
  sortTies(run, keys, order, ranks);
  return order;
}

/** Whole units since the earliest row, as u32: of a millisecond, or of the power of two of it that fits the range. */
function timeKeys(run: RowRun): Uint32Array {
  const { times, count } = run;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const time = times[i] as number;
    if (time < min) min = time;
    if (time > max) max = time;
  }
  let unit = 1;
  while ((max - min) / unit >= 0xffff_ffff) unit *= 2;
  const keys = new Uint32Array(count);
  for (let i = 0; i < count; i++) keys[i] = ((times[i] as number) - min) / unit;
  return keys;
}

/** Stable, least significant digit first; a digit that all keys share costs one counting pass. */
function radixSort(order: Uint32Array, keys: Uint32Array): Uint32Array {
  let from = order;
  let to: Uint32Array = new Uint32Array(order.length);
  const starts = new Uint32Array(RADIX);
  for (let shift = 0; shift < 32; shift += RADIX_BITS) {
    starts.fill(0);
    for (let i = 0; i < keys.length; i++) starts[((keys[i] as number) >>> shift) & (RADIX - 1)]!++;
    if (starts[((keys[0] as number) >>> shift) & (RADIX - 1)] === keys.length) continue;
    let sum = 0;
    for (let digit = 0; digit < RADIX; digit++) {
      const size = starts[digit] as number;
      starts[digit] = sum;
      sum += size;
    }
    for (let i = 0; i < from.length; i++) {
      const row = from[i] as number;
      const digit = ((keys[row] as number) >>> shift) & (RADIX - 1);
      to[starts[digit]!++] = row;
    }
    [from, to] = [to, from];
  }
  return from;
}

function sortTies(run: RowRun, keys: Uint32Array, order: Uint32Array, ranks: Uint32Array): void {
  const compare = rowComparison(run, ranks);
  for (let start = 0; start < order.length;) {
    const key = keys[order[start] as number];
    let end = start + 1;
    let sorted = true;
    for (; end < order.length && keys[order[end] as number] === key; end++) {
      if (sorted && compare(order[end - 1] as number, order[end] as number) > 0) sorted = false;
    }
    if (!sorted && end - start <= INSERTION_ROWS_MAX) insertionSort(order, start, end, compare);
    else if (!sorted) order.subarray(start, end).sort(compare);
    start = end;
  }
}

function insertionSort(
  order: Uint32Array,
  start: number,
  end: number,
  compare: (a: number, b: number) => number,
): void {
  for (let i = start + 1; i < end; i++) {
    const row = order[i] as number;
    let at = i;
    for (; at > start && compare(order[at - 1] as number, row) > 0; at--) order[at] = order[at - 1] as number;
    order[at] = row;
  }
}

function rowComparison(run: RowRun, ranks: Uint32Array): (a: number, b: number) => number {
  const { times, services, chunkOf, offsets, chunks } = run;
  return (a, b) => {
    if (times[a] !== times[b]) return (times[a] as number) - (times[b] as number);
    if (services[a] !== services[b])
      return (ranks[services[a] as number] as number) - (ranks[services[b] as number] as number);
    const aBytes = chunks[chunkOf[a] as number] as Uint8Array;
    const bBytes = chunks[chunkOf[b] as number] as Uint8Array;
    const aAt = offsets[a] as number;
    const bAt = offsets[b] as number;
    const aStart = aAt + PACKED_ROW_HEADER_BYTES;
    const bStart = bAt + PACKED_ROW_HEADER_BYTES;
    const aEnd = aStart + readLength(aBytes, aAt);
    const bEnd = bStart + readLength(bBytes, bAt);
    return (
      compareBytes(aBytes, aStart, aEnd, bBytes, bStart, bEnd) ||
      (aBytes[aAt + 12] as number) - (bBytes[bAt + 12] as number)
    );
  };
}

/** The same order between two sorted streams. */
export function compareCursors(a: RowCursor, b: RowCursor, ranks: Uint32Array): number {
  if (a.timestampMs !== b.timestampMs) return a.timestampMs - b.timestampMs;
  if (a.service !== b.service) return (ranks[a.service] as number) - (ranks[b.service] as number);
  return (
    compareBytes(a.bytes, a.messageStart, a.messageEnd, b.bytes, b.messageStart, b.messageEnd) || a.level - b.level
  );
}

function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shared = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < shared; i++) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number);
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}

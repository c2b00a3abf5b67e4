import type { PulledRows } from './pulled-rows.ts';

const FIRST_SLICE_MS = 60_000;
/** A slice that brings fewer rows than this share of what is wanted is followed by a wider one. */
const FEW = 1 / 8;
const GROWTH = 4;

/**
 * For stores that only read forward in time: pulls the window slice by slice from its end towards its start, until
 * enough rows are there or the window is done. Slices grow while they bring little, and shrink when they bring much.
 *
 * @param pullSlice pulls the rows of [startMs, endMs); it may stop when `rows.add` answers false.
 */
export async function pullNewestSlices(
  rows: PulledRows,
  pullSlice: (startMs: number, endMs: number) => Promise<void>,
): Promise<void> {
  let endMs = rows.endMs;
  let width = FIRST_SLICE_MS;
  while (endMs > rows.startMs && !rows.refused) {
    const startMs = Math.max(rows.startMs, endMs - width);
    const before = rows.count;
    await pullSlice(startMs, endMs);
    const brought = rows.count - before;
    if (brought < rows.maxRows * FEW) width *= GROWTH;
    else if (brought > rows.maxRows / 2) width = Math.max(1, Math.floor(width / GROWTH));
    endMs = startMs;
  }
}

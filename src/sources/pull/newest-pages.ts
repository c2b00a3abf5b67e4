import type { PulledRows } from './pulled-rows.ts';

/** A store that sorts by time, newest first, but gives no cursor. */
export interface SortedStore<T> {
  /** At most `limit` rows of startMs <= time < endMs, the newest, newest first. */
  fetch(startMs: number, endMs: number, limit: number): Promise<readonly T[]>;
  /** Whole epoch milliseconds. */
  timeMsOf(row: T): number;
  /** @returns false when no older row is wanted. */
  add(row: T): boolean;
  /** An error that says that the answer is not what was asked for. */
  malformed(sentence: string): Error;
}

/**
 * Pages a window by time, from its end towards its start. A full page may end amid the rows of one millisecond: those
 * are left out, and the next page begins with all of them. Where one millisecond fills a page, the page grows up to
 * the store's limit; what such a millisecond holds beyond that cannot be had, and the rows say that something is missing.
 */
export async function pullNewestPages<T>(
  rows: PulledRows,
  store: SortedStore<T>,
  page: { rows: number; rowsMax: number },
): Promise<void> {
  let { endMs } = rows;
  let limit = page.rows;
  while (endMs > rows.startMs) {
    const found = await store.fetch(rows.startMs, endMs, limit);
    checkOrder(found, store, rows.startMs, endMs);
    const isFull = found.length >= limit;
    const last = found.at(-1);
    if (last === undefined) return;
    const oldestMs = store.timeMsOf(last);
    const isOneInstant = isFull && store.timeMsOf(found[0] as T) === oldestMs;
    if (isOneInstant && limit < page.rowsMax) {
      limit = Math.min(page.rowsMax, limit * 8);
      continue;
    }
    if (isOneInstant) rows.miss();
    for (const row of found) {
      if (isFull && !isOneInstant && store.timeMsOf(row) === oldestMs) break;
      if (!store.add(row)) return;
    }
    if (!isFull) return;
    endMs = isOneInstant ? oldestMs : oldestMs + 1;
    limit = page.rows;
  }
}

function checkOrder<T>(found: readonly T[], store: SortedStore<T>, startMs: number, endMs: number): void {
  let beforeMs = endMs - 1;
  for (const row of found) {
    const timeMs = store.timeMsOf(row);
    if (!(timeMs <= beforeMs)) throw store.malformed('its rows are not in the order that was asked for');
    beforeMs = timeMs;
  }
  if (beforeMs < startMs) throw store.malformed('it answered rows from before the window');
}

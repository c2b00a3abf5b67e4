import type { RowCursor } from './row-run.ts';
import { compareCursors } from './sort-rows.ts';

/** Visits the rows of several sorted streams as one sorted stream. The cursor is only good during the visit. */
export function mergeRows(cursors: RowCursor[], ranks: Uint32Array, visit: (row: RowCursor) => void): void {
  const heap = cursors.filter((cursor) => cursor.next());
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) siftDown(heap, at, ranks);
  while (heap.length > 1) {
    const top = heap[0] as RowCursor;
    visit(top);
    if (!top.next()) {
      heap[0] = heap.at(-1) as RowCursor;
      heap.pop();
    }
    siftDown(heap, 0, ranks);
  }
  const last = heap[0];
  if (last === undefined) return;
  do visit(last);
  while (last.next());
}

function siftDown(heap: RowCursor[], from: number, ranks: Uint32Array): void {
  const moved = heap[from] as RowCursor;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && compareCursors(heap[child + 1] as RowCursor, heap[child] as RowCursor, ranks) < 0)
      child++;
    if (compareCursors(moved, heap[child] as RowCursor, ranks) <= 0) break;
    heap[at] = heap[child] as RowCursor;
    at = child;
  }
  heap[at] = moved;
}

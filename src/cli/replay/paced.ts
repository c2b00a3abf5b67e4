import { PackedRowReader } from '../../domain/packed-rows.ts';
import type { ServiceBatch } from './encode-batch.ts';
import type { Pace } from './pace.ts';

/** Rows due within so long go together. */
const TOGETHER_MS = 100;

export interface PacedBatch {
  /** When all of it is due. */
  dueMs: number;
  batch: ServiceBatch[];
}

/** Splits rows that are in the order of time into what is sent at once. */
export function paced(batch: readonly ServiceBatch[], pace: Pace): PacedBatch[] {
  const parts: PacedBatch[] = [];
  let part: PacedBatch | undefined;
  let untilMs = -Infinity;
  for (const { service, bytes } of batch) {
    const reader = new PackedRowReader(bytes);
    let start = 0;
    let end = 0;
    const take = () => {
      if (end > start) part?.batch.push({ service, bytes: bytes.subarray(start, end) });
      start = end;
    };
    while (reader.next()) {
      const dueMs = pace.dueMs(reader.timestampMs);
      if (part === undefined || dueMs > untilMs) {
        take();
        part = { dueMs, batch: [] };
        parts.push(part);
        untilMs = dueMs + TOGETHER_MS;
      }
      part.dueMs = Math.max(part.dueMs, dueMs);
      end = reader.messageEnd;
    }
    take();
  }
  return parts;
}

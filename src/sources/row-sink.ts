import type { LevelIndex } from '../domain/level.ts';

/** Where a source puts what it reads, as bytes: no object and no string is made per row. */
export interface RowSink {
  /** Index of the service whose name is the UTF-8 `bytes[start, end)`; the same name always has the same index. */
  service(bytes: Uint8Array, start: number, end: number): number;
  /** One row; its message is the valid UTF-8 `bytes[start, end)`, which is copied before this returns. */
  add(bytes: Uint8Array, start: number, end: number, timestampMs: number, level: LevelIndex, service: number): void;
}

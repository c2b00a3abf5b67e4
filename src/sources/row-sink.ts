import type { LevelIndex } from '../domain/level.ts';

/** Where a source puts what it reads, as bytes: no object and no string is made per row. */
export interface RowSink {
  /** Index of the service whose name is the UTF-8 `bytes[start, end)`; the same name always has the same index. */
  service(bytes: Uint8Array, start: number, end: number): number;
  /** One row; its message is the valid UTF-8 `bytes[start, end)`, which is copied before this returns. */
  add(bytes: Uint8Array, start: number, end: number, timestampMs: number, level: LevelIndex, service: number): void;
  /** Where the sink can take JSON records by itself. */
  readonly taker?: RecordTaker | undefined;
}

/** What a reader of JSON lines does with a record beside reading it. */
export interface RecordRules {
  /** Index of the service of records that name none. */
  defaultService: number;
  /** Whether a weak hint (a syslog tag) may name the service. */
  hints: boolean;
  /** Rows outside [startMs, endMs) are dropped. */
  startMs: number;
  endMs: number;
}

/** Rows that a window leaves out, and their first and last time in epoch milliseconds; of none, the first is after the last. */
export interface RowsOutside {
  rows: number;
  firstMs: number;
  lastMs: number;
}

/** Takes plain JSON records straight from the stretch of the file that a reader looks at, as the reader would. */
export interface RecordTaker {
  /** Memory that the file is to be read into. */
  readonly stretch: Buffer;
  begin(rules: RecordRules): void;
  /** Takes the lines of `stretch[start, end)` up to the first that is no plain record, or not whole; answers where. */
  take(start: number, end: number): number;
  /** Lines taken by the last `take`, and the time of the last record taken. */
  readonly lines: number;
  readonly lastMs: number;
  /** Of the last `take` the records that are not in the window; of none, the first time is after the last. */
  readonly outside: RowsOutside;
}

import { PACKED_ROW_HEADER_BYTES } from '../domain/packed-rows.ts';

const ROWS_AT_FIRST = 16_384;
/** Beyond it, making a view and a native copy is cheaper than a loop. */
const LOOP_COPY_BYTES_MAX = 96;

/** A row at which a sorted stream stands; its message is `bytes[messageStart, messageEnd)`, good until `next()`. */
export interface RowCursor {
  bytes: Uint8Array;
  messageStart: number;
  messageEnd: number;
  timestampMs: number;
  level: number;
  service: number;
  next(): boolean;
}

/**
 * Packed rows in memory with an index beside them: for each row its time, service, chunk and offset in the chunk.
 * The chunks may be somebody else's; sorting moves nothing but numbers.
 */
export class RowRun {
  readonly chunks: Uint8Array[] = [];
  times = new Float64Array(ROWS_AT_FIRST);
  services = new Uint32Array(ROWS_AT_FIRST);
  chunkOf = new Uint32Array(ROWS_AT_FIRST);
  offsets = new Uint32Array(ROWS_AT_FIRST);
  count = 0;
  /** Whether times never fell from one row to the next so far. */
  timeOrdered = true;

  get indexBytes(): number {
    return this.times.length * 20;
  }

  push(timestampMs: number, service: number, chunk: number, offset: number): void {
    const at = this.count;
    if (at === this.times.length) this.#grow();
    if (at > 0 && timestampMs < (this.times[at - 1] as number)) this.timeOrdered = false;
    this.times[at] = timestampMs;
    this.services[at] = service;
    this.chunkOf[at] = chunk;
    this.offsets[at] = offset;
    this.count = at + 1;
  }

  clear(): void {
    this.count = 0;
    this.timeOrdered = true;
  }

  #grow(): void {
    const rows = this.times.length * 2;
    this.times = grown(this.times, new Float64Array(rows));
    this.services = grown(this.services, new Uint32Array(rows));
    this.chunkOf = grown(this.chunkOf, new Uint32Array(rows));
    this.offsets = grown(this.offsets, new Uint32Array(rows));
  }
}

/** Rows of a run in the given order. */
export class RunCursor implements RowCursor {
  bytes: Uint8Array = new Uint8Array(0);
  messageStart = 0;
  messageEnd = 0;
  timestampMs = 0;
  level = 0;
  service = 0;
  readonly #run: RowRun;
  readonly #order: Uint32Array;
  #at = 0;

  constructor(run: RowRun, order: Uint32Array) {
    this.#run = run;
    this.#order = order;
  }

  next(): boolean {
    const at = this.#at++;
    if (at >= this.#run.count) return false;
    const run = this.#run;
    const row = this.#order[at] as number;
    const bytes = run.chunks[run.chunkOf[row] as number] as Uint8Array;
    const offset = run.offsets[row] as number;
    this.bytes = bytes;
    this.messageStart = offset + PACKED_ROW_HEADER_BYTES;
    this.messageEnd = this.messageStart + readLength(bytes, offset);
    this.timestampMs = run.times[row] as number;
    this.level = bytes[offset + 12] as number;
    this.service = run.services[row] as number;
    return true;
  }
}

/** The little-endian u32 at the head of a packed row. */
export function readLength(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > LOOP_COPY_BYTES_MAX) {
    to.set(from.subarray(start, end), at);
    return;
  }
  for (let i = start, j = at; i < end; i++, j++) to[j] = from[i] as number;
}

function grown<T extends Float64Array | Uint32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}

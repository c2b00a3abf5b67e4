import { endWithin } from '../domain/end-within.ts';
import type { LevelIndex } from '../domain/level.ts';
import type { RowSink } from '../sources/row-sink.ts';

const NUMBER_BYTES = 6;
const TAIL_BYTES = NUMBER_BYTES + 1;
/** A sorter keeps so much of a message; the number behind it must not be cut. */
const MESSAGE_BYTES_MAX = (1 << 20) - TAIL_BYTES;

/** Where a row stands, and where its text does, once it comes back from the sorter. */
export interface NumberedRow {
  /** In the order in which the file has it, from 0. */
  number: number;
  start: number;
  end: number;
}

/**
 * Gives every row its number on the way to a sorter, as bytes beside the message.
 *
 * Behind the message and a NUL it leaves the sorter's order as it is: rows of one time and service are ordered by their
 * messages, and only equal ones by number. Before the message (`inFileOrder`) it keeps the file's order.
 */
export class NumberedRows implements RowSink {
  readonly #sorter: RowSink;
  readonly #inFileOrder: boolean;
  #scratch = Buffer.alloc(4096);
  #count = 0;

  constructor(sorter: RowSink, inFileOrder: boolean) {
    this.#sorter = sorter;
    this.#inFileOrder = inFileOrder;
  }

  service(bytes: Uint8Array, start: number, end: number): number {
    return this.#sorter.service(bytes, start, end);
  }

  add(bytes: Uint8Array, start: number, end: number, timestampMs: number, level: LevelIndex, service: number): void {
    const cut = endWithin(bytes, start, end, MESSAGE_BYTES_MAX);
    const length = cut - start;
    if (length + TAIL_BYTES > this.#scratch.length) this.#scratch = Buffer.alloc((length + TAIL_BYTES) * 2);
    const scratch = this.#scratch;
    scratch.set(bytes.subarray(start, cut), this.#inFileOrder ? TAIL_BYTES : 0);
    if (this.#inFileOrder) scratch.writeUIntBE(this.#count, 0, NUMBER_BYTES);
    else scratch.writeUIntBE(this.#count, length + 1, NUMBER_BYTES);
    scratch[this.#inFileOrder ? NUMBER_BYTES : length] = 0;
    this.#count++;
    this.#sorter.add(scratch, 0, length + TAIL_BYTES, timestampMs, level, service);
  }
}

/** Takes number and message apart again; writes to `row`. */
export function readNumbered(
  bytes: Uint8Array,
  start: number,
  end: number,
  inFileOrder: boolean,
  row: NumberedRow,
): void {
  const at = inFileOrder ? start : end - NUMBER_BYTES;
  const high = (bytes[at] as number) * 256 + (bytes[at + 1] as number);
  row.number = high * 2 ** 32 + readUint32(bytes, at + 2);
  row.start = inFileOrder ? start + TAIL_BYTES : start;
  row.end = inFileOrder ? end : end - TAIL_BYTES;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

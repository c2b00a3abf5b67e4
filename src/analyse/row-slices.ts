import { PACKED_ROW_HEADER_BYTES, writePackedHeader } from '../domain/packed-rows.ts';
import type { ServiceIndex } from '../sources/service-index.ts';
import { copyBytes } from './row-run.ts';
import type { RowCursor } from './row-run.ts';

const SLICE_ROWS_MAX = 1000;
const SLICE_BYTES_MAX = 4 << 20;
const BYTES_AT_FIRST = 128 << 10;

/** Packed rows of one service that follow one another in the sorted order. */
export interface PackedRows {
  service: string;
  bytes: Uint8Array;
}

/** At most 1,000 rows in order, split where the service changes. */
export type PackedBatch = PackedRows[];

/** A slice as it crosses to the consumer's thread: one buffer, and for each part its service and where it ends. */
export interface RowSlice {
  bytes: Uint8Array<ArrayBuffer>;
  services: string[];
  ends: number[];
}

/** Packs sorted rows into slices and sends each as soon as it is full. */
export class RowSlicer {
  readonly #services: ServiceIndex;
  readonly #send: (slice: RowSlice) => void;
  #bytes = new Uint8Array(BYTES_AT_FIRST);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;
  #rows = 0;
  #service = -1;
  #names: string[] = [];
  #ends: number[] = [];

  constructor(services: ServiceIndex, send: (slice: RowSlice) => void) {
    this.#services = services;
    this.#send = send;
  }

  add(row: RowCursor): void {
    const length = row.messageEnd - row.messageStart;
    const needed = PACKED_ROW_HEADER_BYTES + length;
    if (this.#rows === SLICE_ROWS_MAX || (this.#rows > 0 && this.#used + needed > SLICE_BYTES_MAX)) this.flush();
    if (this.#used + needed > this.#bytes.length) this.#grow(this.#used + needed);
    if (row.service !== this.#service) {
      this.#names.push(this.#services.names[row.service]!);
      this.#ends.push(0);
      this.#service = row.service;
    }
    writePackedHeader(this.#view, this.#used, length, row.timestampMs, row.level);
    copyBytes(row.bytes, row.messageStart, row.messageEnd, this.#bytes, this.#used + PACKED_ROW_HEADER_BYTES);
    this.#used += needed;
    this.#ends[this.#ends.length - 1] = this.#used;
    this.#rows++;
  }

  flush(): void {
    if (this.#rows === 0) return;
    this.#send({ bytes: this.#bytes.slice(0, this.#used), services: this.#names, ends: this.#ends });
    this.#used = 0;
    this.#rows = 0;
    this.#service = -1;
    this.#names = [];
    this.#ends = [];
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

export function batchOfSlice({ bytes, services, ends }: RowSlice): PackedBatch {
  return services.map((service, part) => ({
    service,
    bytes: bytes.subarray(part === 0 ? 0 : ends[part - 1], ends[part]),
  }));
}

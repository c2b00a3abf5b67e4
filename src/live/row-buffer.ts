import { PACKED_ROW_HEADER_BYTES, writePackedHeader } from '../domain/packed-rows.ts';

const CHUNK_BYTES_MIN = 4 * 1024;
const CHUNK_BYTES_MAX = 256 * 1024;
/** Of the spare chunks that were not needed from one lending to the next, how many are let go of. */
const SURPLUS_SHARE = 1 / 16;
/** Where rows expire less comes in than before, so that few of their chunks are needed again. */
const SPARE_OF_EXPIRED_MAX = 16;

/** Packed rows on shared memory: append-only, so another thread may read the first `usedBytes` at any time. */
export interface RowChunk {
  bytes: Uint8Array;
  view: DataView;
  usedBytes: number;
  rows: number;
  newestReceivedMs: number;
  /** How often the buffer had been lent before this chunk came to be: later readers only can see it. */
  lendings: number;
}

export interface RowBufferOptions {
  /** Bytes of all chunks of this buffer together. */
  bytesMax: number;
  ageMaxMs: number;
}

/** What of one service is in the buffer: a view of each chunk, none of it copied. */
export interface BufferedService {
  service: string;
  chunks: Uint8Array[];
}

interface ServiceRows {
  chunks: RowChunk[];
  bytes: number;
}

/**
 * The rolling buffer of a shard: each service's latest rows, bounded by age and by bytes over all its services.
 * When bytes run out the service that holds most gives up its oldest chunk, so a loud one cannot erase a quiet one.
 */
export class RowBuffer {
  readonly #options: RowBufferOptions;
  readonly #services = new Map<string, ServiceRows>();
  /**
   * Full-size chunks to use again, at which no reader looks. Shared memory that is let go of instead stays until every
   * thread that has seen it collects its garbage, and collectors do not reckon with it: it would pile up.
   */
  readonly #spare: RowChunk[] = [];
  /** The fewest spare ones since the buffer was last lent: so many were not needed. */
  #spareLeast = 0;
  /** Full-size chunks that were dropped while a reader looked at them. */
  #awaited: RowChunk[] = [];
  /** Numbers of the lendings under way. */
  readonly #readers = new Set<number>();
  #lendings = 0;
  #bytes = 0;
  #rows = 0;
  #evictedRows = 0;

  constructor(options: RowBufferOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get rows(): number {
    return this.#rows;
  }

  get evictedRows(): number {
    return this.#evictedRows;
  }

  /** Keeps one row; its message is `source[start, end)`. Rows larger than the whole buffer are not kept. */
  append(
    service: string,
    source: Uint8Array,
    start: number,
    end: number,
    timestampMs: number,
    level: number,
    receivedMs: number,
  ): void {
    const needed = PACKED_ROW_HEADER_BYTES + end - start;
    const chunk = this.#chunkWithRoom(service, needed);
    if (chunk === undefined) {
      this.#evictedRows++;
      return;
    }
    const at = chunk.usedBytes;
    writePackedHeader(chunk.view, at, end - start, timestampMs, level);
    copyBytes(source, start, end, chunk.bytes, at + PACKED_ROW_HEADER_BYTES);
    chunk.usedBytes = at + needed;
    chunk.rows++;
    if (receivedMs > chunk.newestReceivedMs) chunk.newestReceivedMs = receivedMs;
    this.#rows++;
  }

  /** Drops chunks whose newest row came in before the age limit. */
  expire(nowMs: number): void {
    for (const [service, rows] of this.#services) {
      while (rows.chunks[0] !== undefined && rows.chunks[0].newestReceivedMs < nowMs - this.#options.ageMaxMs)
        this.#dropOldest(service, rows, this.#spare.length < SPARE_OF_EXPIRED_MAX);
    }
  }

  /** Views of everything held. Call `release` when they are no longer read. */
  lend(): { services: BufferedService[]; release: () => void } {
    this.#spare.length -= Math.ceil(this.#spareLeast * SURPLUS_SHARE);
    this.#spareLeast = this.#spare.length;
    const reader = ++this.#lendings;
    this.#readers.add(reader);
    const services = Array.from(this.#services, ([service, rows]) => ({
      service,
      chunks: rows.chunks.map((chunk) => chunk.bytes.subarray(0, chunk.usedBytes)),
    }));
    return { services, release: () => this.#release(reader) };
  }

  #release(reader: number): void {
    if (!this.#readers.delete(reader)) return;
    const dropped = this.#awaited;
    this.#awaited = [];
    for (const chunk of dropped) this.#keepForUse(chunk);
  }

  #keepForUse(chunk: RowChunk): void {
    const newestReader = Math.max(0, ...this.#readers);
    (chunk.lendings < newestReader ? this.#awaited : this.#spare).push(chunk);
  }

  #chunkWithRoom(service: string, needed: number): RowChunk | undefined {
    const rows = this.#services.get(service);
    const last = rows?.chunks.at(-1);
    if (last !== undefined && last.usedBytes + needed <= last.bytes.length) return last;
    const grown = last === undefined ? CHUNK_BYTES_MIN : Math.min(last.bytes.length * 2, CHUNK_BYTES_MAX);
    const size = Math.max(grown, needed);
    if (size > this.#options.bytesMax) return undefined;
    while (this.#bytes + size > this.#options.bytesMax) this.#dropFromLargest();
    const chunk = this.#takeChunk(size);
    this.#bytes += size;
    // Looked up again: making room may have dropped this very service.
    const held = this.#services.get(service);
    if (held === undefined) this.#services.set(service, { chunks: [chunk], bytes: size });
    else {
      held.chunks.push(chunk);
      held.bytes += size;
    }
    return chunk;
  }

  #takeChunk(size: number): RowChunk {
    const { bytes, view } = (size === CHUNK_BYTES_MAX ? this.#takeSpare() : undefined) ?? newMemory(size);
    return { bytes, view, usedBytes: 0, rows: 0, newestReceivedMs: 0, lendings: this.#lendings };
  }

  #takeSpare(): RowChunk | undefined {
    const spare = this.#spare.pop();
    this.#spareLeast = Math.min(this.#spareLeast, this.#spare.length);
    return spare;
  }

  #dropFromLargest(): void {
    let largest: [string, ServiceRows] | undefined;
    for (const entry of this.#services) {
      if (largest === undefined || entry[1].bytes > largest[1].bytes) largest = entry;
    }
    if (largest !== undefined) this.#dropOldest(...largest, true);
  }

  #dropOldest(service: string, rows: ServiceRows, keep: boolean): void {
    const chunk = rows.chunks.shift();
    if (chunk === undefined) return;
    rows.bytes -= chunk.bytes.length;
    this.#bytes -= chunk.bytes.length;
    this.#rows -= chunk.rows;
    this.#evictedRows += chunk.rows;
    if (rows.chunks.length === 0) this.#services.delete(service);
    if (keep && chunk.bytes.length === CHUNK_BYTES_MAX) this.#keepForUse(chunk);
  }
}

function newMemory(size: number): Pick<RowChunk, 'bytes' | 'view'> {
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Short messages are copied by hand: making a view costs more than a hundred bytes do. */
function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  if (end - start > 96) {
    target.set(source.subarray(start, end), at);
    return;
  }
  for (let from = start, to = at; from < end; from++, to++) target[to] = source[from] as number;
}

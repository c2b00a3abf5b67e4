import { endWithin } from '../domain/end-within.ts';
import { PACKED_ROW_HEADER_BYTES, PackedRowReader, writePackedHeader } from '../domain/packed-rows.ts';
import type { LevelIndex } from '../domain/level.ts';
import type { RowSink } from '../sources/row-sink.ts';
import type { ServiceIndex } from '../sources/service-index.ts';
import { mergeRows } from './merge-rows.ts';
import { RowRun, RunCursor, copyBytes } from './row-run.ts';
import type { RowCursor } from './row-run.ts';
import { sortRows } from './sort-rows.ts';
import { SpillFile } from './spill-file.ts';

const BUDGET_BYTES = 48 << 20;
const CHUNK_BYTES_MIN = 256 << 10;
const CHUNK_BYTES_MAX = 4 << 20;
/** Rows of a run at most: the index and the radix passes cost 36 bytes a row beside the rows themselves. */
const RUN_ROWS_MAX = 1 << 20;
const MESSAGE_BYTES_MAX = 1 << 20;

export interface RowSorterOptions {
  /** Rows and index that may stay in memory before a sorted run goes to disk. */
  budgetBytes?: number | undefined;
  runRowsMax?: number | undefined;
  /** Folder for temporary files; the system's by default. */
  tempDir?: string | undefined;
}

/**
 * Takes rows in any order and gives them back in the order (timestamp, service, message, level), so that the same set
 * of rows always gives the same analysis. An external merge sort: what outgrows the budget is sorted and spilled.
 * Rows that come in order already cost no sorting.
 */
export class RowSorter implements RowSink {
  readonly #services: ServiceIndex;
  readonly #budgetBytes: number;
  readonly #runRowsMax: number;
  readonly #spill: SpillFile;
  /** Complete runs over memory of others; they need no spilling, as they own nothing but their index. */
  readonly #lentRuns: RowRun[] = [];
  #run = new RowRun();
  #views: DataView[] = [];
  #chunk = -1;
  #used = 0;
  #arenaBytes = 0;
  #rows = 0;
  #cut = 0;
  /** Rows that `visit` passes over, the oldest. */
  #skipped = 0;
  #startMs = Infinity;
  #endMs = -Infinity;

  constructor(services: ServiceIndex, options: RowSorterOptions = {}) {
    this.#services = services;
    this.#budgetBytes = options.budgetBytes ?? BUDGET_BYTES;
    this.#runRowsMax = options.runRowsMax ?? RUN_ROWS_MAX;
    this.#spill = new SpillFile(options.tempDir);
  }

  get rows(): number {
    return this.#rows - this.#skipped;
  }

  /** Time of the first row; Infinity when there is none. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Time of the last row; -Infinity when there is none. */
  get endMs(): number {
    return this.#endMs;
  }

  /** Messages longer than 1 MiB, of which only the head is kept. */
  get cutMessages(): number {
    return this.#cut;
  }

  get spilledRuns(): number {
    return this.#spill.runs;
  }

  service(bytes: Uint8Array, start: number, end: number): number {
    return this.#services.ofBytes(bytes, start, end);
  }

  add(bytes: Uint8Array, start: number, end: number, timestampMs: number, level: LevelIndex, service: number): void {
    const cut = endWithin(bytes, start, end, MESSAGE_BYTES_MAX);
    if (cut < end) this.#cut++;
    const length = cut - start;
    const needed = PACKED_ROW_HEADER_BYTES + length;
    let chunk = this.#run.chunks[this.#chunk];
    if (chunk === undefined || this.#used + needed > chunk.length || this.#run.count >= this.#runRowsMax) {
      chunk = this.#makeRoom(needed);
    }
    const at = this.#used;
    writePackedHeader(this.#views[this.#chunk] as DataView, at, length, timestampMs, level);
    copyBytes(bytes, start, start + length, chunk, at + PACKED_ROW_HEADER_BYTES);
    this.#run.push(timestampMs, service, this.#chunk, at);
    this.#used = at + needed;
    this.#rows++;
    if (timestampMs < this.#startMs) this.#startMs = timestampMs;
    if (timestampMs > this.#endMs) this.#endMs = timestampMs;
  }

  /** Packed rows of one service with startMs <= time < endMs. They are not copied and must stay as they are. */
  addLent(bytes: Uint8Array, service: number, startMs: number, endMs: number): void {
    const reader = new PackedRowReader(bytes);
    let chunk = this.#run.chunks.push(bytes) - 1;
    while (reader.next()) {
      if (!(reader.timestampMs >= startMs && reader.timestampMs < endMs)) continue;
      if (this.#run.count >= this.#runRowsMax) {
        this.#lentRuns.push(this.#run);
        this.#run = new RowRun();
        chunk = this.#run.chunks.push(bytes) - 1;
      }
      this.#run.push(reader.timestampMs, service, chunk, reader.messageStart - PACKED_ROW_HEADER_BYTES);
      this.#rows++;
      if (reader.timestampMs < this.#startMs) this.#startMs = reader.timestampMs;
      if (reader.timestampMs > this.#endMs) this.#endMs = reader.timestampMs;
    }
  }

  /** Visits every row in order, once. */
  visit(visit: (row: RowCursor) => void): void {
    const ranks = this.#services.ranks();
    const inMemory = [...this.#lentRuns, this.#run].map((run) => new RunCursor(run, sortRows(run, ranks)));
    let left = this.#skipped;
    const kept = left === 0 ? visit : (row: RowCursor) => (left > 0 ? void left-- : visit(row));
    mergeRows([...this.#spill.cursors(), ...inMemory], ranks, kept);
  }

  /** Forgets all rows but the last `count` in their order. */
  keepNewest(count: number): void {
    if (this.rows <= count) return;
    this.#skipped = this.#rows - count;
    this.#startMs = Infinity;
    this.visit(({ timestampMs }) => {
      if (timestampMs < this.#startMs) this.#startMs = timestampMs;
    });
  }

  /** Gives back memory and the temporary file. */
  close(): void {
    this.#spill.close();
    this.#lentRuns.length = 0;
    this.#run = new RowRun();
    this.#views = [];
    this.#chunk = -1;
  }

  /** The next chunk to write into: one of an earlier run, a new one, or the first after a spill. */
  #makeRoom(needed: number): Uint8Array {
    if (this.#run.count >= this.#runRowsMax) this.#spillRun();
    const next = this.#run.chunks[this.#chunk + 1];
    this.#used = 0;
    if (next !== undefined && next.length >= needed) {
      this.#chunk++;
      return next;
    }
    const grown = Math.min(CHUNK_BYTES_MAX, Math.max(CHUNK_BYTES_MIN, this.#arenaBytes));
    const size = Math.max(needed, grown);
    if (this.#run.count > 0 && this.#arenaBytes + size + this.#run.indexBytes > this.#budgetBytes) {
      this.#spillRun();
      return this.#makeRoom(needed);
    }
    const bytes = new Uint8Array(size);
    this.#arenaBytes += size;
    this.#chunk++;
    this.#run.chunks.splice(this.#chunk, 0, bytes);
    this.#views.splice(this.#chunk, 0, new DataView(bytes.buffer));
    return bytes;
  }

  #spillRun(): void {
    this.#spill.append(new RunCursor(this.#run, sortRows(this.#run, this.#services.ranks())));
    this.#run.clear();
    this.#chunk = -1;
  }
}

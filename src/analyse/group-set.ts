import { TimeBuckets } from '../cluster/time-buckets.ts';
import type { LevelIndex } from '../domain/level.ts';
import { PACKED_ROW_HEADER_BYTES, writePackedHeader } from '../domain/packed-rows.ts';
import { GroupsUnsettled } from '../sources/pull/row-groups.ts';
import type { GroupSink, RowGroup } from '../sources/pull/row-groups.ts';
import { ServiceIndex, ServicesOverflow } from '../sources/service-index.ts';
import type { FirstRow } from './count/first-rows.ts';
import { RowRun, RunCursor } from './row-run.ts';
import type { RowCursor } from './row-run.ts';
import { sortRows } from './sort-rows.ts';

/** Text of all samples together. */
const BYTES_MAX = 192 << 20;
const ROWS_MAX = 2_000_000;
const CHUNK_BYTES = 4 << 20;
const MESSAGE_BYTES_MAX = 1 << 20;

/** One group, without its samples. */
export interface HeldGroup {
  key: string;
  service: number;
  level: LevelIndex;
  count: number;
  lastMs: number;
  times: TimeBuckets;
}

/** As `RowGroup`, with the texts of its first rows as bytes. */
export interface CountedRows extends Omit<RowGroup, 'samples' | 'bucketCounts'> {
  first: readonly FirstRow[];
  bucketCounts: ArrayLike<number>;
}

/** The groups of a window, with their samples as packed rows that are visited in the order in which rows are. */
export class GroupSet implements GroupSink {
  readonly groups: HeldGroup[] = [];
  #services = new ServiceIndex();
  #run = new RowRun();
  #groupOf: number[] = [];
  #bytes = 0;
  #used = CHUNK_BYTES;
  #view = new DataView(new ArrayBuffer(0));
  firstMs = 0;
  lastMs = 0;
  rows = 0;

  get services(): ServiceIndex {
    return this.#services;
  }

  begin(firstMs: number, lastMs: number, rows: number): void {
    this.firstMs = firstMs;
    this.lastMs = lastMs;
    this.rows = rows;
    this.groups.length = 0;
    this.#services = new ServiceIndex();
    this.#run = new RowRun();
    this.#groupOf = [];
    this.#bytes = 0;
    this.#used = CHUNK_BYTES;
  }

  add({ samples, ...group }: RowGroup): void {
    this.addCounted({
      ...group,
      first: samples.map(({ timestampMs, message }) => ({ timeMs: timestampMs, message: encoder.encode(message) })),
    });
  }

  /** Gives the service a number although no row of it may come. */
  admit(service: string): void {
    this.#numberOf(service);
  }

  addCounted({ key, service, level, count, lastMs, first, bucketCounts }: CountedRows): void {
    const times = new TimeBuckets();
    for (let bucket = 0; bucket < bucketCounts.length; bucket++) {
      const rows = bucketCounts[bucket]!;
      if (rows === 0) continue;
      times.numbers.push(bucket);
      times.counts.push(rows);
    }
    const number = this.#numberOf(service);
    this.groups.push({ key, service: number, level, count, lastMs, times });
    for (const { timeMs, message } of first) this.#addRow(message, timeMs, level, number);
  }

  /** Visits all samples in the order (timestamp, service, message, level), with the number of their group. */
  visit(visit: (row: RowCursor, group: number) => void): void {
    const order = sortRows(this.#run, this.#services.ranks());
    const cursor = new RunCursor(this.#run, order);
    for (const row of order) {
      cursor.next();
      visit(cursor, this.#groupOf[row]!);
    }
  }

  #numberOf(service: string): number {
    try {
      return this.#services.ofName(service);
    } catch (error) {
      if (error instanceof ServicesOverflow)
        throw new GroupsUnsettled('the window has more services than have a place');
      throw error;
    }
  }

  #addRow(text: Uint8Array, timestampMs: number, level: LevelIndex, service: number): void {
    const needed = PACKED_ROW_HEADER_BYTES + text.length;
    this.#bytes += needed;
    if (text.length > MESSAGE_BYTES_MAX) throw new GroupsUnsettled('the window has messages above 1 MiB');
    if (this.#bytes > BYTES_MAX || this.#run.count >= ROWS_MAX)
      throw new GroupsUnsettled('the window has too many different lines');
    const { chunks } = this.#run;
    if (this.#used + needed > (chunks.at(-1)?.length ?? 0)) {
      const chunk = new Uint8Array(Math.max(CHUNK_BYTES, needed));
      chunks.push(chunk);
      this.#view = new DataView(chunk.buffer);
      this.#used = 0;
    }
    writePackedHeader(this.#view, this.#used, text.length, timestampMs, level);
    chunks.at(-1)!.set(text, this.#used + PACKED_ROW_HEADER_BYTES);
    this.#run.push(timestampMs, service, chunks.length - 1, this.#used);
    this.#groupOf.push(this.groups.length - 1);
    this.#used += needed;
  }
}

const encoder = new TextEncoder();

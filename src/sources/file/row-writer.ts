import { isUtf8 } from 'node:buffer';

import type { LevelIndex } from '../../domain/level.ts';
import { UNKNOWN_SERVICE } from '../../domain/row.ts';
import type { DateOrder } from '../record/date-order.ts';
import type { RowSink } from '../row-sink.ts';
import { addOutside, countOutside } from './byte-consumer.ts';
import type { ReadCounts } from './byte-consumer.ts';

export interface RowWriterOptions {
  sink: RowSink;
  counts: ReadCounts;
  /** For rows that do not name a service themselves; undefined lets weaker hints (a syslog tag) name it. */
  service: string | undefined;
  /** Time of rows before the first that has one. */
  untimedMs: number;
  /** How dates with slashes are meant; month first when absent. */
  dateOrder?: DateOrder;
  /** Rows outside [startMs, endMs) are dropped. */
  startMs: number;
  endMs: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The last step of every format: gives untimed rows a time, applies the window, makes the text valid UTF-8. */
export class RowWriter {
  readonly sink: RowSink;
  readonly counts: ReadCounts;
  readonly namedService: string | undefined;
  readonly defaultService: number;
  readonly dateOrder: DateOrder;
  /** Rows written so far, those outside the window included. */
  seen = 0;
  /** Whether a row before the first that says its time says none. */
  startsUntimed = false;
  #isTimed = false;
  readonly #startMs: number;
  readonly #endMs: number;
  #lastMs: number;

  constructor(options: RowWriterOptions) {
    this.sink = options.sink;
    this.counts = options.counts;
    this.namedService = options.service;
    this.dateOrder = options.dateOrder ?? 'month-first';
    this.#startMs = options.startMs;
    this.#endMs = options.endMs;
    this.#lastMs = options.untimedMs;
    this.defaultService = this.serviceOf(options.service ?? UNKNOWN_SERVICE);
    const { startMs, endMs } = options;
    const hints = options.service === undefined;
    this.sink.taker?.begin({ defaultService: this.defaultService, hints, startMs, endMs });
  }

  /** Has the sink take JSON records from `bytes[start, end)` where it can; answers up to where it did. */
  takeRecords(bytes: Buffer, start: number, end: number): number {
    const { taker } = this.sink;
    if (taker?.stretch !== bytes) return start;
    const at = taker.take(start, end);
    this.seen += taker.lines;
    addOutside(this.counts.outside, taker.outside);
    if (taker.lines === 0) return at;
    this.#lastMs = taker.lastMs;
    this.#isTimed = true;
    return at;
  }

  /** Lines that `takeRecords` took last. */
  get linesTaken(): number {
    return this.sink.taker?.lines ?? 0;
  }

  serviceOf(name: string): number {
    const bytes = encoder.encode(name);
    return this.sink.service(bytes, 0, bytes.length);
  }

  /** @param timestampMs NaN where the row has none; it takes the time of the row before it. */
  write(
    bytes: Uint8Array,
    start: number,
    end: number,
    timestampMs: number,
    level: LevelIndex,
    service: number,
    validUtf8: boolean,
  ): void {
    this.seen++;
    let time = timestampMs;
    const isUntimed = Number.isNaN(time);
    if (isUntimed) {
      time = this.#lastMs;
      if (!this.#isTimed) this.startsUntimed = true;
    } else {
      this.#lastMs = time;
      this.#isTimed = true;
    }
    const isInside = time >= this.#startMs && time < this.#endMs;
    if (isUntimed) this.counts[isInside ? 'untimedRows' : 'untimedOutside']++;
    if (!isInside) {
      countOutside(this.counts.outside, time);
      return;
    }
    if (validUtf8 || isUtf8(bytes.subarray(start, end))) this.sink.add(bytes, start, end, time, level, service);
    else this.#writeText(decoder.decode(bytes.subarray(start, end)), time, level, service);
  }

  #writeText(text: string, timestampMs: number, level: LevelIndex, service: number): void {
    const bytes = encoder.encode(text);
    this.sink.add(bytes, 0, bytes.length, timestampMs, level, service);
  }
}

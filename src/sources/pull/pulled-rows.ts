import { sniffLevelOfText } from '../../domain/level-sniff.ts';
import { INFO } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { UNKNOWN_SERVICE } from '../../domain/row.ts';
import { recordFields } from '../record/record-fields.ts';
import { TimestampReader } from '../record/timestamp-reader.ts';
import type { RowSink } from '../row-sink.ts';

/** Rows beyond the limit that are taken because they share the instant of the last one wanted. */
const TIES_MAX = 100_000;
/** A sorter keeps so much of a message. */
const MESSAGE_BYTES_MAX = 1 << 20;

export interface PulledRowsOptions {
  sink: RowSink;
  /** Rows outside [startMs, endMs) are dropped. Epoch milliseconds. */
  startMs: number;
  endMs: number;
  /** Rows that are wanted at most: the newest. */
  maxRows: number;
  /** Called with the number of rows so far. */
  onRow?: ((count: number) => void) | undefined;
}

/** Where a source puts the rows that it pulls. It keeps count, so that the newest `maxRows` of the window are among them. */
export class PulledRows {
  readonly startMs: number;
  readonly endMs: number;
  readonly maxRows: number;
  /** Reads timestamps that are written in words; years that are not written are those of the window's end. */
  readonly timestamps: TimestampReader;
  /** Rows taken; may go beyond `maxRows` by those of one instant or one slice. */
  count = 0;
  /** Whether a row of the window was refused as too old. */
  refused = false;
  #missed = false;
  readonly #sink: RowSink;
  readonly #onRow: (count: number) => void;
  #oldestMs = Infinity;
  #lastMs: number;
  #scratch = Buffer.allocUnsafe(16 << 10);
  #serviceName = '';
  #service = -1;

  constructor({ sink, startMs, endMs, maxRows, onRow = () => {} }: PulledRowsOptions) {
    this.startMs = startMs;
    this.endMs = endMs;
    this.maxRows = maxRows;
    this.timestamps = new TimestampReader(endMs);
    this.#lastMs = endMs - 1;
    this.#sink = sink;
    this.#onRow = onRow;
  }

  get isEnough(): boolean {
    return this.count >= this.maxRows;
  }

  /** Whether the window has more rows than are wanted; certain once the pull is over. */
  get truncated(): boolean {
    return this.refused || this.#missed || this.count > this.maxRows;
  }

  /** Rows of the window cannot be had from the store: what is there is not all. */
  miss(): void {
    this.#missed = true;
  }

  /**
   * One row. Lone surrogates become U+FFFD. A row without a time (NaN) takes that of the row before it; without a
   * level, the one at the head of its message, else info; without a service, `unknown_service`.
   *
   * @returns false when enough newer rows are there: neither this row nor any older one is wanted.
   */
  add(message: string, timestampMs: number, level?: LevelIndex, service?: string): boolean {
    const time = Number.isNaN(timestampMs) ? this.#lastMs : timestampMs;
    this.#lastMs = time;
    if (time < this.startMs || time >= this.endMs) return true;
    if (this.count >= this.maxRows && (time < this.#oldestMs || this.count >= this.maxRows + TIES_MAX)) {
      this.refused = true;
      return false;
    }
    if (time < this.#oldestMs) this.#oldestMs = time;
    const known = level ?? sniffLevelOfText(message) ?? INFO;
    const length = this.#encode(message);
    this.#sink.add(this.#scratch, 0, length, time, known, this.#serviceOf(service));
    this.count++;
    this.#onRow(this.count);
    return true;
  }

  /** A structured record whose fields are named as loggers and shippers do (see `recordFields`). */
  addRecord(record: Record<string, unknown>, fallback: { timestampMs?: number; service?: string } = {}): boolean {
    const { message, timestampMs, level, service } = recordFields(record, this.timestamps, true);
    const time = Number.isNaN(timestampMs) ? (fallback.timestampMs ?? Number.NaN) : timestampMs;
    return this.add(message, time, level, service ?? fallback.service);
  }

  #encode(text: string): number {
    // A UTF-16 unit takes three bytes at most.
    const needed = Math.min(3 * text.length, MESSAGE_BYTES_MAX + 4);
    if (this.#scratch.length < needed) this.#scratch = Buffer.allocUnsafe(Math.min(2 * needed, MESSAGE_BYTES_MAX + 4));
    return encoder.encodeInto(text, this.#scratch).written;
  }

  /** Rows of one service mostly come in a row. */
  #serviceOf(given: string | undefined): number {
    const name = given === undefined || given.trim() === '' ? UNKNOWN_SERVICE : given;
    if (name !== this.#serviceName) {
      const bytes = encoder.encode(name);
      this.#service = this.#sink.service(bytes, 0, bytes.length);
      this.#serviceName = name;
    }
    return this.#service;
  }
}

const encoder = new TextEncoder();

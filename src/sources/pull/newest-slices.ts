import type { LevelIndex } from '../../domain/level.ts';
import type { PulledRows } from './pulled-rows.ts';

const FIRST_WIDTH_MS = 60_000;
const WIDER = 4;
const NARROWER = 8;

/** What a slice may hold before its rows are passed on; a fuller one is pulled again in narrower ones. */
export interface SliceBounds {
  rowsMax: number;
  /** UTF-16 units of all messages. */
  charsMax: number;
}

const BOUNDS: SliceBounds = { rowsMax: 50_000, charsMax: 32 << 20 };

/** One slice of a window, startMs <= time < endMs, and where its rows go, in any order. */
export interface Slice {
  readonly startMs: number;
  readonly endMs: number;
  /** @returns false when no more rows of this slice are wanted: its pull may end. */
  add(message: string, timestampMs: number, level?: LevelIndex, service?: string): boolean;
}

/**
 * For stores that only read forward in time: pulls the window slice by slice from its end towards its start, until the
 * newest `maxRows` rows are there or the window is done.
 *
 * A slice is held back until it is whole, as its newest rows come last. One that does not fit is given up and pulled
 * again in narrower ones; a slice of one millisecond is not held back, as all its rows are of the same age. Slices
 * grow while they bring little, so that a quiet week costs few calls.
 */
export async function pullNewestSlices(
  rows: PulledRows,
  pullSlice: (slice: Slice) => Promise<void>,
  bounds: SliceBounds = BOUNDS,
): Promise<void> {
  let { endMs } = rows;
  let widthMs = FIRST_WIDTH_MS;
  while (endMs > rows.startMs && !rows.refused) {
    const slice = new HeldSlice(rows, Math.max(rows.startMs, endMs - widthMs), endMs, bounds);
    await pullSlice(slice);
    if (slice.overflowed) {
      widthMs = Math.max(1, Math.floor((endMs - slice.startMs) / NARROWER));
      continue;
    }
    slice.passOn();
    endMs = slice.startMs;
    if (slice.fullness < 1 / (2 * WIDER)) widthMs *= WIDER;
    else if (slice.fullness > 0.5) widthMs = Math.max(1, widthMs >> 1);
  }
}

interface HeldRow {
  message: string;
  timestampMs: number;
  level: LevelIndex | undefined;
  service: string | undefined;
}

class HeldSlice implements Slice {
  readonly startMs: number;
  readonly endMs: number;
  overflowed = false;
  readonly #rows: PulledRows;
  readonly #bounds: SliceBounds;
  readonly #held: HeldRow[] = [];
  #count = 0;
  #chars = 0;

  constructor(rows: PulledRows, startMs: number, endMs: number, bounds: SliceBounds) {
    this.#rows = rows;
    this.startMs = startMs;
    this.endMs = endMs;
    this.#bounds = bounds;
  }

  /** How much of what may be held it brought. */
  get fullness(): number {
    return Math.max(this.#count / this.#bounds.rowsMax, this.#chars / this.#bounds.charsMax);
  }

  add(message: string, timestampMs: number, level?: LevelIndex, service?: string): boolean {
    // What lies outside belongs to another slice, which brings it too.
    if (!(timestampMs >= this.startMs && timestampMs < this.endMs)) return true;
    this.#count++;
    this.#chars += message.length;
    // With enough newer rows there, the first one of this slice only says that the window has more.
    if (this.endMs - this.startMs === 1 || this.#rows.isEnough) {
      return this.#rows.add(message, timestampMs, level, service);
    }
    this.overflowed ||= this.#count > this.#bounds.rowsMax || this.#chars > this.#bounds.charsMax;
    if (this.overflowed) {
      this.#held.length = 0;
      return false;
    }
    this.#held.push({ message, timestampMs, level, service });
    return true;
  }

  passOn(): void {
    this.#held.sort((a, b) => b.timestampMs - a.timestampMs);
    for (const { message, timestampMs, level, service } of this.#held) {
      if (!this.#rows.add(message, timestampMs, level, service)) return;
    }
  }
}

import type { Archive } from '../../domain/archive/archive.ts';

/** A line is part of a burst when at least this percentage of the lines of the last 60 s are errors, itself one. */
const ERROR_PERCENT_MIN = 60;
const LINES_MIN = 5;
const WINDOW_MS = 60_000;
const ENTRIES_MIN = 8;
const COUNT_MAX = 0xffffffff;

/**
 * Error share of one service over the window (t - 60 s, t] of event time, exact to the millisecond.
 *
 * Time never runs backwards: a line older than the latest seen counts at the latest. Lines of one millisecond share an
 * entry of a ring that doubles as it fills, so 60,000 entries (10 bytes each) are the most a window can hold.
 */
export class ErrorBurst {
  /** Milliseconds modulo 65,536: entries of a window differ by less than 60,000, so differences stay exact. */
  #times = new Uint16Array(ENTRIES_MIN);
  #lines = new Uint32Array(ENTRIES_MIN);
  #errors = new Uint32Array(ENTRIES_MIN);
  /** Oldest entry. */
  #head = 0;
  #entries = 0;
  #latestMs = -Infinity;
  #linesInWindow = 0;
  #errorsInWindow = 0;

  get entries(): number {
    return this.#entries;
  }

  get capacity(): number {
    return this.#times.length;
  }

  /** Counts a line; true when it is an error inside a burst. */
  add(timestampMs: number, isError: boolean): boolean {
    const ms = Math.floor(timestampMs);
    if (ms > this.#latestMs || this.#entries === 0) this.#advance(ms);
    this.#count(isError ? 1 : 0);
    return (
      isError &&
      this.#linesInWindow >= LINES_MIN &&
      this.#errorsInWindow * 100 >= this.#linesInWindow * ERROR_PERCENT_MIN
    );
  }

  /** From the oldest entry, wherever in the ring that stands. */
  archive(state: Archive): void {
    const entries = state.count(this.#entries);
    while (state.restoring && this.capacity < entries) this.#allocate(Math.min(this.capacity * 2, WINDOW_MS));
    this.#entries = entries;
    for (let i = 0; i < entries; i++) {
      const at = (this.#head + i) % this.capacity;
      this.#times[at] = state.count(this.#times[at]!);
      this.#lines[at] = state.count(this.#lines[at]!);
      this.#errors[at] = state.count(this.#errors[at]!);
    }
    this.#latestMs = state.number(this.#latestMs);
    this.#linesInWindow = state.count(this.#linesInWindow);
    this.#errorsInWindow = state.count(this.#errorsInWindow);
  }

  #advance(ms: number): void {
    const step = ms - this.#latestMs;
    if (step >= WINDOW_MS) this.#clear();
    else this.#expire(step);
    this.#latestMs = ms;
    if (this.#entries === this.capacity) this.#grow();
    const tail = (this.#head + this.#entries++) % this.capacity;
    // The array keeps the low 16 bits; a remainder of so large a number is a slow call.
    this.#times[tail] = ms;
    this.#lines[tail] = 0;
    this.#errors[tail] = 0;
  }

  /** A service that was quiet for a window gives its ring back. */
  #clear(): void {
    if (this.capacity > ENTRIES_MIN) this.#allocate(ENTRIES_MIN);
    this.#head = 0;
    this.#entries = 0;
    this.#linesInWindow = 0;
    this.#errorsInWindow = 0;
  }

  #expire(step: number): void {
    while (this.#entries > 0) {
      const age = step + ((this.#latestMs - this.#times[this.#head]!) & 0xffff);
      if (age < WINDOW_MS) return;
      this.#linesInWindow -= this.#lines[this.#head]!;
      this.#errorsInWindow -= this.#errors[this.#head]!;
      this.#head = (this.#head + 1) % this.capacity;
      this.#entries--;
    }
  }

  #count(error: number): void {
    const tail = (this.#head + this.#entries - 1) % this.capacity;
    // One more would wrap to 0 and never be taken out again.
    if (this.#lines[tail] === COUNT_MAX) return;
    this.#lines[tail]!++;
    this.#errors[tail]! += error;
    this.#linesInWindow++;
    this.#errorsInWindow += error;
  }

  #grow(): void {
    const { capacity } = this;
    const rings = [this.#times, this.#lines, this.#errors];
    this.#allocate(Math.min(capacity * 2, WINDOW_MS));
    [this.#times, this.#lines, this.#errors].forEach((ring, i) => {
      const old = rings[i]!;
      ring.set(old.subarray(this.#head));
      ring.set(old.subarray(0, this.#head), capacity - this.#head);
    });
    this.#head = 0;
  }

  #allocate(capacity: number): void {
    this.#times = new Uint16Array(capacity);
    this.#lines = new Uint32Array(capacity);
    this.#errors = new Uint32Array(capacity);
  }
}

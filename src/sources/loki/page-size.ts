/** Loki's own default of `max_entries_limit_per_query`. */
const ROWS_MAX = 5000;
/** How long lines are is not known before the first page. */
const FIRST_ROWS = 100;
const GROWTH = 8;
/**
 * A Loki of several processes, and one that talks to itself, passes an answer on as one message of 4 MiB at most by
 * default. It does not say so when a page is larger: it tries again until the query times out.
 */
const PAGE_BYTES = 2 << 20;
/** What an answer has beside its lines: statistics of the query. */
const OVERHEAD_BYTES = 4096;
/** Lines that share an instant are told apart two at a time at least. */
const ROWS_MIN = 2;

/** How many lines a page may have: as many as Loki allows, and few enough that its answer is not too large for it. */
export class PageSize {
  rows: number;
  #rowsMax: number;
  #entryBytes = 0;

  constructor(rowsMax: number) {
    this.#rowsMax = Math.min(ROWS_MAX, rowsMax);
    this.rows = Math.min(FIRST_ROWS, this.#rowsMax);
  }

  /** After a page of so many lines and bytes: the next may be larger, as far as lines of that length let it. */
  learn(entries: number, bytes: number): void {
    if (entries === 0) return;
    this.#entryBytes = Math.max(0, bytes - OVERHEAD_BYTES) / entries;
    if (entries >= this.rows) this.grow();
    this.rows = Math.min(this.rows, this.#byBytes());
  }

  /** @returns false when it cannot. */
  grow(): boolean {
    const before = this.rows;
    this.rows = Math.min(before * GROWTH, this.#rowsMax, Math.max(before, this.#byBytes()));
    return this.rows > before;
  }

  /** After an answer that was too large for Loki. @returns false when there is nothing smaller. */
  shrink(): boolean {
    const before = this.rows;
    this.rows = Math.max(Math.min(before, ROWS_MIN), Math.floor(before / GROWTH));
    return this.rows < before;
  }

  /** @returns false when it is so small already. */
  limitTo(rowsMax: number): boolean {
    if (!(rowsMax > 0 && rowsMax < this.rows)) return false;
    this.#rowsMax = rowsMax;
    this.rows = rowsMax;
    return true;
  }

  #byBytes(): number {
    return Math.max(ROWS_MIN, Math.floor(PAGE_BYTES / this.#entryBytes));
  }
}

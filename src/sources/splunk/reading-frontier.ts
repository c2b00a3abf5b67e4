import { hash } from 'node:crypto';

/** Events may come out of order by so much: Splunk sorts by the second where fractions are extracted late. */
export const SLACK_MS = 1000;

/**
 * Where a reading of events that come newest first has got to, so that it can go on after it broke off: what is read
 * again is told from what is new. Only what lies within the slack of the oldest event is remembered, as how often each
 * row was there; equal rows stand for one another, so that all of them count and none twice.
 */
export class ReadingFrontier {
  /** Whether an event came so late that the reading cannot go on from here without losing or doubling some. */
  isDisordered = false;
  #floorMs = Infinity;
  /** By second, by row: how often. */
  readonly #taken = new Map<number, Map<string, number>>();
  #againFloorMs = Infinity;
  #again = new Map<string, number>();

  /** End of what is still to be read, epoch milliseconds: never before an event that may be missing. */
  resumeMs(endMs: number): number {
    return Math.min(endMs, this.#floorMs + SLACK_MS + 1);
  }

  /** From now on events come from the beginning again, or from `resumeMs` on. */
  restart(): void {
    this.#againFloorMs = this.#floorMs;
    this.#again = new Map();
    for (const rows of this.#taken.values()) for (const [row, count] of rows) this.#again.set(row, count);
  }

  /** @returns false for an event that was read before. */
  take(timeMs: number, ...parts: readonly string[]): boolean {
    if (timeMs > this.#againFloorMs + SLACK_MS) return false;
    const row = `${timeMs} ${hash('sha1', parts.join('\0'), 'base64')}`;
    const left = this.#again.get(row) ?? 0;
    if (left > 0) {
      this.#again.set(row, left - 1);
      return false;
    }
    this.#remember(timeMs, row);
    return true;
  }

  #remember(timeMs: number, row: string): void {
    if (timeMs > this.#floorMs + SLACK_MS) {
      this.isDisordered = true;
      return;
    }
    const second = Math.floor(timeMs / 1000);
    const rows = this.#taken.get(second) ?? new Map<string, number>();
    this.#taken.set(second, rows);
    rows.set(row, (rows.get(row) ?? 0) + 1);
    if (timeMs >= this.#floorMs) return;
    this.#floorMs = timeMs;
    const newest = Math.floor((timeMs + SLACK_MS) / 1000);
    for (const known of this.#taken.keys()) if (known > newest) this.#taken.delete(known);
  }
}

/** A call that did not work and is made again after a pause. */
export interface Retry {
  /** A sentence. */
  problem: string;
  /** Which call it was that failed, from 1, and how many there are at most. */
  attempt: number;
  attemptsMax: number;
  /** From when it is told until the next. */
  waitMs: number;
}

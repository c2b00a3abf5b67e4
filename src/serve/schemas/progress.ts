/** Data of the event `progress`. */
export interface ProgressEvent {
  /** Read so far. */
  rows: number;
  /** While a call to the store has failed and is made again: what failed, which try it was, and when the next comes. */
  retry?: { problem: string; attempt: number; attempts_max: number; wait_seconds: number };
}

/** When rows are due, and which time they say. Times are epoch milliseconds. */
export interface Pace {
  /** When a row is sent, by the clock; -Infinity for at once. */
  dueMs(rowMs: number): number;
  /** The time that its record says. */
  saidMs(rowMs: number): number;
}

/**
 * @param speed times the original; Infinity for as fast as the receiver takes them.
 * @param isRestamped records say when they are sent at that speed, the first one now; else what their rows say.
 */
export function paceFrom(firstMs: number, nowMs: number, speed: number, isRestamped: boolean): Pace {
  const at = (rowMs: number) => nowMs + (rowMs - firstMs) / speed;
  return {
    dueMs: speed === Infinity ? () => -Infinity : at,
    saidMs: isRestamped ? at : (rowMs) => rowMs,
  };
}

const FUTURE_TOLERANCE_MS = 60_000;
/** 2000-01-01: a log record from before it has a broken clock or the wrong unit. */
const EARLIEST_MS = 946_684_800_000;

/** A record's own time, or the time of receipt where it gives none or one that cannot be (before 2000, the future). */
export function displayTime(timeMs: number, receivedMs: number): number {
  if (timeMs < EARLIEST_MS || timeMs > receivedMs + FUTURE_TOLERANCE_MS) return receivedMs;
  return timeMs;
}

/** The time that windows go by: like the above, and never older than the buffer reaches. */
export function windowTime(timeMs: number, receivedMs: number, ageMaxMs: number): number {
  const shown = displayTime(timeMs, receivedMs);
  return shown < receivedMs - ageMaxMs ? receivedMs : shown;
}

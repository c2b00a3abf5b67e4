/** One line of a terminal that says how far something has come. */
export interface Progress {
  /** @param share of all, 0 to 1; 0 or absent where that is not known. */
  told(rows: number, share?: number): void;
  /** Takes the line away. */
  done(): void;
}

const EVERY_MS = 200;
/** A path is known by its end. */
const NAME_CHARS_MAX = 24;
const BAR_CELLS = 24;
/** What is left is guessed once so much has been seen. */
const SHARE_TO_GUESS_FROM = 0.02;

/** On a terminal, a line that is written over; anywhere else, nothing. */
export function createProgress(
  terminal: { isTTY?: boolean; columns?: number; write(text: string): unknown },
  what: string,
  nowMs: () => number,
): Progress {
  if (terminal.isTTY !== true) return { told() {}, done() {} };
  const startedMs = nowMs();
  let toldMs = startedMs;
  return {
    told(rows, share = 0) {
      const now = nowMs();
      if (now - toldMs < EVERY_MS) return;
      toldMs = now;
      const line = progressLine(what, rows, share, now - startedMs);
      terminal.write(`\r\u001b[K${line.slice(0, (terminal.columns ?? 80) - 1)}`);
    },
    done() {
      if (toldMs !== startedMs) terminal.write('\r\u001b[K');
    },
  };
}

/** `app.log [#######-----] 58 %  1,160,000 lines  512,000/s  2 s left` */
export function progressLine(what: string, rows: number, share: number, elapsedMs: number): string {
  const rate = Math.round((1000 * rows) / elapsedMs);
  const read = `${rows.toLocaleString('en')} lines  ${rate.toLocaleString('en')}/s`;
  const name = what.length > NAME_CHARS_MAX ? `…${what.slice(1 - NAME_CHARS_MAX)}` : what;
  if (share === 0) return `${name}  ${read}`;
  const full = Math.round(share * BAR_CELLS);
  const bar = `[${'#'.repeat(full)}${'-'.repeat(BAR_CELLS - full)}] ${Math.floor(share * 100)} %`;
  const left = share < SHARE_TO_GUESS_FROM ? '' : `  ${timeLeft((elapsedMs * (1 - share)) / share)} left`;
  return `${name} ${bar}  ${read}${left}`;
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

import type { Retry } from '../../domain/retry.ts';
import { printable } from './printable.ts';

/** One line of a terminal that says how far something has come. */
export interface Progress {
  /** @param share of all, 0 to 1; 0 or absent where that is not known. */
  told(rows: number, share?: number, retry?: Retry): void;
  /** Takes the line away. */
  done(): void;
}

const EVERY_MS = 200;
const COLUMNS_UNTOLD = 80;
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
  let startedMs = nowMs();
  let toldMs = startedMs;
  let name = what;
  let lastShare = 0;
  let isShown = false;
  let lastRetry: Retry | undefined;
  let retryMs = startedMs;
  return {
    told(rows, share = 0, retry?: Retry) {
      const now = nowMs();
      if (retry !== lastRetry) retryMs = now;
      lastRetry = retry;
      if (share < lastShare) {
        // What is not in the order of time is read a second time, which has a pace of its own.
        startedMs = now;
        name = `${what}, again`;
      }
      lastShare = share;
      if (now - toldMs < EVERY_MS || now === startedMs) return;
      toldMs = now;
      isShown = true;
      const line =
        retry === undefined
          ? progressLine(name, rows, share, now - startedMs)
          : retryLine(name, retry, retry.waitMs - (now - retryMs));
      // Some terminals do not say how wide they are.
      terminal.write(`\r\u001b[K${line.slice(0, (terminal.columns || COLUMNS_UNTOLD) - 1)}`);
    },
    done() {
      if (isShown) terminal.write('\r\u001b[K');
      isShown = false;
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

/** `loki  try 2 of 6 failed, the next in 3 s  Grafana Loki, query_range: nothing listens at localhost:3100` */
function retryLine(name: string, { problem, attempt, attemptsMax }: Retry, leftMs: number): string {
  const next = leftMs > 0 ? `the next in ${Math.ceil(leftMs / 1000)} s` : 'trying again';
  return `${name}  try ${attempt} of ${attemptsMax} failed, ${next}  ${printable(problem)}`;
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

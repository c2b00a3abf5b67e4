/** One line of a terminal that says how far something has come. */
export interface Progress {
  told(rows: number): void;
  /** Takes the line away. */
  done(): void;
}

const EVERY_MS = 200;

/** On a terminal, a line that is written over; anywhere else, nothing. */
export function createProgress(
  terminal: { isTTY?: boolean; write(text: string): unknown },
  what: string,
  nowMs: () => number,
): Progress {
  if (terminal.isTTY !== true) return { told() {}, done() {} };
  const startedMs = nowMs();
  let toldMs = startedMs;
  return {
    told(rows) {
      const now = nowMs();
      if (now - toldMs < EVERY_MS) return;
      toldMs = now;
      const rate = Math.round((1000 * rows) / (now - startedMs));
      terminal.write(`\r\u001b[K${what}: ${rows.toLocaleString('en')} rows, ${rate.toLocaleString('en')}/s`);
    },
    done() {
      if (toldMs !== startedMs) terminal.write('\r\u001b[K');
    },
  };
}

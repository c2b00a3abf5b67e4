import { styleText } from 'node:util';
import type { Anomaly } from '../domain/anomaly.ts';

/** As much of the live stream as printing needs. */
interface Feed {
  readonly nextId: number;
  readonly firstId: number;
  get(id: number): { anomaly: Anomaly } | undefined;
  onAppend(listener: () => void): () => void;
}

const SUMMARY_MS = 5000;
const KINDS_MAX = 1000;
const SUMMARY_SERVICES_MAX = 8;
const MESSAGE_CHARS_MAX = 110;

/**
 * Prints the first anomaly of each kind (service, template, reasons) as it is found, and every few seconds how many
 * more of those kinds each service had. Returns the way to stop it.
 */
export function printAnomalies(feed: Feed, write: (line: string) => void): () => void {
  const kinds = new Set<string>();
  const repeats = new Map<string, number>();
  let next = feed.nextId;
  const show = (anomaly: Anomaly) => {
    const kind = `${anomaly.fingerprint} ${anomaly.reasons.join()}`;
    if (kinds.has(kind)) {
      repeats.set(anomaly.service, (repeats.get(anomaly.service) ?? 0) + 1);
      return;
    }
    if (kinds.size >= KINDS_MAX) kinds.clear();
    kinds.add(kind);
    write(anomalyLine(anomaly));
  };
  const readOn = () => {
    for (next = Math.max(next, feed.firstId); next < feed.nextId; next++) {
      const anomaly = feed.get(next)?.anomaly;
      if (anomaly !== undefined) show(anomaly);
    }
  };
  const summarise = () => {
    if (repeats.size > 0) write(styleText('dim', `         more of these kinds: ${summaryOf(repeats)}`));
    repeats.clear();
  };
  const unsubscribe = feed.onAppend(readOn);
  const timer = setInterval(summarise, SUMMARY_MS);
  return () => {
    clearInterval(timer);
    unsubscribe();
  };
}

/** The services with the most first. */
function summaryOf(repeats: ReadonlyMap<string, number>): string {
  const ranked = [...repeats].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const shown = ranked.slice(0, SUMMARY_SERVICES_MAX).map(([service, count]) => `${printable(service)} ${count}`);
  return ranked.length > shown.length ? `${shown.join(', ')}, ...` : shown.join(', ');
}

function anomalyLine(anomaly: Anomaly): string {
  const time = new Date(anomaly.timestamp).toISOString().slice(11, 19);
  const level = anomaly.level.toUpperCase().padEnd(5);
  const paint = anomaly.level === 'error' || anomaly.level === 'fatal' ? 'red' : 'yellow';
  const line = `${styleText('dim', time)} ${styleText(paint, level)} ${headline(anomaly)}`;
  // What is found by the clock, such as a rate that drops, is no line that could have a score.
  return anomaly.hst_score === 0 ? line : `${line} ${styleText('dim', `(score ${anomaly.hst_score.toFixed(2)})`)}`;
}

function headline(anomaly: Anomaly): string {
  const { service, reasons } = anomaly;
  return `${styleText('bold', printable(service))} [${reasons.join(', ')}] ${printable(anomaly.message)}`;
}

/** One line without control characters: a log message must not drive the terminal. */
function printable(text: string): string {
  const line = (text.split('\n', 1)[0] ?? '').replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return line.length > MESSAGE_CHARS_MAX ? `${line.slice(0, MESSAGE_CHARS_MAX)}...` : line;
}

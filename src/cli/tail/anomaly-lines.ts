import type { Anomaly, ReasonDetail } from '../../domain/anomaly.ts';
import { unitWords } from '../../domain/amount-words.ts';
import type { Screen } from '../command-context.ts';
import { rounded } from '../terminal/numbers.ts';
import { styleOfLevel } from '../terminal/paint.ts';
import { fitted, printable } from '../terminal/printable.ts';

/** Without a terminal to fit into, lines are as long as they are. */
const WHOLE = 1 << 20;

/** An anomaly on one line, and, where they are wanted, its reasons in words on lines of their own. */
export function anomalyLines(anomaly: Anomaly, { columns, paint, isTerminal }: Screen, explain: boolean): string[] {
  const { timestamp, level, service, reasons, message, hst_score, explanation } = anomaly;
  const time = new Date(timestamp).toISOString().slice(11, 19);
  const head = `${time} ${level.toUpperCase().padEnd(5)} ${printable(service)} [${reasons.join(', ')}] `;
  // What is found by the clock, such as a rate that drops, is no line that could have a score.
  const tail = hst_score === 0 ? '' : ` (score ${hst_score.toFixed(2)})`;
  const room = isTerminal ? Math.max(20, columns - head.length - tail.length) : WHOLE;
  const painted =
    `${paint('dim', time)} ${paint(styleOfLevel(level), level.toUpperCase().padEnd(5))} ` +
    `${paint('bold', printable(service))} [${reasons.join(', ')}] `;
  const lines = [`${painted}${fitted(printable(message), room)}${tail === '' ? '' : paint('dim', tail)}`];
  if (explain) for (const detail of explanation?.details ?? []) lines.push(`         ${paint('dim', inWords(detail))}`);
  return lines;
}

function inWords({ reason, observed, expected, unit, since }: ReasonDetail): string {
  const from = new Date(since).toISOString().slice(11, 19);
  return `${reason}: ${rounded(observed)} ${printable(unitWords(unit, observed))}, usual is ${rounded(expected)}; since ${from}`;
}

import type { ComparedWindows } from '../../analyse/analyser.ts';
import type { ComparedSide } from '../../analyse/compare-analyses.ts';
import type { Config } from '../../config/config.ts';
import { parseWindowPair } from '../../sources/window-pair.ts';
import { openFiles, openWindow } from '../analyse/open-window.ts';
import type { OpenWindow } from '../analyse/open-window.ts';
import { whileShown } from '../analyse/reading.ts';
import { withAnalyser } from '../analyse/with-analyser.ts';
import { EXIT, UsageError } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import { compareCsv, compareText } from './compare-report.ts';

export interface CompareOptions {
  source?: string;
  json?: true;
  ndjson?: true;
  csv?: true;
  all?: true;
  failOnAnomaly?: true;
}

/** Throws `SourceError` when rows cannot be read, `ReaderGone` when nobody listens. */
export async function runCompare(
  a: string,
  b: string,
  options: CompareOptions,
  context: CommandContext,
): Promise<void> {
  const config = context.config();
  const [first, second] = await openPair(a, b, options.source, config, context);
  const compared = await whileShown([first, second], context, (watch) =>
    withAnalyser(config, (analyser) => analyser.compare(first.job, second.job, watch)),
  );
  noteProblems(first, compared.a, context);
  noteProblems(second, compared.b, context);
  writeAnswer([first.name, second.name], compared, options, context);
  const { counts } = compared.comparison;
  if (options.failOnAnomaly === true && counts.new + counts.more > 0) context.endWith(EXIT.anomalies);
}

async function openPair(
  a: string,
  b: string,
  source: string | undefined,
  config: Config,
  context: CommandContext,
): Promise<[OpenWindow, OpenWindow]> {
  if (source !== undefined) {
    const { defaultLookbackHours } = config.analyse;
    const pair = parseWindowPair(a, b, { nowMs: context.nowMs(), defaultLookbackHours });
    return [openWindow(source, pair.a, config, a), openWindow(source, pair.b, config, b)];
  }
  if (a === '-' && b === '-') throw new UsageError('only one of the two files can be standard input');
  const open = (path: string) => openFiles([context.pathOf(path)], {}, config, context);
  return [await open(a), await open(b)];
}

function noteProblems(open: OpenWindow, side: ComparedSide, { note }: CommandContext): void {
  for (const sentence of open.problems(side.log_count, side.truncated, side)) note(sentence);
}

function writeAnswer(
  names: [string, string],
  { a, b, comparison }: ComparedWindows,
  options: CompareOptions,
  { output, screen }: CommandContext,
): void {
  if (options.json === true) {
    const [sideA, sideB] = [sideFields(names[0], a), sideFields(names[1], b)];
    output.write(`${JSON.stringify({ a: sideA, b: sideB, ...comparison })}\n`);
  } else if (options.ndjson === true) {
    for (const template of comparison.templates) output.write(`${JSON.stringify(template)}\n`);
  } else if (options.csv === true) for (const line of compareCsv(comparison)) output.write(line);
  else {
    const lines = compareText({ names, a, b, comparison, all: options.all === true }, screen);
    for (const line of lines) output.write(`${line}\n`);
  }
}

/** As `GET /clusters/compare` has them, and the name. */
function sideFields(name: string, { startMs, endMs, log_count, cluster_count, truncated }: ComparedSide) {
  const [start, end] = [startMs, endMs].map((ms) => new Date(ms).toISOString());
  return { name, start, end, log_count, cluster_count, truncated };
}

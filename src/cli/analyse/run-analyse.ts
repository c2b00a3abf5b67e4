import { accessSync, constants, existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AnalyserResult } from '../../analyse/analyser.ts';
import type { AnalyseJob } from '../../analyse/load-rows.ts';
import type { Config } from '../../config/config.ts';
import { CommandFailure, EXIT, UsageError } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import { windowOf } from '../row-arguments.ts';
import type { RowOptions } from '../row-arguments.ts';
import { analysedOf } from './analysed.ts';
import type { Analysed } from './analysed.ts';
import { countHere } from './count-here.ts';
import { csvReport } from './csv-report.ts';
import { htmlReport } from './html-report.ts';
import { jsonReport, ndjsonReport } from './json-report.ts';
import { openFiles, openStore } from './open-window.ts';
import { whileShown } from './reading.ts';
import type { ReadingWatch } from './reading.ts';
import { textReport } from './text-report.ts';
import { isUntimed } from '../window-job.ts';
import { writeProblem } from '../write-problem.ts';

export interface AnalyseOptions extends Pick<RowOptions, 'source' | 'window' | 'start' | 'end'> {
  json?: true;
  ndjson?: true;
  csv?: true;
  html?: string;
  all?: true;
  failOnAnomaly?: true;
}

/** Throws `SourceError` when rows cannot be read, `ReaderGone` when nobody listens. */
export async function runAnalyse(
  files: readonly string[],
  options: AnalyseOptions,
  context: CommandContext,
): Promise<void> {
  const { source } = options;
  if (source === undefined && files.length === 0) {
    throw new UsageError('analyse needs a file, - for standard input, or --source NAME');
  }
  if (source !== undefined && files.length > 0) throw new UsageError('analyse takes files or --source, not both');
  if (files.filter((file) => file === '-').length > 1) throw new UsageError('standard input (-) can be read once');
  const reportPath = options.html === undefined ? undefined : context.pathOf(options.html);
  if (reportPath !== undefined) checkReportPath(reportPath);
  const config = context.config();
  const asked = windowOf(options);
  const open =
    source === undefined
      ? await openFiles(files.map(context.pathOf), asked, config, context)
      : openStore(source, asked, config, context);
  const result = await whileShown([open], context, (watch) => analyse(config, open.job, watch));
  const { file, pull, ...analysis } = result;
  const { log_count: rows, truncated } = analysis;
  for (const sentence of open.problems(rows, truncated, { file, pull })) context.note(sentence);
  const analysed = analysedOf(open.name, analysis, isUntimed(rows, file));
  writeAnswer(analysed, options, context);
  if (reportPath !== undefined) {
    // What was found is not lost with the report.
    context.output.flush();
    writeReport(reportPath, htmlReport(analysed));
  }
  if (options.failOnAnomaly === true && analysed.clusters.some(({ isAnomaly }) => isAnomaly)) {
    context.endWith(EXIT.anomalies);
  }
}

async function analyse(config: Config, job: AnalyseJob, watch: ReadingWatch): Promise<AnalyserResult> {
  const counted = await countHere(config, job, watch);
  if (counted !== undefined) return counted;
  // Rows are needed, as they are of a store: in a thread of its own, as sorting them looks up at nobody.
  const { withAnalyser } = await import('./with-analyser.ts');
  const read = job.source === 'file' ? { ...job, countable: false } : job;
  return await withAnalyser(config, (analyser) => analyser.analyse(read, watch));
}

function writeAnswer(analysed: Analysed, options: AnalyseOptions, { output, screen }: CommandContext): void {
  if (options.json === true) output.write(jsonReport(analysed));
  else if (options.ndjson === true) for (const line of ndjsonReport(analysed)) output.write(line);
  else if (options.csv === true) for (const line of csvReport(analysed)) output.write(line);
  else for (const line of textReport(analysed, screen, options.all === true)) output.write(`${line}\n`);
}

/** Before anything is read: to read it may take long. */
function checkReportPath(path: string): void {
  if (path === '' || path === '-')
    throw new UsageError(`--html is ${path === '' ? 'empty' : path}: give it the name of a file`);
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new CommandFailure(`the report cannot be written to ${path}: there is no folder ${folder}`);
  }
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new CommandFailure(`the report cannot be written to ${path}: it is a folder`);
  }
  try {
    accessSync(existsSync(path) ? path : folder, constants.W_OK);
  } catch (error) {
    throw new CommandFailure(`the report cannot be written to ${path}: ${writeProblem(error)}`);
  }
}

function writeReport(path: string, html: string): void {
  try {
    writeFileSync(path, html);
  } catch (error) {
    throw new CommandFailure(`the report cannot be written to ${path}: ${writeProblem(error)}`);
  }
}

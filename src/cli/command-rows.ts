import type { PullJob } from '../analyse/load-rows.ts';
import type { Config } from '../config/config.ts';
import { declarationOf } from '../sources/catalogue.ts';
import { SourceError } from '../sources/source-error.ts';
import { parseWindow } from '../sources/window.ts';
import type { TimeWindow } from '../sources/window.ts';
import type { CommandStreams } from './command-context.ts';
import { interruptible } from './interruptible.ts';
import { orderedRows, pulledRows } from './ordered-rows.ts';
import type { OrderedRows } from './ordered-rows.ts';
import type { CommandInput, RowArguments } from './row-arguments.ts';
import { readablePath } from './spool.ts';

const HOUR_MS = 3_600_000;

/** Both inputs of a command, ready to be visited. Close them when done. */
export interface CommandRows {
  train: OrderedRows | undefined;
  rows: OrderedRows;
}

/** Throws `SourceError`, or `WindowError` for a window that cannot be understood. */
export async function openCommandRows(
  { input, window: asked, train: trainInput }: RowArguments,
  config: Config,
  streams: CommandStreams,
): Promise<CommandRows> {
  const isWhole = 'file' in input && Object.keys(asked).length === 0;
  const defaults = { nowMs: streams.nowMs(), defaultLookbackHours: config.analyse.defaultLookbackHours };
  const window = isWhole ? undefined : parseWindow(asked, defaults);
  let train: OrderedRows | undefined;
  if (trainInput !== undefined && 'file' in trainInput) train = await openRows(trainInput, undefined, config, streams);
  else if (trainInput !== undefined && window !== undefined) {
    train = await openRows(input, stretchBefore(window, trainInput.window), config, streams);
  }
  return { train, rows: await openRows(input, window, config, streams) };
}

function stretchBefore({ startMs }: TimeWindow, length: string): TimeWindow {
  const { lookbackHours, label } = parseWindow({ window: length }, { nowMs: startMs, defaultLookbackHours: 1 });
  return { startMs: startMs - lookbackHours * HOUR_MS, endMs: startMs, label, lookbackHours };
}

function openRows(
  input: CommandInput,
  window: TimeWindow | undefined,
  config: Config,
  streams: CommandStreams,
): Promise<OrderedRows> {
  if ('file' in input) return openFile(input.file, window, config, streams);
  return openStore(input.source, window as TimeWindow, config, streams);
}

async function openStore(source: string, window: TimeWindow, config: Config, streams: CommandStreams) {
  const { title, options } = declarationOf(source);
  const values = config.sources.get(source) ?? new Map<string, string>();
  const missing = options.filter(({ key, required }) => required === true && !values.has(key));
  if (missing.length > 0) {
    const variables = missing.map(({ variable }) => variable).join(' and ');
    throw new SourceError('configuration', `${title} is not configured: set ${variables}`);
  }
  const job: PullJob = {
    source: 'pull',
    store: source,
    values,
    startMs: Math.ceil(window.startMs),
    endMs: Math.ceil(window.endMs),
    maxRows: config.analyse.maxRows,
    hostRules: { ...config.sourceHosts, isOpen: false },
    fromRequest: false,
    answerTimeoutMs: config.analyse.answerTimeoutMs,
  };
  const progress = streams.progress(`reading ${title}`);
  try {
    const { rows, truncated } = await interruptible((signal) =>
      pulledRows(job, config.live.servicesMax, progress.told, signal),
    );
    if (rows.count === 0) streams.note(`${title} has no rows from ${isoOf(window.startMs)} to ${isoOf(window.endMs)}`);
    if (truncated) {
      streams.note(`${title} has more than ${job.maxRows} rows in this window: the newest were read (MAX_ROWS)`);
    }
    return rows;
  } finally {
    progress.done();
  }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

async function openFile(
  path: string,
  window: TimeWindow | undefined,
  config: Config,
  streams: CommandStreams,
): Promise<OrderedRows> {
  const settings = config.sources.get('file');
  const name = path === '-' ? 'standard input' : path;
  const readable = await readablePath(path, streams.input);
  try {
    const rows = await orderedRows({
      path: readable.path,
      format: settings?.get('format'),
      service: settings?.get('service'),
      servicesMax: config.live.servicesMax,
      startMs: window?.startMs,
      endMs: window?.endMs,
    });
    noteProblems(name, rows, streams);
    return rows;
  } catch (error) {
    if (!(error instanceof SourceError) || readable.path === path) throw error;
    throw new SourceError(error.code, error.message.replaceAll(readable.path, name), { cause: error });
  } finally {
    readable.close();
  }
}

function noteProblems(name: string, { count, summary }: OrderedRows, { note }: CommandStreams): void {
  if (summary === undefined) return;
  const { format, badLines, cutLines, untimedRows, firstBad, firstBadPath } = summary;
  if (count === 0) note(`${name} has no rows`);
  if (firstBad !== undefined)
    note(
      `${name}: ${badLines} lines are not ${format} and were skipped; the first is line ${firstBad.line}` +
        `${firstBadPath === undefined ? '' : ` of ${firstBadPath}`}: ${firstBad.problem}`,
    );
  if (cutLines > 0) note(`${name}: ${cutLines} lines are longer than 1 MiB and were cut`);
  if (untimedRows > 0 && untimedRows === count)
    note(`${name}: no row says its time; what goes by time says nothing here`);
  else if (untimedRows > 0) note(`${name}: ${untimedRows} rows say no time and took that of the row before`);
}

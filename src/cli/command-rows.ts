import type { Config } from '../config/config.ts';
import { SourceError } from '../sources/source-error.ts';
import { parseWindow } from '../sources/window.ts';
import type { TimeWindow } from '../sources/window.ts';
import type { CommandStreams } from './command-context.ts';
import { interruptible } from './interruptible.ts';
import { orderedRows, pulledRows } from './ordered-rows.ts';
import type { OrderedRows } from './ordered-rows.ts';
import type { CommandInput, RowArguments } from './row-arguments.ts';
import { readablePath } from './spool.ts';
import { fileProblems, STANDARD_INPUT, storeJob, storeProblems } from './window-job.ts';

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
  const job = storeJob(source, window, config);
  const progress = streams.progress(`reading ${source}`);
  try {
    const { rows, truncated } = await interruptible((signal) =>
      pulledRows(job, config.live.servicesMax, progress.told, signal),
    );
    for (const sentence of storeProblems(job, rows.count, truncated)) streams.note(sentence);
    return rows;
  } finally {
    progress.done();
  }
}

async function openFile(
  path: string,
  window: TimeWindow | undefined,
  config: Config,
  streams: CommandStreams,
): Promise<OrderedRows> {
  const settings = config.sources.get('file');
  const name = path === '-' ? STANDARD_INPUT : path;
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
    if (rows.summary !== undefined)
      for (const sentence of fileProblems(name, rows.count, rows.summary, window)) streams.note(sentence);
    return rows;
  } catch (error) {
    if (!(error instanceof SourceError) || readable.path === path) throw error;
    throw new SourceError(error.code, error.message.replaceAll(readable.path, name), { cause: error });
  } finally {
    readable.close();
  }
}

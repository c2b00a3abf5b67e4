import { Option } from 'commander';
import type { Command } from 'commander';
import type { SettingName } from '../config/settings.ts';
import { CATALOGUE } from '../sources/catalogue.ts';
import { ALL } from '../sources/window.ts';
import type { WindowParameters } from '../sources/window.ts';
import { UsageError } from './command-context.ts';

/** Where rows come from: a file (`-` is standard input), or a store that the environment configures. */
export type CommandInput = { file: string } | { source: string };

export interface RowArguments {
  input: CommandInput;
  /** Of the input; a file is taken whole without any. */
  window: WindowParameters;
  /** Rows to learn from: a file's, or the input's own in the stretch of this length just before the window. */
  train: { file: string } | { window: string } | undefined;
}

/** Options as commander gives them. */
export interface RowOptions {
  source?: string;
  window?: string;
  start?: string;
  end?: string;
  train?: string;
  trainWindow?: string;
}

/** Stores that a command can pull a window from. */
export const STORES: readonly string[] = CATALOGUE.map(({ name }) => name).filter(
  (name) => name !== 'otlp' && name !== 'file',
);

export const FILE_ARGUMENT = 'log file, plain or compressed; a pattern in quotes for several, - for standard input';

export const FILES_HELP = `
FILE is JSON (rows, or any structured log, such as journald's, Docker's and Kubernetes'), CSV with a header, or text,
plain or compressed by gzip or zstd. What does not fit into memory waits in a temporary file. A row without a time takes
that of the row before it, or of the first that has one; where none has, all take that of the file's last change, and the
order of the file stands. A name with * or ? in it, in quotes, is all files that it matches. A file is read in whole, or
what of it is in the window.`;

/** What of the settings a command heeds, its own and those of reading. */
export function settingsHelp(own: readonly SettingName[], readsStores: boolean): string {
  const all = 'MAX_SERVICES, FILE_FORMAT, FILE_SERVICE';
  const names = own.length === 0 ? all : `${own.join(', ')},\n${all}`;
  const stores = readsStores ? '; of a store MAX_ROWS, SOURCE_TIMEOUT_SECONDS, DEFAULT_LOOKBACK_HOURS and its own' : '';
  return `\nSettings come from the environment and a .env file, as for the service:\n${names}${stores}.`;
}

/** The options by which a command takes a stretch of a file, or a window of a store. */
export function addRowOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--source <name>', 'a window of a store instead of a file, as the environment configures it').choices(
        STORES,
      ),
    )
    .option('--window <length>', 'a stretch that ends now (1h, 24h, 7d); of a store without it: DEFAULT_LOOKBACK_HOURS')
    .option('--start <time>', 'a stretch from this time on, in ISO 8601')
    .option('--end <time>', 'a stretch up to this time');
}

/** Those by which it learns first. */
export function addTrainOptions(command: Command): Command {
  return command
    .option('--train <file>', 'rows to learn from first: they are taken to be healthy, and raise nothing')
    .option('--train-window <length>', 'learns from the stretch of this length just before the window');
}

/** The window that was asked for; without any member where none was. Throws `UsageError`. */
export function windowOf({ window, start, end, source }: RowOptions): WindowParameters {
  // As the API calls a file in whole.
  if (window?.toLowerCase() === ALL) {
    if (source !== undefined) throw new UsageError('--window all is for files, which are read in whole: say how long');
    if (start !== undefined || end !== undefined)
      throw new UsageError('--window all takes files in whole: leave out --start and --end');
    return {};
  }
  const given = Object.entries({ window, start, end }).filter(([, value]) => value !== undefined);
  // A script's variable that is not set would ask for another window than is meant.
  for (const [name, value] of given) if (value === '') throw new UsageError(`--${name} is empty: give it a value`);
  return Object.fromEntries(given);
}

/** Throws `UsageError`. Paths are taken as `pathOf` has them. */
export function rowArguments(
  command: string,
  file: string | undefined,
  options: RowOptions,
  pathOf: (path: string) => string,
): RowArguments {
  const { train, trainWindow, source } = options;
  const window = windowOf(options);
  if (train === '') throw new UsageError('--train needs a file');
  if (trainWindow === '') throw new UsageError('--train-window is empty: give it a value');
  if (train !== undefined && trainWindow !== undefined) {
    throw new UsageError('--train and --train-window both say what to learn from: give one of them');
  }
  const input = inputOf(command, file === undefined ? undefined : pathOf(file), source);
  if ('file' in input && input.file === '-' && train === '-') {
    throw new UsageError('only one of the two files can be standard input');
  }
  if ('file' in input && trainWindow !== undefined && Object.keys(window).length === 0) {
    throw new UsageError('--train-window is the stretch before a window: give --window, or --start and --end, too');
  }
  return { input, window, train: trainOf(train === undefined ? undefined : pathOf(train), trainWindow) };
}

function inputOf(command: string, file: string | undefined, source: string | undefined): CommandInput {
  if (source !== undefined && file !== undefined) throw new UsageError(`${command} takes a file or --source, not both`);
  if (source !== undefined) return { source };
  if (file !== undefined) return { file };
  throw new UsageError(`${command} needs a file, - for standard input, or --source NAME`);
}

function trainOf(file: string | undefined, window: string | undefined): RowArguments['train'] {
  if (file !== undefined) return { file };
  return window === undefined ? undefined : { window };
}

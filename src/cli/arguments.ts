import { parseArgs } from 'node:util';
import { CATALOGUE } from '../sources/catalogue.ts';
import type { WindowParameters } from '../sources/window.ts';

export const COMMANDS = ['annotate', 'detect'] as const;
export type Command = (typeof COMMANDS)[number];

/** Where rows come from: a file (`-` is standard input), or a store that the environment configures. */
export type CommandInput = { file: string } | { source: string };

export interface CommandArguments {
  command: Command;
  input: CommandInput;
  /** Of the input; a file is taken whole without any. */
  window: WindowParameters;
  /** Rows to learn from: a file's, or the input's own in the stretch of this length just before the window. */
  train: { file: string } | { window: string } | undefined;
}

/** What was asked for cannot be done as it was asked; the message is a sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Throws `UsageError`. Answers the text to show instead where help is wanted. */
export function readArguments(args: readonly string[]): CommandArguments | { help: string } {
  const { values: all, positionals } = parsed(args);
  const { help, ...values } = all;
  const [name, ...files] = positionals;
  const command = COMMANDS.find((one) => one === name);
  if (help === true) return { help: command === undefined ? USAGE : HELP[command] };
  if (name === undefined) throw new UsageError('no command is given: use annotate or detect, or --help');
  if (command === undefined)
    throw new UsageError(`there is no command ${JSON.stringify(name.slice(0, 40))}: use annotate or detect, or --help`);
  const { train, 'train-window': trainWindow, source, ...window } = values;
  if (train === '') throw new UsageError('--train needs a file');
  if (train !== undefined && trainWindow !== undefined) {
    throw new UsageError('--train and --train-window both say what to learn from: give one of them');
  }
  const input = inputOf(command, files, source);
  if ('file' in input && input.file === '-' && train === '-') {
    throw new UsageError('only one of the two files can be standard input');
  }
  if ('file' in input && trainWindow !== undefined && Object.keys(window).length === 0) {
    throw new UsageError('--train-window is the stretch before a window: give --window, or --start and --end, too');
  }
  return { command, input, window, train: trainOf(train, trainWindow) };
}

function inputOf(command: Command, files: readonly string[], source: string | undefined): CommandInput {
  const [file] = files;
  if (source === undefined) {
    if (file === undefined) throw new UsageError(`${command} needs a file, - for standard input, or --source NAME`);
    if (files.length > 1) throw new UsageError(`${command} takes one file, got ${files.length}`);
    return { file };
  }
  if (file !== undefined) throw new UsageError(`${command} takes a file or --source, not both`);
  const stores = CATALOGUE.filter(({ name }) => name !== 'otlp' && name !== 'file').map(({ name }) => name);
  if (stores.includes(source)) return { source };
  throw new UsageError(`--source ${JSON.stringify(source.slice(0, 40))} is not one of ${stores.join(', ')}`);
}

function trainOf(file: string | undefined, window: string | undefined): CommandArguments['train'] {
  if (file !== undefined) return { file };
  return window === undefined ? undefined : { window };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        train: { type: 'string' },
        'train-window': { type: 'string' },
        source: { type: 'string' },
        window: { type: 'string' },
        start: { type: 'string' },
        end: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const USAGE = `Usage: npm run -s halfspace -- COMMAND FILE [--train FILE]
       npm run -s halfspace -- COMMAND --source NAME [--window 6h] [--train-window 24h]

  annotate   for each row, its template, score and reasons
  detect     what a live service would have raised: anomalies and incidents

COMMAND --help says more.`;

const FILES = `FILE is JSON (rows, or any structured log), CSV with a header, or text, plain or compressed by gzip or zstd; - is
standard input. Rows are ordered by time, service and message, whatever the order of the file, so that the same rows
give the same answer; what does not fit into memory waits in a temporary file. A row without a time takes that of the
row before it; where no row has one, the order of the file stands. A name with * or ? in it, in quotes, is all files
that it matches.

  --source NAME          a window of a store instead: loki, clickhouse, ... as the environment configures it; its newest
                         MAX_ROWS rows where it has more
  --window 6h            a stretch that ends now (1h, 24h, 7d, ...); of a store without it: DEFAULT_LOOKBACK_HOURS
  --start T, --end T     a stretch from T to T, in ISO 8601
  --train-window 24h     learns from the stretch of this length just before the window

  --train FILE           rows to learn from first: they are taken to be healthy, and raise nothing
  --help                 shows this

Settings come from the environment and a .env file, as for the service: MINER_PROFILE, DETECTOR_PROFILE, HST_THRESHOLD,
MAX_TEMPLATES, DRAIN_SIM_TH, MAX_SERVICES, FILE_FORMAT, FILE_SERVICE. Ends with 2 when asked wrongly, 1 on failure.`;

const HELP: Readonly<Record<Command, string>> = {
  annotate: `Usage: npm run -s halfspace -- annotate FILE [--train FILE]

Writes one JSON object a row, in the order of the file; those of a store in the order of time, with timestamp, service,
level and message:

  fingerprint, template   of the row, as they are once all rows have been seen: templates become more general on the
                          way, and all rows of one are told the same
  template_id             a number for each fingerprint, in the order of the file
  hst_score               0 to 1, high is anomalous
  reasons                 all that are true of the row, whether or not they would raise an alert

It keeps 13 bytes a row, and writes when the last row has been read.

${FILES}`,
  detect: `Usage: npm run -s halfspace -- detect FILE [--train FILE]

Writes what a live service would have raised, on the rows' own clock, one JSON object a line, in the order of time:

  kind "anomaly"    timestamp, service, reasons, fingerprint, state, incident, alerts (the reasons that raised it),
                    template, template_id, hst_score, level, message, explanation
  kind "incident"   anomalies of one service with no gap of more than five minutes, or of three and more services within
                    a minute (the later ones are then resolved, with merged_into): timestamp, service, reasons,
                    fingerprint (of the first), state, id, first_seen, last_seen, count, line_count, reason_counts,
                    templates, samples, worst_score, worst_level; told with state "open" when it opens, "resolved" when
                    it is over, and, when it is not over at the last row, once more as it stands

Times are epoch milliseconds. A gap in which no service spoke is a gap in the file, not silence.

${FILES}`,
};

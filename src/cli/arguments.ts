import { parseArgs } from 'node:util';

export const COMMANDS = ['annotate', 'detect'] as const;
export type Command = (typeof COMMANDS)[number];

export interface CommandArguments {
  command: Command;
  file: string;
  train: string | undefined;
}

/** What was asked for cannot be done as it was asked; the message is a sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Throws `UsageError`. Answers the text to show instead where help is wanted. */
export function readArguments(args: readonly string[]): CommandArguments | { help: string } {
  const { values, positionals } = parsed(args);
  const [name, ...files] = positionals;
  const command = COMMANDS.find((one) => one === name);
  if (values.help === true) return { help: command === undefined ? USAGE : HELP[command] };
  if (name === undefined) throw new UsageError('no command is given: use annotate or detect, or --help');
  if (command === undefined)
    throw new UsageError(`there is no command ${JSON.stringify(name.slice(0, 40))}: use annotate or detect, or --help`);
  const [file] = files;
  if (file === undefined) throw new UsageError(`${command} needs a file, or - for standard input`);
  if (files.length > 1) throw new UsageError(`${command} takes one file, got ${files.length}`);
  const { train } = values;
  if (train === '') throw new UsageError('--train needs a file');
  if (file === '-' && train === '-') throw new UsageError('only one of the two files can be standard input');
  return { command, file, train };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { train: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const USAGE = `Usage: npm run -s halfspace -- COMMAND FILE [--train FILE]

  annotate   for each row, its template, score and reasons
  detect     what a live service would have raised: anomalies and incidents

COMMAND --help says more.`;

const FILES = `FILE is JSON (rows, or any structured log), CSV with a header, or text, plain or compressed by gzip or zstd; - is
standard input. Rows are ordered by time, service and message, whatever the order of the file, so that the same rows
give the same answer; what does not fit into memory waits in a temporary file. A row without a time takes that of the
row before it; where no row has one, the order of the file stands.

  --train FILE   rows to learn from first: they are taken to be healthy, and raise nothing
  --help         shows this

Settings come from the environment and a .env file, as for the service: MINER_PROFILE, DETECTOR_PROFILE, HST_THRESHOLD,
MAX_TEMPLATES, DRAIN_SIM_TH, MAX_SERVICES, FILE_FORMAT, FILE_SERVICE. Ends with 2 when asked wrongly, 1 on failure.`;

const HELP: Readonly<Record<Command, string>> = {
  annotate: `Usage: npm run -s halfspace -- annotate FILE [--train FILE]

Writes one JSON object a row, in the order of the file:

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
  kind "incident"   anomalies of one service with no gap of more than five minutes: timestamp, service, reasons,
                    fingerprint (of the first), state, id, first_seen, last_seen, count, line_count, reason_counts,
                    templates, samples, worst_score, worst_level; told with state "open" when it opens, "resolved" when
                    it is over, and, when it is not over at the last row, once more as it stands

Times are epoch milliseconds. A gap in which no service spoke is a gap in the file, not silence.

${FILES}`,
};

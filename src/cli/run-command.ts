import type { Config } from '../config/config.ts';
import { SourceError } from '../sources/source-error.ts';
import { annotate } from './annotate.ts';
import type { CommandArguments } from './arguments.ts';
import { detect } from './detect.ts';
import type { LineOutput } from './line-output.ts';
import { orderedRows } from './ordered-rows.ts';
import type { OrderedRows } from './ordered-rows.ts';
import { readablePath } from './spool.ts';

export interface CommandStreams {
  input: AsyncIterable<Buffer>;
  output: LineOutput;
  /** Takes a sentence about the input, for standard error. */
  note: (sentence: string) => void;
}

/** Runs one command to its end. Throws `SourceError` when a file cannot be read, `ReaderGone` when nobody listens. */
export async function runCommand(
  { command, file, train }: CommandArguments,
  config: Config,
  streams: CommandStreams,
): Promise<void> {
  const options = {
    detector: { ...config.score, miner: config.mine },
    servicesMax: config.live.servicesMax,
  };
  const trainRows = train === undefined ? undefined : await openRows(train, config, streams);
  const rows = await openRows(file, config, streams);
  try {
    if (command === 'detect') detect(trainRows, rows, options, streams.output);
    else noteOverflow(annotate(trainRows, rows, options, streams.output), streams);
  } finally {
    rows.close();
  }
}

async function openRows(path: string, config: Config, streams: CommandStreams): Promise<OrderedRows> {
  const settings = config.sources.get('file');
  const name = path === '-' ? 'standard input' : path;
  const readable = await readablePath(path, streams.input);
  try {
    const rows = await orderedRows({
      path: readable.path,
      format: settings?.get('format'),
      service: settings?.get('service'),
      servicesMax: config.live.servicesMax,
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
  const { format, badLines, cutLines, untimedRows, firstBad } = summary;
  if (count === 0) note(`${name} has no rows`);
  if (firstBad !== undefined)
    note(
      `${name}: ${badLines} lines are not ${format} and were skipped; the first is line ${firstBad.line}: ${firstBad.problem}`,
    );
  if (cutLines > 0) note(`${name}: ${cutLines} lines are longer than 1 MiB and were cut`);
  if (untimedRows > 0 && untimedRows === count)
    note(`${name}: no row says its time; what goes by time says nothing here`);
  else if (untimedRows > 0) note(`${name}: ${untimedRows} rows say no time and took that of the row before`);
}

function noteOverflow(rows: number, { note }: CommandStreams): void {
  if (rows > 0) note(`${rows} rows have a template beyond the first million: they are told as <overflow>`);
}

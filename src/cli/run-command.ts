import type { Config } from '../config/config.ts';
import { annotate } from './annotate.ts';
import type { CommandArguments } from './arguments.ts';
import { openCommandRows } from './command-rows.ts';
import { detect } from './detect.ts';
import type { LineOutput } from './line-output.ts';
import type { Progress } from './progress.ts';

export interface CommandStreams {
  input: AsyncIterable<Buffer>;
  output: LineOutput;
  /** Takes a sentence about the input, for standard error. */
  note: (sentence: string) => void;
  /** Shows how far something has come; see `createProgress`. */
  progress: (what: string) => Progress;
  nowMs: () => number;
}

/** Runs one command to its end. Throws `SourceError` when rows cannot be read, `ReaderGone` when nobody listens. */
export async function runCommand(asked: CommandArguments, config: Config, streams: CommandStreams): Promise<void> {
  const options = {
    detector: { ...config.score, miner: config.mine },
    servicesMax: config.live.servicesMax,
  };
  const { train, rows } = await openCommandRows(asked, config, streams);
  try {
    if (asked.command === 'detect') detect(train, rows, options, streams.output);
    else noteOverflow(annotate(train, rows, options, streams.output), streams);
  } finally {
    rows.close();
  }
}

function noteOverflow(rows: number, { note }: CommandStreams): void {
  if (rows > 0) note(`${rows} rows have a template beyond the first million: they are told as <overflow>`);
}

import { annotate } from './annotate.ts';
import { EXIT } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { openCommandRows } from './command-rows.ts';
import type { CommandRows } from './command-rows.ts';
import { detect } from './detect.ts';
import type { RowArguments } from './row-arguments.ts';
import type { ReplayOptions } from '../score/replay.ts';

type Options = Pick<ReplayOptions, 'detector' | 'servicesMax'>;

/** Throws `SourceError` when rows cannot be read, `ReaderGone` when nobody listens; as `runDetect`. */
export function runAnnotate(asked: RowArguments, context: CommandContext): Promise<void> {
  return withRows(asked, context, ({ train, rows }, options) => {
    const overflowed = annotate(train, rows, options, context.output);
    if (overflowed > 0) {
      context.note(`${overflowed} rows have a template beyond the first million: they are told as <overflow>`);
    }
  });
}

export function runDetect(asked: RowArguments, failOnAnomaly: boolean, context: CommandContext): Promise<void> {
  return withRows(asked, context, ({ train, rows }, options) => {
    const count = detect(train, rows, options, context.output);
    if (failOnAnomaly && count > 0) context.endWith(EXIT.anomalies);
  });
}

async function withRows(
  asked: RowArguments,
  context: CommandContext,
  use: (rows: CommandRows, options: Options) => void,
): Promise<void> {
  const config = context.config();
  const options = { detector: { ...config.score, miner: config.mine }, servicesMax: config.live.servicesMax };
  const opened = await openCommandRows(asked, config, context);
  try {
    use(opened, options);
  } finally {
    opened.rows.close();
  }
}

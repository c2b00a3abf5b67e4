import { annotate } from './annotate.ts';
import { EXIT } from './command-context.ts';
import type { CommandContext } from './command-context.ts';
import { openCommandRows } from './command-rows.ts';
import type { CommandRows } from './command-rows.ts';
import { detect } from './detect.ts';
import type { RowArguments } from './row-arguments.ts';
import type { OrderedRows } from './ordered-rows.ts';
import type { Progress } from './terminal/progress.ts';
import type { ReplayOptions } from '../score/replay.ts';

/** Looking at the clock takes longer than most rows. */
const ROWS_PER_LOOK = 1024;

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
  // Results that are read on the terminal say themselves how far it is.
  const progress = context.screen.isTerminal ? undefined : context.progress('scoring');
  try {
    use(progress === undefined ? opened : { ...opened, rows: watched(opened.rows, progress) }, options);
  } finally {
    progress?.done();
    opened.rows.close();
  }
}

/** Shows how far a visit of the rows has come. */
function watched(rows: OrderedRows, progress: Progress): OrderedRows {
  return {
    ...rows,
    visit(visit) {
      let seen = 0;
      rows.visit((row) => {
        visit(row);
        if (++seen % ROWS_PER_LOOK === 0) progress.told(seen, seen / rows.count);
      });
    },
  };
}

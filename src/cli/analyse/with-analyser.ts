import { createAnalyser } from '../../analyse/analyser.ts';
import type { Analyser } from '../../analyse/analyser.ts';
import type { Config } from '../../config/config.ts';
import type { CommandContext } from '../command-context.ts';
import type { OpenWindow } from './open-window.ts';
import { analysisOptions, whileShown } from './reading.ts';
import type { ReadingWatch } from './reading.ts';

/** Runs windows as the service does, in a thread beside this one, which shows how far it is and hears Ctrl-C. */
export async function withAnalyser<Result>(
  config: Config,
  windows: readonly OpenWindow[],
  context: CommandContext,
  use: (analyser: Analyser, watch: ReadingWatch) => Promise<Result>,
): Promise<Result> {
  const analyser = createAnalyser({ ...analysisOptions(config), threads: 1 });
  try {
    return await whileShown(windows, context, (watch) => use(analyser, watch));
  } finally {
    await analyser.close();
  }
}

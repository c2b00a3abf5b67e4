import { availableParallelism } from 'node:os';

import { createAnalyser } from '../../analyse/analyser.ts';
import type { Analyser } from '../../analyse/analyser.ts';
import type { Config } from '../../config/config.ts';
import { SourceError } from '../../sources/source-error.ts';
import type { CommandContext } from '../command-context.ts';
import type { Progress } from '../terminal/progress.ts';
import { interruptible } from '../interruptible.ts';
import type { OpenWindow } from './open-window.ts';

/** Runs windows as the service does, in a thread beside this one, which shows how far it is and hears Ctrl-C. */
export async function withAnalyser<Result>(
  { mine, score, cluster, live }: Config,
  windows: readonly OpenWindow[],
  context: CommandContext,
  use: (analyser: Analyser, watch: { signal: AbortSignal; onProgress: Progress['told'] }) => Promise<Result>,
): Promise<Result> {
  const options = { miner: mine, profile: score.profile, ...cluster, servicesMax: live.servicesMax };
  const analyser = createAnalyser({ ...options, threads: 1, readThreads: availableParallelism() });
  const progress = context.progress(windows.map(({ name }) => name).join(' and '));
  try {
    return await interruptible((signal) => use(analyser, { signal, onProgress: progress.told }));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const message = windows.reduce((text, window) => window.withNames(text), error.message);
    throw new SourceError(error.code, message, { cause: error });
  } finally {
    progress.done();
    await analyser.close();
    for (const window of windows) window.close();
  }
}

import { availableParallelism } from 'node:os';

import type { AnalyseOptions } from '../../analyse/analyse-rows.ts';
import type { LoadOptions } from '../../analyse/load-rows.ts';
import type { Config } from '../../config/config.ts';
import { SourceError } from '../../sources/source-error.ts';
import type { CommandContext } from '../command-context.ts';
import { interruptible } from '../interruptible.ts';
import type { Progress } from '../terminal/progress.ts';
import type { OpenWindow } from './open-window.ts';

/** How what reads windows is ended, and whom it tells how far it is. */
export interface ReadingWatch {
  signal: AbortSignal;
  onProgress: Progress['told'];
  /** To be called where nothing is waited for any more: takes the progress away, and leaves Ctrl-C to the process. */
  release(): void;
}

/** As the service analyses a window, with all processors. */
export function analysisOptions({ mine, score, cluster, live }: Config): AnalyseOptions & LoadOptions {
  const { servicesMax } = live;
  return { miner: mine, profile: score.profile, ...cluster, servicesMax, readThreads: availableParallelism() };
}

/**
 * Runs what reads windows, and closes them: shows how far it is, hears Ctrl-C, and tells of files by the names that they
 * were given.
 */
export async function whileShown<Result>(
  windows: readonly OpenWindow[],
  context: CommandContext,
  read: (watch: ReadingWatch) => Promise<Result>,
): Promise<Result> {
  const progress = context.progress(windows.map(({ name }) => name).join(' and '));
  try {
    return await interruptible((signal, release) => {
      const releaseAll = () => {
        progress.done();
        release();
      };
      return read({ signal, onProgress: progress.told, release: releaseAll });
    });
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const message = windows.reduce((text, window) => window.withNames(text), error.message);
    throw new SourceError(error.code, message, { cause: error });
  } finally {
    progress.done();
    for (const window of windows) window.close();
  }
}

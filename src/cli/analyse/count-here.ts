import type { AnalyserResult } from '../../analyse/analyser.ts';
import type { Config } from '../../config/config.ts';
import type { CommandContext } from '../command-context.ts';
import type { OpenWindow } from './open-window.ts';
import { analysisOptions, whileShown } from './reading.ts';

/** Part of the work that reading is, about. */
const READING = 0.95;

/**
 * The answer over plain files whose rows can be counted as they are read. This thread counts, too: it would only wait for
 * another to start. Undefined where the rows are needed.
 */
export async function countHere(
  config: Config,
  open: OpenWindow,
  context: CommandContext,
): Promise<AnalyserResult | undefined> {
  const { job } = open;
  if (job.source !== 'file') return undefined;
  const { answerByCounting } = await import('../../analyse/count/answer-by-counting.ts');
  const counted = await whileShown([open], context, ({ signal, onProgress, release }) => {
    let rows = 0;
    return answerByCounting(job, analysisOptions(config), {
      tick: () => signal.throwIfAborted(),
      rowsRead: (read) => (rows = read),
      shareRead: (share) => onProgress(rows, READING * share),
      allRead: release,
      cancellable: (work) => work(signal),
    });
  });
  return counted === undefined ? undefined : { ...counted.analysis, file: counted.file, pull: undefined };
}

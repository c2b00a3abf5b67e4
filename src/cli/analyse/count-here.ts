import type { AnalyserResult } from '../../analyse/analyser.ts';
import type { AnalyseJob } from '../../analyse/load-rows.ts';
import type { Config } from '../../config/config.ts';
import { analysisOptions } from './reading.ts';
import type { ReadingWatch } from './reading.ts';

/**
 * The answer over plain files whose rows can be counted as they are read. This thread counts, too: it would only wait for
 * another to start. Undefined where the rows are needed.
 */
export async function countHere(
  config: Config,
  job: AnalyseJob,
  { signal, onProgress, release }: ReadingWatch,
): Promise<AnalyserResult | undefined> {
  if (job.source !== 'file') return undefined;
  const { answerByCounting } = await import('../../analyse/count/answer-by-counting.ts');
  let rows = 0;
  const counted = await answerByCounting(job, analysisOptions(config), {
    tick: () => signal.throwIfAborted(),
    rowsRead: (read) => (rows = read),
    shareRead: (share) => onProgress(rows, share),
    allRead: release,
    cancellable: (work) => work(signal),
  });
  return counted === undefined ? undefined : { ...counted.analysis, file: counted.file, pull: undefined };
}

import { allPathsOf, bytesIn } from '../../sources/file/file-paths.ts';
import type { AnalyseOptions } from '../analyse-rows.ts';
import type { FileJob, LoadOptions, LoadWatch } from '../load-rows.ts';
import type { CountedFiles } from './count-files.ts';
import { CountHelpers } from './count-helpers.ts';

/** How files are divided among threads. */
interface Division {
  /** What a thread reads at a time. */
  partBytes: number;
  /** What a thread is worth its start for. */
  threadBytesMin: number;
}

const DIVISION: Division = { partBytes: 8 << 20, threadBytesMin: 24 << 20 };

/**
 * The answer over a window of plain files, the rows of which are counted as they are read and not kept: byte for byte
 * that of `analyseRows` over the same rows, whatever the number of threads. Undefined where that cannot be shown, or
 * where anything is wrong with the files: the rows say then what it is.
 */
export async function answerByCounting(
  job: FileJob,
  options: AnalyseOptions & LoadOptions,
  watch: LoadWatch,
  { partBytes, threadBytesMin }: Division = DIVISION,
): Promise<CountedFiles | undefined> {
  if (options.miner.profile === 'drain3' || options.intake !== undefined) return undefined;
  const { readThreads } = options;
  const files = await allPathsOf(job, watch.tick);
  // One alone that is not counted, and none is.
  const bytes = files.paths.some(needsRows) ? 0 : await bytesIn(files.paths);
  const threads = Math.min(readThreads ?? 1, Math.floor(bytes / threadBytesMin));
  const helpers = new CountHelpers(Math.max(0, threads - 1));
  try {
    // What this thread needs for it is loaded while the others start.
    const { countFiles } = await import('./count-files.ts');
    return await countFiles(files, helpers, readThreads === undefined ? Infinity : partBytes, job, options, watch);
  } finally {
    helpers.keepOnly(0);
  }
}

/** By its name: a thread that was started in vain does no harm. */
function needsRows(path: string): boolean {
  return /\.(gz|zst|zstd|csv)$/i.test(path);
}

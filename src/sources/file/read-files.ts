import type { RowSink } from '../row-sink.ts';
import { addCounts, noCounts } from './byte-consumer.ts';
import { allPathsOf, bytesIn } from './file-paths.ts';
import type { NamedFiles } from './file-paths.ts';
import { readFile } from './read-file.ts';
import type { FileOptions } from './file-options.ts';
import type { FileSummary } from './read-file.ts';

export interface FilesOptions extends FileOptions, NamedFiles {
  /** Told how much of all files has been read, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
}

export interface FilesSummary extends Omit<FileSummary, 'format'> {
  /** `mixed` when the files are written in several ways. */
  format: FileSummary['format'] | 'mixed';
  files: number;
  /** Of `firstBad`, where there are several files. */
  firstBadPath: string | undefined;
  /** Links that a pattern met and that lead out of the root: what they lead to was not read. */
  linksOut: readonly string[];
}

/**
 * Streams the rows of a file, or of all files that a pattern (`*`, `**`, `?`, `[ab]`, `{a,b}`) matches, one after the
 * other by name. Throws a `SourceError` when there is none, and for the first that cannot be read.
 */
export async function readFiles(options: FilesOptions, sink: RowSink, tick: () => void): Promise<FilesSummary> {
  const { paths, linksOut } = await allPathsOf(options, tick);
  const onRead = await shareTeller(paths, options.onProgress);
  const summary: FilesSummary = {
    ...noCounts(),
    format: 'text',
    files: paths.length,
    firstBadPath: undefined,
    linksOut,
  };
  for (const [i, path] of paths.entries()) {
    const { format, ...counts } = await readFile({ ...options, path, onRead }, sink, tick);
    summary.format = i === 0 || summary.format === format ? format : 'mixed';
    const isFirstBad = summary.firstBad === undefined && counts.firstBad !== undefined;
    if (isFirstBad && paths.length > 1) summary.firstBadPath = path;
    addCounts(summary, counts);
  }
  return summary;
}

/** Adds up what is read of all files, and tells it as a share of their sizes. */
async function shareTeller(
  paths: readonly string[],
  onProgress: ((share: number) => void) | undefined,
): Promise<((bytes: number) => void) | undefined> {
  if (onProgress === undefined) return undefined;
  const total = await bytesIn(paths);
  let read = 0;
  return (bytes) => {
    read += bytes;
    if (total > 0) onProgress(Math.min(1, read / total));
  };
}

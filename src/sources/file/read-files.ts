import { existsSync } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { RowSink } from '../row-sink.ts';
import { SourceError } from '../source-error.ts';
import { noCounts } from './byte-consumer.ts';
import { refusalOfPath } from './file-root.ts';
import { readFile } from './read-file.ts';
import type { FileOptions, FileSummary } from './read-file.ts';

const FILES_MAX = 10_000;
const PATTERN = /[*?[{]/;

export interface FilesOptions extends FileOptions {
  /** Relative paths start there, too. */
  root?: string | undefined;
  /** Further files, or patterns, read after the first. */
  morePaths?: readonly string[] | undefined;
  /** Told how much of all files has been read, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
}

export interface FilesSummary extends Omit<FileSummary, 'format'> {
  /** `mixed` when the files are written in several ways. */
  format: FileSummary['format'] | 'mixed';
  files: number;
  /** Of `firstBad`, where there are several files. */
  firstBadPath: string | undefined;
}

/**
 * Streams the rows of a file, or of all files that a pattern (`*`, `**`, `?`, `[ab]`, `{a,b}`) matches, one after the
 * other by name. Throws a `SourceError` when there is none, and for the first that cannot be read.
 */
export async function readFiles(options: FilesOptions, sink: RowSink, tick: () => void): Promise<FilesSummary> {
  const paths = await allPathsOf(options, tick);
  const onRead = await shareTeller(paths, options.onProgress);
  const summary: FilesSummary = { ...noCounts(), format: 'text', files: paths.length, firstBadPath: undefined };
  for (const [i, path] of paths.entries()) {
    const refusal = options.root === undefined ? undefined : refusalOfPath(path, { root: options.root, isOpen: false });
    if (refusal !== undefined) throw new SourceError('source_permission_denied', refusal);
    const { format, badLines, cutLines, untimedRows, untimedOutside, firstBad } = await readFile(
      { ...options, path, onRead },
      sink,
      tick,
    );
    summary.format = i === 0 || summary.format === format ? format : 'mixed';
    summary.badLines += badLines;
    summary.cutLines += cutLines;
    summary.untimedRows += untimedRows;
    summary.untimedOutside += untimedOutside;
    if (firstBad === undefined || summary.firstBad !== undefined) continue;
    summary.firstBad = firstBad;
    if (paths.length > 1) summary.firstBadPath = path;
  }
  return summary;
}

/** All files that are meant, in the order in which they are read. Throws a `SourceError` when there is none. */
export async function allPathsOf(options: FilesOptions, tick: () => void): Promise<string[]> {
  const paths = await pathsOf(options, tick);
  for (const path of options.morePaths ?? []) paths.push(...(await pathsOf({ ...options, path }, tick)));
  return paths;
}

/** Adds up what is read of all files, and tells it as a share of their sizes. */
async function shareTeller(
  paths: readonly string[],
  onProgress: ((share: number) => void) | undefined,
): Promise<((bytes: number) => void) | undefined> {
  if (onProgress === undefined) return undefined;
  let total = 0;
  // One that is not there is told by whoever reads it.
  for (const path of paths)
    total += await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  let read = 0;
  return (bytes) => {
    read += bytes;
    if (total > 0) onProgress(Math.min(1, read / total));
  };
}

/** A file whose very name looks like a pattern is that file. */
async function pathsOf({ path: given, root }: FilesOptions, tick: () => void): Promise<string[]> {
  const refusal = root === undefined ? undefined : refusalOfPath(given, { root, isOpen: false });
  if (refusal !== undefined) throw new SourceError('source_permission_denied', refusal);
  const path = root === undefined ? given : resolve(root, given);
  if (!PATTERN.test(path) || existsSync(path)) return [path];
  const found: string[] = [];
  for await (const match of glob(path)) {
    tick();
    if (!(await isFile(match))) continue;
    found.push(match);
    if (found.length > FILES_MAX) {
      throw new SourceError('source_not_a_file', `${given} matches more than ${FILES_MAX} files: name fewer`);
    }
  }
  if (found.length === 0) throw new SourceError('source_not_found', `no file matches ${given}`);
  return found.toSorted();
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false; // a link to nowhere, or gone since
  }
}

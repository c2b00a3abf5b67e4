import { existsSync } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';

import { isWithin } from '../../security/kernel-folders.ts';
import { SourceError } from '../source-error.ts';
import { leadsOut, refusalOfPath } from './file-root.ts';

const FILES_MAX = 10_000;
const PATTERN = /[*?[{]/;

export interface FilePaths {
  paths: string[];
  /** Links among what a pattern matches that lead out of the root: nobody follows them. */
  linksOut: string[];
}

/** Files as they are asked for. */
export interface NamedFiles {
  /** Of a file, or a pattern of several. */
  path: string;
  /** Relative paths start there, and lead nowhere else. */
  root?: string | undefined;
  /** Further files, or patterns, read after the first. */
  morePaths?: readonly string[] | undefined;
}

/** All files that are meant, in the order in which they are read. Throws a `SourceError` when there is none. */
export async function allPathsOf({ path, root, morePaths = [] }: NamedFiles, tick: () => void): Promise<FilePaths> {
  const all: FilePaths = { paths: [], linksOut: [] };
  for (const given of [path, ...morePaths]) {
    const { paths, linksOut } = await filePaths(given, root, tick);
    all.paths.push(...paths);
    all.linksOut.push(...linksOut);
  }
  return all;
}

/** Of all files together, as they lie on the disk. One that is not there is told by whoever reads it. */
export async function bytesIn(paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths)
    bytes += await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  return bytes;
}

/**
 * The files that a path or a pattern names, below the root where there is one. A link that leads out of it is refused
 * where it is named, and passed over where a pattern only meets it: the other files are what was meant.
 */
async function filePaths(given: string, root: string | undefined, tick: () => void): Promise<FilePaths> {
  const path = root === undefined ? given : resolve(root, given);
  refuse(given, root);
  // A file whose very name looks like a pattern is that file.
  if (!PATTERN.test(path) || existsSync(path)) return { paths: [path], linksOut: [] };
  const folder = folderOf(path);
  const found: string[] = [];
  const linksOut = new Set<string>();
  const isOut = (met: string): boolean => {
    // A mere name stands where glob follows no link; the way to the first wildcard has been looked at.
    if (root === undefined || !isAbsolute(met) || isWithin(met, folder) || !leadsOut(met, root)) return false;
    linksOut.add(met);
    return true;
  };
  for await (const match of glob(path, { exclude: isOut })) {
    tick();
    if (isOut(match) || !(await isFile(match))) continue;
    found.push(match);
    if (found.length > FILES_MAX) {
      throw new SourceError('source_not_a_file', `${given} matches more than ${FILES_MAX} files: name fewer`);
    }
  }
  if (found.length > 0) return { paths: found.toSorted(), linksOut: [...linksOut].toSorted() };
  const [link] = linksOut;
  if (link === undefined) throw new SourceError('source_not_found', `no file matches ${given}`);
  const only = `${given} matches nothing but what leads out of FILE_ROOT, where files have to be: ${link}`;
  throw new SourceError('source_permission_denied', only);
}

function refuse(path: string, root: string | undefined): void {
  const refusal = root === undefined ? undefined : refusalOfPath(path, { root, isOpen: false });
  if (refusal !== undefined) throw new SourceError('source_permission_denied', refusal);
}

/** What stands before the first part of a pattern that is none by itself. */
function folderOf(pattern: string): string {
  const parts = pattern.split('/');
  return (
    parts
      .slice(
        0,
        parts.findIndex((part) => PATTERN.test(part)),
      )
      .join('/') || '/'
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false; // a link to nowhere, or gone since
  }
}

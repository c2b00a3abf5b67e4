import type { Stats } from 'node:fs';
import { constants, fstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { SourceError } from '../source-error.ts';
import { refusalOfRealPath } from './file-root.ts';

/** To open any file with: without O_NONBLOCK, opening a named pipe waits for a writer. */
export const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** What a path leads to that is no file, and what to name instead. */
export const NO_FILE = 'a device, pipe or socket: name a regular file';

/**
 * Throws a `SourceError` unless the descriptor is that of a regular file, and of one below the root, where there is one.
 * What counts is the file that was opened, whose figures it answers: a path may lead to another one than a moment ago.
 */
export function checkOpened(fd: number, path: string, root: string | undefined): Stats {
  const stat = fstatSync(fd);
  if (!stat.isFile()) {
    throw new SourceError('source_not_a_file', `${path} is ${stat.isDirectory() ? folderAdvice(path) : NO_FILE}`);
  }
  if (root === undefined) return stat;
  const refusal = refusalOfRealPath(realPathOf(fd, path), root);
  if (refusal !== undefined) throw new SourceError('source_permission_denied', refusal);
  return stat;
}

/** What a folder is told to be, and what to name instead. */
function folderAdvice(path: string): string {
  return `a folder: name a file in it, or several by a pattern in quotes, such as '${path.replace(/\/+$/, '')}/*.log'`;
}

function realPathOf(fd: number, path: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // Systems without /proc: where the path leads now, if that is the file that was opened.
    const real = realpathSync(path);
    const [opened, found] = [fstatSync(fd), statSync(real)];
    if (opened.ino === found.ino && opened.dev === found.dev) return real;
    throw new SourceError('source_permission_denied', `${path} has become another file while it was opened: try again`);
  }
}

import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';

export interface FileRootOptions {
  /** Folder that files named by request have to be in. */
  root: string | undefined;
  /** Whether anybody on the network may call: then a request may name a file only below a root. */
  isOpen: boolean;
}

/** Why a file that a request names is not to be read, as a sentence; undefined when it may be. */
export function refusalOfPath(path: string, { root, isOpen }: FileRootOptions): string | undefined {
  if (path.includes('\0')) return 'credentials.path has a NUL in it, which no path has';
  if (root === undefined) {
    return isOpen
      ? 'credentials.path is taken only below FILE_ROOT while HOST is open to others without SIGNING_SECRET: set one of them'
      : undefined;
  }
  const within = relative(realPath(root), realPath(resolve(root, path)));
  if (within !== '..' && !within.startsWith('../') && !isAbsolute(within)) return undefined;
  return 'credentials.path is outside of FILE_ROOT, which is where files have to be';
}

/** With links followed, so that none leads outside; as it is where there is nothing yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

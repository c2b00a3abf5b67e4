import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isWithin, KERNEL_FOLDERS, kernelFolderOf } from '../../security/kernel-folders.ts';

export interface FileRootOptions {
  /** Folder that files named by request have to be in. */
  root: string | undefined;
  /** Whether anybody on the network may call: then a request may name a file only below a root. */
  isOpen: boolean;
}

/** Why a file that a request names is not to be read, as a sentence; undefined when it may be. */
export function refusalOfPath(path: string, { root, isOpen }: FileRootOptions): string | undefined {
  if (path.includes('\0')) return 'credentials.path has a NUL in it, which no path has';
  if (root === undefined && isOpen)
    return 'credentials.path is taken only below FILE_ROOT while HOST is open to others without SIGNING_SECRET: set one of them';
  // Elsewhere they are gone once the path is resolved.
  if (/[{},]/.test(path) && path.split(/[/{},]/).includes('..'))
    return 'credentials.path is a pattern with .. in it: write the folder that is meant';
  return refusalOfRealPath(realPath(resolve(root ?? '', path)), root ?? '/');
}

/** The same for where a path leads with all links followed. */
export function refusalOfRealPath(real: string, root: string): string | undefined {
  // The environment with all its secrets, say.
  if (kernelFolderOf(real) !== undefined)
    return `credentials.path leads into ${KERNEL_FOLDERS.join(' or ')}, where no logs are`;
  if (isWithin(realPath(root), real)) return undefined;
  return 'credentials.path is outside of FILE_ROOT, which is where files have to be';
}

/** Whether a path that a pattern meets leads out of the root. */
export function leadsOut(path: string, root: string): boolean {
  return refusalOfRealPath(realPath(path), root) !== undefined;
}

/** With links followed, so that none leads outside; what is not there, or a pattern, as it stands. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(realPath(folder), basename(path));
  }
}

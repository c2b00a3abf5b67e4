import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { kernelFolderOf } from '../security/kernel-folders.ts';

/**
 * Makes the folder and what is missing above it, for their owner alone. One after the other, as mkdir's own way tries
 * for ever where the kernel lets nothing be made.
 */
export function makeDataFolder(path: string): void {
  const { missing, refusal } = lookAt(path);
  if (refusal !== undefined) throw new Error(refusal);
  for (const folder of missing) makeFolder(folder);
}

/** Why the path cannot become a folder for data; undefined where nothing that is there is in its way. */
export function refusalOfDataFolder(path: string): string | undefined {
  const { refusal } = lookAt(path);
  return refusal === undefined
    ? undefined
    : `DATA_DIR is ${path} and ${refusal}; allowed: a folder, there or to be made`;
}

interface Look {
  /** Folders to be made, from the top. */
  missing: string[];
  refusal: string | undefined;
}

function lookAt(path: string): Look {
  const missing: string[] = [];
  let there = resolve(path);
  for (; !existsSync(there) && dirname(there) !== there; there = dirname(there)) missing.unshift(there);
  if (!statSync(there).isDirectory()) return { missing, refusal: `${there} is no folder` };
  const kernel = kernelFolderOf(there);
  return { missing, refusal: kernel === undefined ? undefined : `nothing can be kept in ${kernel}` };
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // The threads of both databases may make it anew at once.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

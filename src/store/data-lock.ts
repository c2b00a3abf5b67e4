import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeDataFolder } from './data-folder.ts';
import { makePrivate } from './private-file.ts';
import { isBusy, isDamage } from './sqlite-error.ts';

const LOCK_FILE = 'halfspace.lock';
/** A process that is just ending may hold it for so long. */
const WAIT_MS = 2000;

/** Another process has the folder. */
export class DataFolderTaken extends Error {
  override readonly name = 'DataFolderTaken';
}

/**
 * Takes the folder for this process, by a lock that ends with the process however that ends. Throws
 * {@link DataFolderTaken}, or what the file system has to say. Answers the way to give it back.
 */
export function lockDataFolder(folder: string): () => void {
  makeDataFolder(folder);
  const file = join(folder, LOCK_FILE);
  try {
    return lock(file, folder);
  } catch (error) {
    if (!isDamage(error)) throw error;
    // There is nothing in it to lose.
    rmSync(file);
    return lock(file, folder);
  }
}

function lock(file: string, folder: string): () => void {
  makePrivate(file);
  const database = new DatabaseSync(file, { timeout: WAIT_MS });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (isBusy(error))
      throw new DataFolderTaken(
        `DATA_DIR ${folder} is in use by another Halfspace; give each one a folder of its own`,
        {
          cause: error,
        },
      );
    throw error;
  }
}

import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';

const OWNER_ONLY = 0o600;

/**
 * Lets a database be read and written by its owner alone, whatever the umask and the folder; it is made where it is not
 * there. SQLite gives the files beside it the same mode when it makes them, so only those of before are changed too.
 */
export function makePrivate(file: string): void {
  // Made before it is opened: SQLite's own would be open to readers until its mode is changed.
  if (!existsSync(file)) attempt(() => closeSync(openSync(file, 'a', OWNER_ONLY)));
  for (const tail of ['', '-wal', '-shm']) attempt(() => chmodSync(file + tail, OWNER_ONLY));
}

/** A file that is not there, is another's, or has no mode can be used all the same, or SQLite says why not. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // See above.
  }
}

/** Result codes of SQLite that decide what is to be done. */
const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** The primary result code; undefined where SQLite had no part in it. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code === CORRUPT || code === NOT_A_DATABASE;
}

export function isBusy(error: unknown): boolean {
  return codeOf(error) === BUSY;
}

/** Of the file, in a few words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

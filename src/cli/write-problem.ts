const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'no room is left on its disk',
  EDQUOT: 'no room is left on its disk for this user',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'its disk can only be read',
};

/** Why something could not be written, in words. */
export function writeProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return ('code' in error ? WORDS[String(error.code)] : undefined) ?? error.message;
}

/** The six levels every source's spelling maps to, least severe first. */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export type Level = (typeof LEVELS)[number];

/** Index into {@link LEVELS}; what the hot path carries instead of a string. */
export type LevelIndex = 0 | 1 | 2 | 3 | 4 | 5;

export const INFO: LevelIndex = 2;
export const WARN: LevelIndex = 3;
export const ERROR: LevelIndex = 4;

/** Every spelling that is known, in lower case. */
export const LEVEL_SPELLINGS: ReadonlyMap<string, LevelIndex> = new Map<string, LevelIndex>([
  ...spellings(0, 'trace', 'finest', 'finer', 'verbose', 'vrb', 'silly', 'trc', 't'),
  ...spellings(1, 'debug', 'dbg', 'fine', 'config', 'd'),
  ...spellings(2, 'info', 'information', 'informational', 'inf', 'notice', 'note', 'log', 'ok', 'i'),
  ...spellings(3, 'warn', 'warning', 'wrn', 'w'),
  ...spellings(4, 'error', 'err', 'eror', 'severe', 'failure', 'e'),
  ...spellings(
    5,
    'fatal',
    'critical',
    'crit',
    'alert',
    'emerg',
    'emergency',
    'panic',
    'dpanic',
    'ftl',
    'pnc',
    'f',
    'c',
  ),
]);

function spellings(level: LevelIndex, ...names: string[]): [string, LevelIndex][] {
  return names.map((name) => [name, level]);
}

/** OTLP severity number (1 to 24) to a level; `undefined` for 0 and for values outside the range. */
export function levelOfSeverityNumber(severityNumber: number): LevelIndex | undefined {
  if (severityNumber < 1 || severityNumber > 24) return undefined;
  return ((severityNumber - 1) >> 2) as LevelIndex;
}

/**
 * Level of a spelling such as `WARNING`, `Err`, `crit` or `INFO2`, in either case; `undefined` when unknown.
 * Numbers are read as pino and bunyan write them (10 to 60) or as syslog does (0 to 7).
 */
export function levelOfText(text: string): LevelIndex | undefined {
  const word = text.trim().toLowerCase();
  if (word.length === 0 || word.length > 16) return undefined;
  if (/^\d+$/.test(word)) return levelOfNumber(Number(word));
  return LEVEL_SPELLINGS.get(word) ?? LEVEL_SPELLINGS.get(word.replace(/[2-4]$/, ''));
}

/** Level of a pino or bunyan number (10 to 69) or of a syslog severity (0 to 7). */
export function levelOfNumber(value: number): LevelIndex | undefined {
  if (value <= 7) return ([5, 5, 5, 4, 3, 2, 2, 1] as const)[value];
  if (value >= 10 && value <= 69) return (Math.floor(value / 10) - 1) as LevelIndex;
  return undefined;
}

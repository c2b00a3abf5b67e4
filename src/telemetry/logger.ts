import { pino } from 'pino';
import type { DestinationStream, LevelWithSilent, Logger } from 'pino';
import { errorText } from './error-text.ts';

export interface LoggerOptions {
  level: LevelWithSilent;
  /**
   * Configured secrets: wherever one turns up in a line, in an error of a library say, it is struck out. More may be added
   * at any time.
   */
  secrets?: ReadonlySet<string>;
  /** Default: standard output. */
  destination?: DestinationStream;
}

/** Fields that hold secrets, or text of those who send us logs: neither belongs into our own. */
const CENSORED_FIELDS = ['credentials', 'signingSecret', 'authorization', 'headers', 'body', 'logs', 'rows', 'anomaly'];

/** Shorter ones would strike out half of every line. */
const SECRET_CHARS_MIN = 4;

/** JSON lines, one an event. Only our own words are written: never the text of a log record, never a secret. */
export function createLogger(options: LoggerOptions): Logger {
  const { secrets = new Set<string>() } = options;
  let known = 0;
  let escaped: string[] = [];
  const strike = (line: string): string => {
    if (secrets.size !== known) {
      known = secrets.size;
      escaped = escapedOf(secrets);
    }
    return escaped.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), line);
  };
  const settings = {
    level: options.level,
    base: { name: 'halfspace', pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: errorFields },
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: CENSORED_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    hooks: { streamWrite: strike },
  };
  return pino(settings, options.destination ?? standardOutput());
}

/**
 * Written at once, as pipes, files and terminals are. When whoever read it is gone the lines are too: pino's own
 * destination would try again without end, also while the process ends.
 */
function standardOutput(): DestinationStream {
  process.stdout.on('error', () => undefined);
  return { write: (line) => void process.stdout.write(line) };
}

const CAUSES_MAX = 5;

/** An error and what caused it: what it says and where, and none of the values that libraries hang on their errors. */
function errorFields(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: errorText(error) };
  const { name, message, stack = '', cause } = error;
  const head = stack.indexOf(message) + message.length;
  const code = (error as { code?: unknown }).code;
  return {
    type: name,
    message: errorText(error),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    // Without its first line, which is the message again.
    stack: stack.slice(stack.includes(message) ? head : 0).trim(),
    ...(cause === undefined || depth >= CAUSES_MAX ? {} : { cause: errorFields(cause, depth + 1) }),
  };
}

/** As they stand within a JSON string. */
function escapedOf(secrets: ReadonlySet<string>): string[] {
  return [...secrets].filter(({ length }) => length >= SECRET_CHARS_MIN).map((one) => JSON.stringify(one).slice(1, -1));
}

import { levelOfSeverityNumber, levelOfText } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { structuredMessage } from '../../domain/structured-message.ts';

export type Result = Readonly<Record<string, unknown>>;

const LEVEL_FIELDS = ['level', 'log.level', 'loglevel', 'severity.text', 'severity'];
const NUMBER_FIELD = 'severity.number';
/** What a log without a message is told by, beside those of its level and service. */
const TELLING_FIELDS = ['msg', 'log', 'event', 'body', 'error.message', 'http.statusCode', 'hostname'];
const SERVICE_FIELDS = [
  'service.name',
  'service',
  'service_name',
  'entity.name',
  'entity.names',
  'appName',
  'application',
];
const HINT_FIELDS = ['container_name', 'logtype'];

/** Attributes that are asked for, beside `timestamp` and `message`. */
export const FIELDS: readonly string[] = [
  ...LEVEL_FIELDS,
  NUMBER_FIELD,
  ...SERVICE_FIELDS,
  ...HINT_FIELDS,
  ...TELLING_FIELDS,
];

/** Epoch milliseconds, NaN when it is not told. */
export function resultTimeMs(result: Result): number {
  const { timestamp } = result;
  return typeof timestamp === 'number' ? Math.floor(timestamp) : Number.NaN;
}

export function readResult(result: Result): {
  message: string;
  level: LevelIndex | undefined;
  service: string | undefined;
} {
  const { message, timestamp: _timestamp, ...rest } = result;
  const number = result[NUMBER_FIELD];
  return {
    message:
      textOf(message) ??
      structuredMessage(typeof message === 'object' && message !== null ? { ...message } : withoutNulls(rest)),
    level:
      first(result, LEVEL_FIELDS, levelOfText) ??
      (typeof number === 'number' ? levelOfSeverityNumber(number) : undefined),
    service: first(result, [...SERVICE_FIELDS, ...HINT_FIELDS], (name) => name),
  };
}

/** All attributes that are asked for are answered: those that a log has not are null. */
function withoutNulls(result: Result): Result {
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== null));
}

function first<Value>(
  result: Result,
  names: readonly string[],
  read: (text: string) => Value | undefined,
): Value | undefined {
  for (const name of names) {
    const text = Object.hasOwn(result, name) ? textOf(result[name]) : undefined;
    const value = text === undefined ? undefined : read(text);
    if (value !== undefined) return value;
  }
  return undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

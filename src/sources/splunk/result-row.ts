import { levelOfSeverityNumber, levelOfText } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { msOfText } from '../record/instant-value.ts';
import { recordFields } from '../record/record-fields.ts';
import type { RecordFields } from '../record/record-fields.ts';
import type { TimestampReader } from '../record/timestamp-reader.ts';

export type Result = Readonly<Record<string, unknown>>;

const LEVEL_FIELDS = 'level severity log_level loglevel severity_text levelname log.level otel.log.severity.text'.split(
  ' ',
);
const SEVERITY_NUMBER_FIELDS = ['otel.log.severity.number', 'severity_number'] as const;
const SERVICE_FIELDS = 'service service.name service_name serviceName app application app_name appname'.split(' ');
const SERVICE_HINT_FIELDS = ['k8s.deployment.name', 'k8s.container.name', 'container_name', 'program'] as const;

/** What is asked for of each event, beside `_time` and `_raw`, which always come. */
export const FIELDS: readonly string[] = [
  ...LEVEL_FIELDS,
  ...SEVERITY_NUMBER_FIELDS,
  ...SERVICE_FIELDS,
  ...SERVICE_HINT_FIELDS,
  'host',
  'source',
  'sourcetype',
];

/** Name under which a result's time comes as a number: `_time` is written out in the zone of whoever searches. */
export const EPOCH_FIELD = 'halfspace_time';

/** Source types that say how an event came in, not what wrote it. */
const GENERIC_SOURCETYPE =
  /^(_json|json.*|httpevent|syslog|otel|text|csv|xml|generic_single_line|.*-too_small|stash)$/i;

export interface ResultRow {
  message: string;
  level: LevelIndex | undefined;
  service: string | undefined;
}

/** The row of one result. Its time is Splunk's and told elsewhere, as that is what the window is searched by. */
export function resultRow(result: Result, timestamps: TimestampReader): ResultRow {
  const raw = textOf(result['_raw']);
  const record = raw === undefined ? visible(result) : objectIn(raw);
  const fields = record === undefined ? undefined : recordFields(record, timestamps, true);
  return {
    message: fields?.message ?? withoutNewline(raw ?? ''),
    level: levelOf(result) ?? fields?.level,
    service: serviceOf(result, fields),
  };
}

/** Epoch milliseconds of a result, NaN when it tells none. */
export function resultTimeMs(result: Result, timestamps: TimestampReader): number {
  const seconds = Number(textOf(result[EPOCH_FIELD]) ?? Number.NaN);
  // Microseconds are the finest that Splunk keeps, and what is finer a matter of how the number is written.
  if (seconds > 0) return Math.floor(Math.round(seconds * 1e6) / 1e3);
  const bytes = Buffer.from(textOf(result['_time']) ?? '');
  return msOfText(bytes, 0, bytes.length, timestamps);
}

function levelOf(result: Result): LevelIndex | undefined {
  for (const name of LEVEL_FIELDS) {
    const level = levelOfText(textOf(result[name]) ?? '');
    if (level !== undefined) return level;
  }
  for (const name of SEVERITY_NUMBER_FIELDS) {
    const level = levelOfSeverityNumber(Number(textOf(result[name]) ?? 0));
    if (level !== undefined) return level;
  }
  return undefined;
}

function serviceOf(result: Result, record: RecordFields | undefined): string | undefined {
  const named = firstText(result, SERVICE_FIELDS) ?? record?.service ?? firstText(result, SERVICE_HINT_FIELDS);
  if (named !== undefined) return named;
  const sourcetype = firstText(result, ['sourcetype']);
  if (sourcetype !== undefined && !GENERIC_SOURCETYPE.test(sourcetype)) return sourcetype;
  return firstText(result, ['source', 'host']) ?? sourcetype;
}

function firstText(result: Result, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = textOf(result[name]);
    if (text !== undefined && text.trim() !== '') return text;
  }
  return undefined;
}

/** A field with several values comes as a list: the first one counts. */
function textOf(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof one === 'number') return String(one);
  return typeof one === 'string' ? one : undefined;
}

/** A result of statistics has no `_raw`: what the user's fields say is its message. */
function visible(result: Result): Record<string, unknown> {
  const own = ([name]: [string, unknown]) => !name.startsWith('_') && !name.startsWith('halfspace_');
  return Object.fromEntries(Object.entries(result).filter(own));
}

function objectIn(raw: string): Record<string, unknown> | undefined {
  if (!/^\s*\{/.test(raw)) return undefined;
  try {
    return JSON.parse(raw) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}

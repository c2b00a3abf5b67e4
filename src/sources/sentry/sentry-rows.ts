import { levelOfSeverityNumber, levelOfText } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { msOfNumber, msOfText } from '../record/instant-value.ts';
import type { TimestampReader } from '../record/timestamp-reader.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface SentryRow {
  /** By which a row that two pages give is known; undefined where there is none. */
  id: string | undefined;
  message: string;
  /** NaN when it is not told. */
  timeMs: number;
  level: LevelIndex | undefined;
  /** Undefined where it is the project's. */
  service: string | undefined;
}

/** Tags that name a service. `server_name` is not among them: it names a host, often one pod of many. */
export const SERVICE_TAGS = ['service', 'service.name'] as const;

/** An event of a project: its level is a tag, and its culprit (a function, a path) no service. */
export function eventRow(event: Fields, timestamps: TimestampReader): SentryRow {
  const tags = tagsOf(event['tags']);
  return {
    id: textOf(event['eventID']) ?? textOf(event['id']),
    message: eventMessage(event),
    timeMs: timeOf(event['dateCreated'], timestamps),
    level: levelOf(tags.get('level') ?? event['level']),
    service: serviceIn((name) => tags.get(name)),
  };
}

/** A row of the errors that a search found. */
export function foundErrorRow(found: Fields, timestamps: TimestampReader): SentryRow {
  return {
    id: textOf(found['id']),
    message: textOf(found['title']) ?? textOf(found['message']) ?? '',
    timeMs: timeOf(found['timestamp'], timestamps),
    level: levelOf(found['level']),
    service: serviceIn((name) => found[name]),
  };
}

export function logRow(log: Fields, timestamps: TimestampReader): SentryRow {
  const preciseMs = timeOf(log['timestamp_precise'], timestamps);
  return {
    id: textOf(log['id']) ?? textOf(log['sentry.item_id']),
    message: textOf(log['message']) ?? '',
    timeMs: Number.isNaN(preciseMs) ? timeOf(log['timestamp'], timestamps) : preciseMs,
    level: levelOf(log['severity']) ?? levelOfSeverityNumber(Number(log['severity_number'] ?? 0)),
    service: serviceIn((name) => log[name]),
  };
}

/** An issue counts once, when it was last seen. */
export function issueRow(issue: Fields, timestamps: TimestampReader): SentryRow {
  return {
    id: textOf(issue['id']),
    message: eventMessage(issue),
    timeMs: timeOf(issue['lastSeen'], timestamps),
    level: levelOf(issue['level']),
    service: textOf(fieldsOf(issue['project'])['slug']),
  };
}

/** An error's type and value, whole where the title is cut; else the message that was sent, else the title. */
function eventMessage(event: Fields): string {
  const metadata = fieldsOf(event['metadata']);
  const [type, value] = [textOf(metadata['type']), textOf(metadata['value'])];
  const isError = (event['event.type'] ?? event['type']) === 'error';
  if (isError && type !== undefined) return value === undefined ? type : `${type}: ${value}`;
  return textOf(event['message']) ?? textOf(event['title']) ?? '';
}

function tagsOf(value: unknown): ReadonlyMap<string, unknown> {
  const tags = Array.isArray(value) ? (value as unknown[]).map(fieldsOf) : [];
  return new Map(tags.map((tag) => [textOf(tag['key']) ?? '', tag['value']]));
}

function levelOf(value: unknown): LevelIndex | undefined {
  return levelOfText(textOf(value) ?? '');
}

function serviceIn(get: (name: string) => unknown): string | undefined {
  for (const name of SERVICE_TAGS) {
    const text = textOf(get(name));
    if (text !== undefined) return text;
  }
  return undefined;
}

function timeOf(value: unknown, timestamps: TimestampReader): number {
  if (typeof value === 'number') {
    // A number holds nanoseconds to a quarter of a microsecond: a whole millisecond may come out just below itself.
    return value >= 1e17 ? Math.floor(Math.round(value / 1e3) / 1e3) : msOfNumber(value);
  }
  const bytes = Buffer.from(textOf(value) ?? '');
  return msOfText(bytes, 0, bytes.length, timestamps);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

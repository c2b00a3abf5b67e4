import { levelOfText } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { recordFields } from '../record/record-fields.ts';
import type { TimestampReader } from '../record/timestamp-reader.ts';

export interface LogEvent {
  message: string;
  /** NaN when it is not told. */
  timestampMs: number;
  level: LevelIndex | undefined;
  service: string | undefined;
}

type Fields = Record<string, unknown>;

/** The row of an event as the Logs Search API gives it; undefined for what is no event. */
export function readLogEvent(event: unknown, timestamps: TimestampReader): LogEvent | undefined {
  const attributes = fieldsOf(fieldsOf(event)?.['attributes']);
  if (attributes === undefined) return undefined;
  // What the log itself said, structured; its time is when it was written, the event's when Datadog says it was.
  const own = recordFields({ attributes: attributes['attributes'] }, timestamps, false);
  const message = textOf(attributes['message']);
  return {
    message: message ?? own.message,
    timestampMs: Date.parse(textOf(attributes['timestamp']) ?? ''),
    level: levelOfText(textOf(attributes['status']) ?? '') ?? (message === undefined ? own.level : undefined),
    service: textOf(attributes['service']) ?? serviceTag(attributes['tags']) ?? own.service,
  };
}

function serviceTag(tags: unknown): string | undefined {
  if (!Array.isArray(tags)) return undefined;
  const found = (tags as unknown[]).find((tag) => typeof tag === 'string' && /^service:./.test(tag));
  return typeof found === 'string' ? found.slice('service:'.length) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

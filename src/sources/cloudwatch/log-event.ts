import type { LevelIndex } from '../../domain/level.ts';
import { jsonObjectOf } from '../record/json-line.ts';
import { recordFields } from '../record/record-fields.ts';
import type { TimestampReader } from '../record/timestamp-reader.ts';

/** What Powertools for AWS Lambda writes where nobody named a service. */
const NO_SERVICE = 'service_undefined';

export interface LogEvent {
  message: string;
  level: LevelIndex | undefined;
  service: string;
}

/**
 * What a line says. Many groups hold JSON lines, which are read as records; its time is always the event's, by which
 * the store finds it. A service that the line names goes before that of its log group, as a container's name does.
 */
export function readLogEvent(line: string, groupService: string, timestamps: TimestampReader): LogEvent {
  const record = jsonObjectOf(line);
  if (record === undefined) return { message: line.replace(/\r?\n$/, ''), level: undefined, service: groupService };
  const { message, level, service } = recordFields(record, timestamps, false);
  const named = service === NO_SERVICE ? undefined : service;
  return { message, level, service: named ?? containerOf(record) ?? groupService };
}

/** Container Insights puts all containers of a cluster into one group. */
function containerOf({ kubernetes }: Record<string, unknown>): string | undefined {
  if (typeof kubernetes !== 'object' || kubernetes === null) return undefined;
  const { labels, container_name: container } = kubernetes as Record<string, unknown>;
  const app = typeof labels === 'object' && labels !== null ? (labels as Record<string, unknown>)['app'] : undefined;
  return [container, app].find((name) => typeof name === 'string' && name !== '') as string | undefined;
}

import { levelOfText } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { structuredMessage } from '../../domain/structured-message.ts';
import { parseIsoInstant } from '../iso-instant.ts';
import { jsonObjectOf } from '../record/json-line.ts';
import { recordFields } from '../record/record-fields.ts';
import type { TimestampReader } from '../record/timestamp-reader.ts';

type Fields = Record<string, unknown>;

/** What names the program among a monitored resource's labels, the most telling first. */
const PROGRAM_LABELS = [
  'container_name',
  'service_name',
  'job_name',
  'module_id',
  'function_name',
  'configuration_name',
];
/** The same among an entry's own labels: GKE copies those of the pod, Compute Engine the machine's name. */
const ENTRY_LABELS = [
  'k8s-pod/app',
  'k8s-pod/app_kubernetes_io/name',
  'k8s-pod/k8s-app',
  'compute.googleapis.com/resource_name',
];
/** What names the thing at least, where no program runs that a user wrote. */
const THING_LABELS = ['backend_service_name', 'database_id', 'cluster_name', 'job'];
/** LogSeverity as numbers, should an answer have them so: 0, 100, ... 800. */
const SEVERITIES: readonly (LevelIndex | undefined)[] = [undefined, 1, 2, 2, 3, 4, 5, 5, 5];

export interface ReadEntry {
  /** NaN where it has none. */
  timestampMs: number;
  message: string;
  level: LevelIndex | undefined;
  service: string | undefined;
}

export function readLogEntry(entry: Fields, timestamps: TimestampReader): ReadEntry {
  const { message, level, service } = readPayload(entry, timestamps);
  const time = entry['timestamp'] ?? entry['receiveTimestamp'];
  return {
    timestampMs: typeof time === 'string' ? parseIsoInstant(time) : Number.NaN,
    message,
    level: levelOfSeverity(entry['severity']) ?? level,
    service: service ?? labelledService(entry) ?? logId(entry),
  };
}

function readPayload(entry: Fields, timestamps: TimestampReader): Omit<ReadEntry, 'timestampMs'> {
  const { textPayload, jsonPayload, protoPayload, httpRequest } = entry;
  if (typeof textPayload === 'string') {
    const record = jsonObjectOf(textPayload);
    if (record !== undefined) return recordFields(record, timestamps, false);
    return { message: textPayload.replace(/\r?\n$/, ''), level: undefined, service: undefined };
  }
  const json = fieldsOf(jsonPayload);
  const proto = fieldsOf(protoPayload);
  if (proto !== undefined) return { message: auditMessage(proto), level: undefined, service: undefined };
  const request = fieldsOf(httpRequest);
  if (request !== undefined && ['message', 'msg'].every((name) => typeof json?.[name] !== 'string')) {
    return { message: requestMessage(request), level: undefined, service: undefined };
  }
  if (json === undefined) return { message: '', level: undefined, service: undefined };
  const fields = recordFields(json, timestamps, false);
  // As Error Reporting has it.
  const context = fieldsOf(json['serviceContext'])?.['service'];
  return { ...fields, service: fields.service ?? (typeof context === 'string' ? context : undefined) };
}

/** An audit log tells who called what; other messages of protocol buffers are shown whole. */
function auditMessage(proto: Fields): string {
  const { methodName, resourceName, status } = proto;
  if (typeof methodName !== 'string') return structuredMessage(proto);
  const said = fieldsOf(status)?.['message'];
  const what = [methodName, resourceName].filter((part) => typeof part === 'string' && part !== '').join(' ');
  return typeof said === 'string' && said !== '' ? `${what}: ${said}` : what;
}

function requestMessage({ requestMethod, requestUrl, status }: Fields): string {
  return [requestMethod, requestUrl, status]
    .filter((part) => typeof part === 'string' || typeof part === 'number')
    .join(' ');
}

/** DEFAULT says nothing, so that the entry itself is asked. */
function levelOfSeverity(severity: unknown): LevelIndex | undefined {
  if (typeof severity === 'number') return SEVERITIES[severity / 100];
  return typeof severity === 'string' && severity !== 'DEFAULT' ? levelOfText(severity) : undefined;
}

function labelledService(entry: Fields): string | undefined {
  const resource = fieldsOf(fieldsOf(entry['resource'])?.['labels']);
  const own = fieldsOf(entry['labels']);
  return firstText(resource, PROGRAM_LABELS) ?? firstText(own, ENTRY_LABELS) ?? firstText(resource, THING_LABELS);
}

/** `projects/p/logs/my-app%2Frequests` is the log my-app/requests. */
function logId({ logName }: Fields): string | undefined {
  if (typeof logName !== 'string') return undefined;
  const id = logName.replace(/^.*?\/logs\//, '');
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function firstText(fields: Fields | undefined, names: readonly string[]): string | undefined {
  const found = names.map((name) => fields?.[name]).find((value) => typeof value === 'string' && value !== '');
  return found as string | undefined;
}

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

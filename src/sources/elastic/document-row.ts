import { levelOfNumber, levelOfSeverityNumber, levelOfText } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { structuredMessage } from '../../domain/structured-message.ts';
import {
  CONTAINER_FIELDS,
  LEVEL_FIELDS,
  MESSAGE_FIELDS,
  SERVICE_FIELDS,
  SERVICE_HINT_FIELDS,
  SEVERITY_NUMBER_FIELDS,
} from '../record/field-names.ts';
import { recordFields } from '../record/record-fields.ts';
import type { TimestampReader } from '../record/timestamp-reader.ts';
import type { NamedFields } from './named-fields.ts';
import { isFields, valueAt } from './value-at.ts';
import type { Fields } from './value-at.ts';

/** ECS; the Collector's exporters (`otel`, `none`, `ecs`, SS4O); Data Prepper, which writes `@` for a dot in a name. */
const MESSAGE_PATHS = ['message', 'body.text', 'body.structured', 'body.stringValue', 'body', 'Body'];
const SEVERITY_NUMBER_PATHS = ['severity_number', 'SeverityNumber', 'severityNumber', 'severity.number'];
const LEVEL_PATHS = [
  'log.level',
  'severity_text',
  'SeverityText',
  'severityText',
  'severity.text',
  'level',
  'log.syslog.severity.code',
];
const SERVICE_PATHS = [
  'service.name',
  'resource.attributes.service.name',
  'resource.service.name',
  'Resource.service.name',
  'serviceName',
  'resource.attributes.service@name',
];
/** They name the program where no service is named. */
const PROGRAM_PATHS = [
  'kubernetes.container.name',
  'container.name',
  'process.name',
  'log.syslog.appname',
  'event.dataset',
];

/** The line as it was before it was taken apart; the message where nothing else is. */
const ORIGINAL_PATHS = ['event.original', 'log.original'];
const PATHS = [...MESSAGE_PATHS, ...SEVERITY_NUMBER_PATHS, ...LEVEL_PATHS, ...SERVICE_PATHS, ...PROGRAM_PATHS];

/** Fields of a document that are asked for first: what any of the spellings needs, and not the rest of the document. */
export function fieldsAskedFor(named: NamedFields): { includes: string[]; excludes: string[] } {
  const rest = [...LEVEL_FIELDS, ...SEVERITY_NUMBER_FIELDS, ...SERVICE_FIELDS, ...SERVICE_HINT_FIELDS];
  const containers = [...CONTAINER_FIELDS, 'resource.attributes', 'resource.fields'];
  const includes = [
    ...[named.message, named.level, named.service].filter((path) => path !== undefined),
    ...PATHS,
    ...MESSAGE_FIELDS,
    ...rest,
    ...containers.flatMap((container) => rest.map((name) => `${container}.${name}`)),
  ];
  // It is as long as the message again.
  const excludes = ORIGINAL_PATHS.filter((path) => path !== named.message);
  return { includes: [...new Set(includes)], excludes };
}

/** Whether a document has one of the known messages; without, all of its fields together are the message. */
export function hasMessage(document: Fields, named: NamedFields): boolean {
  return messageOf(document, named) !== undefined || hasGeneralMessage(document);
}

export interface DocumentRow {
  message: string;
  level: LevelIndex;
  service: string | undefined;
}

/** Message, level and service of a document; its time is that by which the store sorts it. */
export function documentRow(document: Fields, named: NamedFields, timestamps: TimestampReader): DocumentRow {
  const known = messageOf(document, named);
  const message = known ?? (hasGeneralMessage(document) ? undefined : firstText(document, ORIGINAL_PATHS));
  const level = levelOf(document, named);
  const service = firstText(document, named.service === undefined ? SERVICE_PATHS : [named.service, ...SERVICE_PATHS]);
  if (message !== undefined && level !== undefined && service !== undefined) return { message, level, service };
  // A level at the head of the message is one of this message, not of the whole document as text.
  const general = recordFields(message === undefined ? document : { ...document, message }, timestamps, true);
  return {
    message: message ?? general.message,
    level: level ?? general.level,
    service: service ?? general.service ?? firstText(document, PROGRAM_PATHS),
  };
}

function messageOf(document: Fields, named: NamedFields): string | undefined {
  for (const path of named.message === undefined ? MESSAGE_PATHS : [named.message, ...MESSAGE_PATHS]) {
    const text = messageText(valueAt(document, path));
    if (text !== undefined) return text;
  }
  return undefined;
}

/** A field may hold several values at any time, which are the lines of the message then. */
function messageText(value: unknown): string | undefined {
  if (isFields(value)) return Object.keys(value).length === 0 ? undefined : structuredMessage(value);
  if (!Array.isArray(value)) return scalarText(value)?.replace(/\r?\n$/, '');
  const lines = value.map((one: unknown) => messageText(one)).filter((line) => line !== undefined);
  return lines.length === 0 ? undefined : lines.join('\n');
}

function levelOf(document: Fields, named: NamedFields): LevelIndex | undefined {
  if (named.level !== undefined) {
    const value = first(valueAt(document, named.level));
    const level = /severity.?number$/i.test(named.level) ? levelOfSeverity(value) : levelOfValue(value);
    if (level !== undefined) return level;
  }
  for (const path of SEVERITY_NUMBER_PATHS) {
    const level = levelOfSeverity(first(valueAt(document, path)));
    if (level !== undefined) return level;
  }
  for (const path of LEVEL_PATHS) {
    const level = levelOfValue(first(valueAt(document, path)));
    if (level !== undefined) return level;
  }
  return undefined;
}

function levelOfSeverity(value: unknown): LevelIndex | undefined {
  const text = scalarText(value);
  return text !== undefined && /^\d{1,2}$/.test(text) ? levelOfSeverityNumber(Number(text)) : undefined;
}

function levelOfValue(value: unknown): LevelIndex | undefined {
  if (typeof value === 'string') return levelOfText(value);
  return typeof value === 'number' && Number.isInteger(value) ? levelOfNumber(value) : undefined;
}

function firstText(document: Fields, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const text = scalarText(first(valueAt(document, path)));
    if (text !== undefined && text.trim() !== '') return text;
  }
  return undefined;
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

/** A field of keyword or text takes numbers and booleans too. */
function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Whether the record has one of the fields that `recordFields` takes for the message. */
function hasGeneralMessage(document: Fields): boolean {
  return MESSAGE_FIELDS.some((name) => typeof document[name] === 'string' && document[name] !== '');
}

import { readFileSync } from 'node:fs';
import type { AlertEventKind } from '../alert-event.ts';
import type { AlertsConfig, Route, SinkConfig } from './alerts-config.ts';
import { AlertsFileError } from './alerts-file-error.ts';
import { AlertsFileSchema, SINK_SCHEMAS } from './alerts-schema.ts';
import type { AlertsFile, RouteEntry } from './alerts-schema.ts';
import { readYaml } from './located-yaml.ts';
import type { LocatedYaml, YamlPath } from './located-yaml.ts';
import { ValueResolver } from './resolve-values.ts';
import type { ValueSources } from './resolve-values.ts';
import { schemaProblems } from './schema-problems.ts';
import type { SchemaProblem } from './schema-problems.ts';
import { buildSink } from './sink-config.ts';

const FILE_BYTES_MAX = 1024 * 1024;
const EVENTS: readonly AlertEventKind[] = ['opened', 'updated', 'resolved'];
/** Tools for machines; people want incidents. */
const TAKES_ANOMALIES: ReadonlySet<string> = new Set(['webhook', 'otlp']);

/** Reads and checks an alerts file. Throws an `AlertsFileError` that lists all problems, each with its place. */
export function loadAlerts(sources: ValueSources): AlertsConfig {
  return parseAlerts(readText(sources.file), sources);
}

/** The same of a text; `sources.file` is the name that problems carry. */
export function parseAlerts(text: string, sources: ValueSources): AlertsConfig {
  const yaml = readYaml(text);
  if ('problems' in yaml) throw new AlertsFileError(yaml.problems.map((problem) => `${sources.file}:${problem}`));
  const problems = shapeProblems(yaml.value);
  if (problems.length > 0) throw errorOf(problems, yaml, sources.file);
  const file = yaml.value as AlertsFile;
  const resolver = new ValueResolver(sources);
  const sinks = Object.entries(file.sinks).flatMap(([name, entry]) => buildSink(name, entry, resolver) ?? []);
  const found = [...resolver.problems, ...routeProblems(file)];
  if (found.length > 0) throw errorOf(found, yaml, sources.file);
  return {
    externalUrl: file.external_url?.replace(/\/+$/, ''),
    sinks,
    routes: file.routes?.map(buildRoute) ?? [buildRoute({ sinks: Object.keys(file.sinks) })],
    secrets: [...new Set([...resolver.secrets, ...sinks.flatMap(secretsOf)])],
  };
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length <= FILE_BYTES_MAX) return bytes.toString('utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new AlertsFileError([`${file}: the alerts file cannot be read (${code})`], error);
  }
  throw new AlertsFileError([`${file}: the alerts file has more than ${FILE_BYTES_MAX} bytes`]);
}

/** First the file as a whole, then each sink by its type, so that what is told is about the right type. */
function shapeProblems(value: unknown): SchemaProblem[] {
  const found = schemaProblems(AlertsFileSchema, value);
  const sinks = typeof value === 'object' && value !== null ? (value as { sinks?: unknown }).sinks : undefined;
  if (typeof sinks !== 'object' || sinks === null) return found;
  for (const [name, entry] of Object.entries(sinks as Record<string, unknown>)) {
    const type = typeof entry === 'object' && entry !== null ? (entry as { type?: unknown }).type : undefined;
    if (typeof type !== 'string' || !Object.hasOwn(SINK_SCHEMAS, type)) continue;
    found.push(...schemaProblems(SINK_SCHEMAS[type as keyof typeof SINK_SCHEMAS], entry, ['sinks', name]));
  }
  return found;
}

function routeProblems({ sinks, routes = [] }: AlertsFile): SchemaProblem[] {
  return routes.flatMap(({ match, sinks: names }, index) =>
    names.flatMap((name, at) => {
      const path: YamlPath = ['routes', index, 'sinks', at];
      const sink = sinks[name];
      if (sink === undefined)
        return [{ path, sentence: `must be the name of a sink: ${Object.keys(sinks).join(', ')}` }];
      if (match?.events?.includes('anomaly') !== true || TAKES_ANOMALIES.has(sink.type)) return [];
      const takers = [...TAKES_ANOMALIES].join(' or ');
      return [{ path, sentence: `must be a sink of type ${takers}, as the route has the event anomaly` }];
    }),
  );
}

function buildRoute({ match = {}, sinks }: RouteEntry): Route {
  const { services, reasons, min_severity: minSeverity, min_score: minScore, events = EVENTS } = match;
  return { services, reasons, minSeverity, minScore, events, sinks };
}

/** Addresses hold secrets in their path or query; their hosts may be shown. */
function secretsOf({ tool }: SinkConfig): string[] {
  const { url } = tool;
  const path = url.pathname + url.search;
  const secret = tool.type === 'webhook' ? tool.secret : undefined;
  const isSecretPath = tool.type === 'slack' || tool.type === 'teams' || url.search !== '';
  return [...(isSecretPath ? [path] : []), ...(secret === undefined ? [] : [secret])].filter((text) => text.length > 1);
}

function errorOf(problems: readonly SchemaProblem[], yaml: LocatedYaml, file: string): AlertsFileError {
  const lines = problems.map(({ path, sentence, isKey }) => {
    const at = isKey === true ? yaml.positionOfKey(path) : yaml.positionOf(path);
    return { at, line: `${file}:${at} ${path.length === 0 ? 'the file' : path.join('.')}: ${sentence}` };
  });
  lines.sort((a, b) => byPosition(a.at, b.at));
  return new AlertsFileError(lines.map(({ line }) => line));
}

function byPosition(a: string, b: string): number {
  const [lineA = 0, columnA = 0] = a.split(':').map(Number);
  const [lineB = 0, columnB = 0] = b.split(':').map(Number);
  return lineA - lineB || columnA - columnB;
}

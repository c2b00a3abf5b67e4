import type { LogRow } from '../../../src/domain/row.ts';

export interface IndexOptions {
  /** Type of `@timestamp` and of other fields; the store guesses the rest. */
  properties?: Record<string, unknown>;
  settings?: Record<string, unknown>;
  /** Whether other fields than those are searched. */
  dynamic?: boolean;
}

/** Creates an index in a store and fills it; resolves once its documents are found. */
export async function fillIndex(
  url: string,
  index: string,
  documents: readonly unknown[],
  { properties = { '@timestamp': { type: 'date' } }, settings = {}, dynamic = true }: IndexOptions = {},
): Promise<void> {
  const body = {
    settings: { number_of_replicas: 0, number_of_shards: 1, ...settings },
    mappings: { properties, dynamic },
  };
  await ask(url, 'PUT', `/${index}`, body);
  for (let at = 0; at < documents.length; at += 5000) {
    const lines = documents.slice(at, at + 5000).map((one) => `{"create":{}}\n${textOf(one)}\n`);
    const answer = await ask(url, 'POST', `/${index}/_bulk`, lines.join(''));
    if ((answer as { errors: boolean }).errors) throw new Error(`not indexed: ${JSON.stringify(answer).slice(0, 600)}`);
  }
  await ask(url, 'POST', `/${index}/_refresh`);
}

/** A text is the JSON of a document that JavaScript could not write. */
function textOf(document: unknown): string {
  return typeof document === 'string' ? document : JSON.stringify(document);
}

export async function ask(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const text = body === undefined || typeof body === 'string' ? (body ?? null) : JSON.stringify(body);
  const type = path.endsWith('/_bulk') ? 'application/x-ndjson' : 'application/json';
  const answer = await fetch(url + path, {
    method,
    body: text,
    headers: text === null ? {} : { 'content-type': type },
  });
  if (!answer.ok)
    throw new Error(`${method} ${path} answered ${answer.status}: ${(await answer.text()).slice(0, 600)}`);
  return answer.json();
}

/** A row as Elastic's agents write it (ECS, nested). */
export function ecsDocument({ timestamp, message, level, service }: LogRow): unknown {
  return { '@timestamp': new Date(timestamp).toISOString(), message, log: { level }, service: { name: service } };
}

/** A row as the Collector's exporter writes it in its mode `otel`. */
export function otelDocument({ timestamp, message, level, service }: LogRow, nanos = 0): unknown {
  const severity = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].indexOf(level) * 4 + 1;
  return {
    '@timestamp': new Date(timestamp).toISOString().replace('Z', `${String(nanos).padStart(6, '0')}Z`),
    body: { text: message },
    severity_number: severity,
    severity_text: level.toUpperCase(),
    resource: { attributes: { 'service.name': service, 'host.name': 'h' } },
    attributes: { 'log.iostream': 'stdout' },
    data_stream: { type: 'logs', dataset: 'generic.otel', namespace: 'default' },
  };
}

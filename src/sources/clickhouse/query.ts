import { StringDecoder } from 'node:string_decoder';

import type { SourceClient, SourceRequest } from '../http/source-client.ts';
import { judgeRefusal, readException } from './exception.ts';

export interface Query {
  /** What the query is for, as errors name it. */
  call: string;
  sql: string;
  /** Values of `{name:Type}` in it. */
  parameters: Readonly<Record<string, string | number>>;
  settings?: Readonly<Record<string, string | number>>;
}

export interface Connection {
  url: URL;
  user: string;
  password: string;
  database: string;
}

/** A connection that the values of the source describe. */
export function connectionOf(values: ReadonlyMap<string, string>): Connection {
  return {
    url: new URL(values.get('url') ?? ''),
    user: values.get('user') ?? 'default',
    password: values.get('password') ?? '',
    database: values.get('database') ?? 'default',
  };
}

/** No line of an answer is as long: messages are cut at a megabyte, and a group has ten of them. */
const LINE_CHARS_MAX = 64 << 20;
const TAIL_CHARS_MAX = 16 << 10;

/**
 * Rows of a query's answer as they come, each an array of as many values as `width` says. Rejects for an exception in
 * the midst of the answer, for an answer that is not whole and for what is no answer of ClickHouse.
 */
export function streamRows(
  client: SourceClient,
  connection: Connection,
  query: Query,
  width: number,
): AsyncGenerator<unknown[], void, undefined> {
  return streamLines(client, query, requestOf(connection, query), (line) => parseRow(line, width));
}

/**
 * As {@link streamRows}, for a query that gives nothing until it is done: `told` hears of the share of what it has to
 * read that it has read, 0 to 1, as it goes on. Columns need names of their own, and none that is a number.
 */
export function streamRowsWithProgress(
  client: SourceClient,
  connection: Connection,
  query: Query,
  width: number,
  told: (share: number) => void,
): AsyncGenerator<unknown[], void, undefined> {
  let share = 0;
  return streamLines(client, query, requestOf(connection, query, 'JSONEachRowWithProgress'), (line) => {
    const event = parseEvent(line);
    if (event === undefined || event['exception'] !== undefined) return undefined;
    const { row, progress } = event;
    if (isFields(progress)) {
      const [read, total] = [progress['read_rows'], progress['total_rows_to_read']].map(Number) as [number, number];
      // The whole is an estimate that grows with what is found; what was told is not taken back.
      if (read > 0 && total > 0) share = Math.max(share, Math.min(1, read / total));
      told(share);
    }
    if (row === undefined) return 'none';
    const values = isFields(row) ? Object.values(row) : [];
    return values.length === width ? values : undefined;
  });
}

/** @param parse A line's row; `none` for one that has none, undefined for what does not belong in the answer. */
async function* streamLines(
  client: SourceClient,
  query: Query,
  request: SourceRequest,
  parse: (line: string) => unknown[] | 'none' | undefined,
): AsyncGenerator<unknown[], void, undefined> {
  const { body, status } = await client.stream(request);
  const decoder = new StringDecoder();
  let rest = '';
  // Not `for await`, which would close the answer before what stands behind an exception is read.
  const parts = body[Symbol.asyncIterator]();
  try {
    for (let part = await parts.next(); part.done !== true; part = await parts.next()) {
      const lines = (rest + decoder.write(part.value)).split('\n');
      rest = lines.pop() as string;
      for (const [index, line] of lines.entries()) {
        const row = parse(line);
        if (row === undefined) throw noRow(client, query, await tailOf(parts, [...lines.slice(index), rest]), status);
        if (row !== 'none') yield row;
      }
      if (rest.length > LINE_CHARS_MAX) throw noRow(client, query, rest, status);
    }
    if (rest !== '') throw noRow(client, query, rest, status);
  } finally {
    await parts.return?.();
  }
}

/** Rows of an answer that is small, asked for again when it breaks off. */
export async function readRows(client: SourceClient, connection: Connection, query: Query): Promise<unknown[][]> {
  const answer = (await client.json({
    ...requestOf(connection, query, 'JSONCompact'),
    bytesMax: LINE_CHARS_MAX,
  })) as { data?: unknown } | null;
  const rows: unknown = typeof answer === 'object' && answer !== null && 'data' in answer ? answer.data : undefined;
  if (Array.isArray(rows) && rows.every((row) => Array.isArray(row))) return rows as unknown[][];
  throw client.error('malformed_answer', query.call, 'its answer has no rows: check that CH_URL is its HTTP interface');
}

function noRow(client: SourceClient, { call }: Query, text: string, status: number) {
  const exception = readException(text);
  if (exception !== undefined) {
    const words = JSON.stringify(client.shown(exception.words));
    return client.error(exception.means, call, `it broke off its answer with ${words}`, status);
  }
  const sentence = `its answer holds ${JSON.stringify(client.shown(text.slice(0, 80)))} where a row should be`;
  return client.error('malformed_answer', call, sentence, status);
}

/** What goes on behind the first line that is no row: an exception comes in several. */
async function tailOf(parts: AsyncIterator<Buffer>, lines: readonly string[]): Promise<string> {
  let tail = lines.join('\n');
  try {
    while (tail.length < TAIL_CHARS_MAX) {
      const part = await parts.next();
      if (part.done === true) break;
      tail += part.value.toString();
    }
  } catch {
    // The connection is closed behind an exception.
  }
  return tail;
}

function parseRow(line: string, width: number): unknown[] | undefined {
  const row = line.startsWith('[') ? parseJson(line) : undefined;
  return Array.isArray(row) && row.length === width ? row : undefined;
}

function parseEvent(line: string): Record<string, unknown> | undefined {
  const event = line.startsWith('{') ? parseJson(line) : undefined;
  return isFields(event) ? event : undefined;
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function requestOf(
  { url, user, password, database }: Connection,
  { call, sql, parameters, settings = {} }: Query,
  format = 'JSONCompactEachRow',
): SourceRequest {
  const target = new URL(url);
  const query = target.searchParams;
  query.set('database', database);
  query.set('default_format', format);
  for (const [name, value] of Object.entries(settings)) query.set(name, String(value));
  for (const [name, value] of Object.entries(parameters)) query.set(`param_${name}`, escaped(String(value)));
  const headers: Record<string, string> = { 'x-clickhouse-user': encodeHeader(user), 'content-type': 'text/plain' };
  if (password !== '') headers['x-clickhouse-key'] = encodeHeader(password);
  return { call, method: 'POST', url: target, headers, body: sql, judge: judgeRefusal };
}

/** Headers are bytes: what is beyond ASCII goes as UTF-8. */
function encodeHeader(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** Parameters are read as fields of a tab-separated line. */
function escaped(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', String.raw`\t`)
    .replaceAll('\n', String.raw`\n`);
}

import { StringDecoder } from 'node:string_decoder';

import type { SourceClient } from '../http/source-client.ts';
import { judgeException, readException } from './exception.ts';

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

/** No line of an answer is as long: messages are cut at a megabyte, a group has ten of them. */
const LINE_CHARS_MAX = 64 << 20;
const TAIL_CHARS_MAX = 16 << 10;

/** A connection that the values of the source describe. */
export function connectionOf(values: ReadonlyMap<string, string>): Connection {
  return {
    url: new URL(values.get('url') ?? ''),
    user: values.get('user') ?? 'default',
    password: values.get('password') ?? '',
    database: values.get('database') ?? 'default',
  };
}

/**
 * Rows of a query's answer as they come, each an array of as many values as `width` says. Rejects for an exception in the
 * midst of the answer, for one that is not whole and for what is no answer of ClickHouse.
 */
export async function* streamRows(
  client: SourceClient,
  connection: Connection,
  query: Query,
  width: number,
): AsyncGenerator<unknown[], void, undefined> {
  const { body, status } = await client.stream(requestOf(connection, query));
  const malformed = (got: string) => {
    const sentence = `its answer is not rows but ${JSON.stringify(client.shown(got.slice(0, 80)))}: check CH_URL`;
    return client.error('malformed_answer', query.call, sentence, status);
  };
  const decoder = new StringDecoder();
  let rest = '';
  for await (const part of body) {
    const lines = (rest + decoder.write(part)).split('\n');
    rest = lines.pop() ?? '';
    for (const [index, line] of lines.entries()) {
      const row = parseRow(line, width);
      if (row === undefined) {
        const tail = await tailOf(body, [...lines.slice(index), rest].join('\n'), decoder);
        throw exceptionIn(client, query, tail, status) ?? malformed(tail);
      }
      yield row;
    }
    if (rest.length > LINE_CHARS_MAX) throw malformed(rest);
  }
  rest += decoder.end();
  if (rest !== '') throw exceptionIn(client, query, rest, status) ?? malformed(rest);
}

/** What goes on behind the first line that is no row: an exception, when it is one of ClickHouse's answers. */
async function tailOf(body: AsyncIterable<Buffer>, head: string, decoder: StringDecoder): Promise<string> {
  let tail = head;
  try {
    for await (const part of body) {
      tail += decoder.write(part);
      if (tail.length > TAIL_CHARS_MAX) break;
    }
  } catch {
    // The connection is closed behind an exception.
  }
  return tail;
}

function exceptionIn(client: SourceClient, { call }: Query, text: string, status: number) {
  const exception = readException(text);
  if (exception === undefined) return undefined;
  const code = judgeException(text)?.code ?? 'vendor_error';
  const words = JSON.stringify(client.shown(exception.words));
  return client.error(code, call, `it broke off its answer with exception ${exception.code}, ${words}`, status);
}

function parseRow(line: string, width: number): unknown[] | undefined {
  if (!line.startsWith('[')) return undefined;
  try {
    const row = JSON.parse(line) as unknown;
    return Array.isArray(row) && row.length === width ? row : undefined;
  } catch {
    return undefined;
  }
}

function requestOf({ url, user, password, database }: Connection, { call, sql, parameters, settings = {} }: Query) {
  const target = new URL(url);
  const query = target.searchParams;
  query.set('database', database);
  query.set('default_format', 'JSONCompactEachRow');
  for (const [name, value] of Object.entries(settings)) query.set(name, String(value));
  for (const [name, value] of Object.entries(parameters)) query.set(`param_${name}`, escaped(String(value)));
  const headers: Record<string, string> = { 'x-clickhouse-user': user, 'content-type': 'text/plain; charset=utf-8' };
  if (password !== '') headers['x-clickhouse-key'] = password;
  return { call, method: 'POST' as const, url: target, headers, body: sql, judge: judgeException };
}

/** Parameters are read as fields of a tab-separated line. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\t', String.raw`\t`).replaceAll('\n', String.raw`\n`);
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/**
 * A program: ClickHouse's HTTP interface in front of its real engine, as far as sources and vendor's clients use it.
 * Strict, so that what passes here passes there: user and password are checked, a parameter that is neither ClickHouse's
 * nor a setting of the engine is refused, and an exception in mid-stream comes as servers since 25.11 write it.
 *
 *     node clickhouse-front.ts PACKAGE_JSON_OF_CHDB USER PASSWORD
 */
interface Chunk {
  raw(): Uint8Array;
}
interface Session {
  query(sql: string, format?: string): string;
  queryBind(sql: string, parameters: Record<string, string>, format?: string): string;
  queryStream(sql: string, options: { format: string; signal: AbortSignal }): AsyncIterable<Chunk>;
  queryStreamBind(
    sql: string,
    parameters: Record<string, string>,
    options: { format: string; signal: AbortSignal },
  ): AsyncIterable<Chunk>;
  close(): void;
}

const [manifest = '', user = 'default', password = ''] = process.argv.slice(2);
const { Session: Engine } = createRequire(manifest)('chdb') as { Session: new () => Session };
const engine = new Engine();
const version = engine.query('SELECT version()', 'TSVRaw').trim();
const TAG = 'wbmcxyfnlgqkrjhd';
const settingNames = new Set(engine.query('SELECT name FROM system.settings', 'TSVRaw').trim().split('\n'));
const OWN = new Set(['query', 'query_id', 'database', 'default_format', 'session_id', 'role', 'user', 'password']);

/** Thrown for what the server itself refuses, before the engine is asked. */
class Refusal extends Error {
  readonly code: number;
  constructor(code: number, name: string, message: string) {
    super(`Code: ${code}. DB::Exception: ${message}. (${name}) (version ${version})`);
    this.code = code;
  }
}

// The engine runs one stream a session at a time.
let last: Promise<void> = Promise.resolve();

const server = createServer((request, answer) => {
  const url = new URL(request.url ?? '/', 'http://front');
  if (url.pathname === '/ping') return void answer.end('Ok.\n');
  const gone = new AbortController();
  answer.on('close', () => gone.abort());
  last = last.then(() => run(request, url, answer, gone.signal).catch((error: unknown) => fail(answer, error)));
});

async function run(request: IncomingMessage, url: URL, answer: ServerResponse, signal: AbortSignal): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  if (url.pathname !== '/') return void answer.writeHead(404).end(`There is no handle ${url.pathname}\n`);
  authenticate(request, url.searchParams);
  const parameters: Record<string, string> = {};
  const settings: [string, string][] = [];
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) parameters[name.slice(6)] = unescaped(value);
    else if (settingNames.has(name)) settings.push([name, value]);
    else if (!OWN.has(name)) throw new Refusal(115, 'UNKNOWN_SETTING', `Setting ${name} is neither a builtin setting`);
  }
  const body = Buffer.concat(parts);
  const asked = url.searchParams.get('query');
  const sql = [asked, body.toString()].filter((text) => text !== null && text !== '').join('\n');
  const { statement, format } = withFormat(sql, url.searchParams.get('default_format') ?? 'TabSeparated');
  const database = url.searchParams.get('database') ?? 'default';
  engine.query(`USE \`${database.replaceAll('`', '\\`')}\``, 'Null');
  const undo = settings.map(([name, value]) => set(name, value));
  try {
    if (!/^\s*(SELECT|WITH)\b/i.test(statement)) {
      engine.queryBind(statement, parameters, format);
      answer.writeHead(200, headers(format)).end();
    } else await stream(statement, parameters, format, answer, signal);
  } finally {
    for (const back of undo) back();
  }
}

function set(name: string, value: string): () => void {
  const before = engine.queryBind('SELECT value FROM system.settings WHERE name = {name:String}', { name }, 'TSVRaw');
  const put = (to: string) => engine.query(`SET ${name} = '${to.replaceAll(/[\\']/g, String.raw`\$&`)}'`, 'Null');
  put(value);
  return () => put(before.trim());
}

async function stream(
  sql: string,
  parameters: Record<string, string>,
  format: string,
  answer: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const chunks =
    Object.keys(parameters).length > 0
      ? engine.queryStreamBind(sql, parameters, { format, signal })
      : engine.queryStream(sql, { format, signal });
  for await (const chunk of chunks) {
    if (!answer.headersSent) answer.writeHead(200, headers(format));
    // Rejects when the client goes away, which ends the query.
    if (!answer.write(Buffer.from(chunk.raw()))) await once(answer, 'drain', { signal });
  }
  if (!answer.headersSent) answer.writeHead(200, headers(format));
  answer.end();
}

function authenticate(request: IncomingMessage, query: URLSearchParams): void {
  const basic = /^Basic (.*)$/.exec(request.headers.authorization ?? '')?.[1];
  const [basicUser, ...rest] = Buffer.from(basic ?? '', 'base64')
    .toString()
    .split(':');
  const header = request.headers['x-clickhouse-user'];
  const given = (header as string | undefined) ?? query.get('user') ?? (basic === undefined ? 'default' : basicUser);
  const key = request.headers['x-clickhouse-key'] ?? query.get('password') ?? rest.join(':');
  if (given !== user || key !== password)
    throw new Refusal(
      516,
      'AUTHENTICATION_FAILED',
      `${given}: Authentication failed: password is incorrect, or there is no user with such name`,
    );
}

/** The server reads values as fields of a tab-separated line; the library takes them as they are. */
function unescaped(value: string): string {
  const marks: Record<string, string> = { t: '\t', n: '\n', r: '\r', 0: '\0', b: '\b', f: '\f' };
  return value.replaceAll(/\\([^])/g, (_, mark: string) => marks[mark] ?? mark);
}

function withFormat(sql: string, fallback: string): { statement: string; format: string } {
  const clause = /\bFORMAT\s+(\w+)\s*;?\s*$/i.exec(sql);
  if (clause === null || /^\s*INSERT\b/i.test(sql)) return { statement: sql, format: fallback };
  return { statement: sql.slice(0, clause.index), format: clause[1] as string };
}

function headers(format: string): Record<string, string> {
  return {
    'content-type': /JSON/.test(format)
      ? 'application/json; charset=UTF-8'
      : 'text/tab-separated-values; charset=UTF-8',
    'x-clickhouse-format': format,
    'x-clickhouse-server-display-name': 'front',
    'x-clickhouse-timezone': 'UTC',
    'x-clickhouse-exception-tag': TAG,
  };
}

function fail(answer: ServerResponse, error: unknown): void {
  if (answer.destroyed) return;
  const text = error instanceof Error ? error.message : String(error);
  const code = Number(/Code: (\d+)/.exec(text)?.[1] ?? (error as { clickhouseCode?: number }).clickhouseCode ?? 1002);
  const said = text.startsWith('Code:') ? text : `Code: ${code}. DB::Exception: ${text}`;
  if (answer.headersSent) {
    const message = `${said}\n`;
    answer.write(`\r\n__exception__\r\n${TAG}\r\n${message}${Buffer.byteLength(message)} ${TAG}\r\n__exception__\r\n`);
    // The last chunk never comes: the answer is not whole.
    setImmediate(() => answer.destroy());
    return;
  }
  const head = { 'x-clickhouse-exception-code': String(code), 'content-type': 'text/plain; charset=UTF-8' };
  answer.writeHead(statusOf(code), head).end(`${said}\n`);
}

function statusOf(code: number): number {
  if (code === 194) return 401;
  if ([192, 193, 497, 516].includes(code)) return 403;
  if ([6, 36, 38, 41, 44, 53, 62, 72].includes(code)) return 400;
  if ([46, 47, 50, 60, 63, 81, 115].includes(code)) return 404;
  return code === 159 ? 408 : 500;
}

// Tests think for longer than a server waits.
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port, version }));
process.on('disconnect', () => {
  engine.close();
  process.exit(0);
});

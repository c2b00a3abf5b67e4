import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runSpl, SplError } from './spl.ts';
import type { SplResult, SplunkEvent } from './spl.ts';

export const TOKEN = 'splunk-token-canary-7f3a9';
export const USER = 'halfspace';
export const PASSWORD = 'password-canary-7f3a9';
const SESSION = 'session-key-of-the-client';

/** What `search/v2/jobs/export` takes, of its documentation. */
const PARAMETERS = new Set(['search', 'earliest_time', 'latest_time', 'output_mode', 'preview', 'segmentation']);

export interface SplunkServer {
  readonly url: string;
  /** SPL of the searches so far. */
  readonly searches: string[];
  /** Ways in which later answers differ from plain ones. */
  odd: Oddities;
  stop(): Promise<void>;
}

export interface Oddities {
  /** The order in which events are found; newest first without it. */
  order?: (events: SplunkEvent[]) => SplunkEvent[];
  /** Lines of an answer, changed before they are sent. */
  lines?: (lines: string[]) => string[];
}

/**
 * A loopback server that answers export searches as the documentation and recorded answers have it, and refuses what
 * Splunk refuses: other credentials, paths, methods and parameters, commands that there are not.
 */
export async function startSplunk(events: readonly SplunkEvent[]): Promise<SplunkServer> {
  const searches: string[] = [];
  const served = { searches, odd: {} as Oddities };

  const server = createServer((incoming, answer) => {
    void bodyOf(incoming).then(
      (body) => respond(incoming, new URLSearchParams(body), answer),
      () => answer.destroy(),
    );
  });

  function respond(incoming: IncomingMessage, body: URLSearchParams, answer: ServerResponse): void {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://splunk');
    const route = `${incoming.method} ${pathname.replace(/^\/servicesNS\/[^/]+\/[^/]+/, '/services')}`;
    const mode = body.get('output_mode') ?? searchParams.get('output_mode') ?? 'xml';
    if (route === 'POST /services/auth/login') return signIn(body, mode, answer);
    if (!isKnown(incoming.headers.authorization)) {
      return refuse(answer, 401, 'WARN', 'call not properly authenticated');
    }
    if (route === 'GET /services/server/info') return tellVersion(mode, answer);
    if (route !== 'POST /services/search/v2/jobs/export') return refuse(answer, 404, 'ERROR', 'Not Found');
    // Splunk's client for Python sends no content type: a form is what is expected.
    if (!/^application\/x-www-form-urlencoded|^$/.test(incoming.headers['content-type'] ?? '')) {
      return refuse(answer, 400, 'FATAL', 'Empty search.');
    }
    for (const [name, value] of searchParams) if (!body.has(name)) body.set(name, value);
    exportSearch(body, answer);
  }

  function exportSearch(body: URLSearchParams, answer: ServerResponse): void {
    const unknown = [...body.keys()].find((name) => !PARAMETERS.has(name));
    if (unknown !== undefined) return refuse(answer, 400, 'FATAL', `Unsupported argument "${unknown}".`);
    if (body.get('output_mode') !== 'json') return refuse(answer, 400, 'FATAL', 'only output_mode=json is served');
    const text = body.get('search') ?? '';
    searches.push(text);
    let results: SplResult[];
    try {
      results = runSpl(text, between(body.get('earliest_time'), body.get('latest_time')));
    } catch (error) {
      if (!(error instanceof SplError)) throw error;
      return refuse(answer, 400, 'FATAL', error.message);
    }
    const lines = [
      ...(body.get('preview') === 'false' ? [] : exported(results.slice(0, 2), true)),
      ...exported(results, false),
    ];
    answer.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
    answer.end((served.odd.lines?.(lines) ?? lines).map((line) => `${line}\n`).join(''));
  }

  /** Earliest belongs to the range, latest does not. */
  function between(earliest: string | null, latest: string | null): SplunkEvent[] {
    const [from, to] = [microseconds(earliest, 0), microseconds(latest, Infinity)];
    const inside = events.filter(({ timeUs }) => timeUs >= from && timeUs < to);
    return (served.odd.order ?? newestFirst)(inside);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(served, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

const INFO = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:s="http://dev.splunk.com/ns/rest">
<title>server-info</title><id>/services/server/info</id><updated>2026-11-20T08:00:00+00:00</updated>
<generator build="1" version="9.4.0"/><author><name>Splunk</name></author>
<entry><title>server-info</title><id>/services/server/info/server-info</id>
<updated>2026-11-20T08:00:00+00:00</updated><link href="/services/server/info/server-info" rel="alternate"/>
<author><name>system</name></author>
<content type="text/xml"><s:dict><s:key name="version">9.4.0</s:key><s:key name="build">1</s:key></s:dict></content>
</entry></feed>`;

const INFO_JSON = JSON.stringify({
  generator: { build: '1', version: '9.4.0' },
  entry: [{ content: { version: '9.4.0' } }],
});

function tellVersion(mode: string, answer: ServerResponse): void {
  answer.writeHead(200, { 'content-type': mode === 'json' ? 'application/json' : 'text/xml' });
  answer.end(mode === 'json' ? INFO_JSON : INFO);
}

function signIn(body: URLSearchParams, mode: string, answer: ServerResponse): void {
  if (body.get('username') !== USER || body.get('password') !== PASSWORD) {
    return refuse(answer, 401, 'WARN', 'Login failed');
  }
  if (mode === 'json') {
    return void answer
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ sessionKey: SESSION, message: '', code: '' }));
  }
  answer.writeHead(200, { 'content-type': 'text/xml' });
  answer.end(`<response><sessionKey>${SESSION}</sessionKey><messages><msg code=""></msg></messages></response>`);
}

function isKnown(authorization: string | undefined): boolean {
  const basic = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  return [`Bearer ${TOKEN}`, `Splunk ${SESSION}`, basic].includes(authorization ?? '');
}

function refuse(answer: ServerResponse, status: number, type: string, text: string): void {
  const headers = { 'content-type': 'application/json; charset=UTF-8' };
  answer.writeHead(status, headers).end(JSON.stringify({ messages: [{ type, text }] }));
}

function newestFirst(events: SplunkEvent[]): SplunkEvent[] {
  return events.toSorted((a, b) => b.timeUs - a.timeUs);
}

/** As an export writes results: times in the searcher's zone, the last one marked. */
function exported(results: readonly SplResult[], preview: boolean): string[] {
  if (results.length === 0) return [JSON.stringify({ preview, lastrow: true })];
  return results.map((result, offset) => {
    const { _time: time, ...rest } = result;
    const written = time === undefined ? {} : { _time: writtenTime(Number(time)) };
    const isLast = offset === results.length - 1 ? { lastrow: true } : {};
    return JSON.stringify({ preview, offset, ...isLast, result: { ...rest, ...written } });
  });
}

function writtenTime(seconds: number): string {
  return `${new Date((seconds + 3600) * 1000).toISOString().slice(0, -1).replace('T', ' ')} CET`;
}

function microseconds(text: string | null, absent: number): number {
  if (text === null) return absent;
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Error(`only epoch times are served, got ${text}`);
  return Math.round(Number(text) * 1e6);
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

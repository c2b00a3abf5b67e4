import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** One call of `query_range` or `labels`, as Loki reads it. */
export interface LokiCall {
  /** With the gateway's own path before it: `/logs/loki/api/v1/query_range`. */
  path: string;
  query: string;
  startNs: bigint;
  endNs: bigint;
  limit: number;
  headers: IncomingHttpHeaders;
}

/** Text is the body of a refusal; entries are given as Loki gives those that are asked for; `break` is no answer. */
export type LokiReply = { status: number; text: string } | { entries: ScriptedEntry[] } | { json: unknown } | 'break';

export interface ScriptedEntry {
  timeNs: bigint;
  line: string;
  labels: Record<string, string>;
}

export interface ScriptedLoki {
  url: string;
  calls: LokiCall[];
  close(): Promise<void>;
}

/** For what the real Loki cannot be brought to say in a test: replies as written, to calls that are well formed. */
export async function startScriptedLoki(
  reply: (call: LokiCall, number: number) => LokiReply | Promise<LokiReply>,
): Promise<ScriptedLoki> {
  const calls: LokiCall[] = [];
  const respond = async (request: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://loki');
    const parameter = (name: string) => url.searchParams.get(name) ?? '';
    const isQuery = url.pathname.endsWith('/loki/api/v1/query_range');
    const isSound =
      request.method === 'GET' &&
      /^\d{19}$/.test(parameter('start')) &&
      /^\d{19}$/.test(parameter('end')) &&
      (isQuery
        ? parameter('query') !== '' && parameter('direction') === 'backward' && /^[1-9]\d*$/.test(parameter('limit'))
        : url.pathname.endsWith('/loki/api/v1/labels'));
    if (!isSound) return void answer.writeHead(404).end('404 page not found\n');
    const call: LokiCall = {
      path: url.pathname,
      query: parameter('query'),
      startNs: BigInt(parameter('start')),
      endNs: BigInt(parameter('end')),
      limit: Number(parameter('limit')),
      headers: request.headers,
    };
    calls.push(call);
    const made = await reply(call, calls.length);
    if (made === 'break') return void answer.destroy();
    if ('text' in made) {
      return void answer.writeHead(made.status, { 'content-type': 'text/plain; charset=utf-8' }).end(made.text);
    }
    answer.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
    answer.end(JSON.stringify('json' in made ? made.json : streamsOf(made.entries, call)));
  };
  const server = createServer((request, answer) => void respond(request, answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The newest of the entries that were asked for, each in a stream of its own. */
function streamsOf(entries: readonly ScriptedEntry[], { startNs, endNs, limit }: LokiCall): unknown {
  const newest = entries
    .filter(({ timeNs }) => timeNs >= startNs && timeNs < endNs)
    .toSorted((a, b) => Number(b.timeNs - a.timeNs))
    .slice(0, limit);
  const result = newest.map(({ timeNs, line, labels }) => ({ stream: labels, values: [[String(timeNs), line]] }));
  return { status: 'success', data: { resultType: 'streams', result, stats: {} } };
}

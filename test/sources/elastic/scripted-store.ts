import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  method: string;
  /** Path with the query, decoded. */
  path: string;
  authorization: string | undefined;
  body: Record<string, unknown> | undefined;
}

export type Reply = { status?: number; headers?: Record<string, string>; body: unknown };

export interface ScriptedStore {
  url: string;
  calls: Call[];
  close(): Promise<void>;
}

const FIELD_CAPS = {
  indices: ['logs'],
  fields: { '@timestamp': { date: { type: 'date', searchable: true, aggregatable: true } } },
};

/**
 * Elasticsearch on loopback, as far as its documentation says what it takes: other paths, methods and bodies than those
 * of a point in time are refused. What it answers can be replaced call by call.
 */
export async function startScriptedStore(
  pages: readonly unknown[],
  over: (call: Call, nth: number) => Reply | undefined = () => undefined,
): Promise<ScriptedStore> {
  const calls: Call[] = [];
  let opened = 0;
  let page = 0;

  function replyTo({ method, path, body }: Call): Reply {
    if (method === 'GET' && /^\/[^/]+\/_field_caps\?fields=[^&]+$/.test(path)) return { body: FIELD_CAPS };
    if (method === 'POST' && /^\/[^/]+\/_pit\?keep_alive=\d+m$/.test(path) && body === undefined) {
      return { body: { id: `pit-${++opened}`, _shards: { total: 1, successful: 1, skipped: 0, failed: 0 } } };
    }
    if (method === 'DELETE' && path === '/_pit') return { body: { succeeded: true, num_freed: 1 } };
    const pit = body?.['pit'] as { id?: string; keep_alive?: string } | undefined;
    if (
      method === 'POST' &&
      path.startsWith('/_search?') &&
      pit?.id === `pit-${opened}` &&
      pit.keep_alive !== undefined
    ) {
      return {
        body: {
          took: 1,
          timed_out: false,
          _shards: { total: 1, successful: 1, failed: 0 },
          pit_id: `pit-${++opened}`,
          hits: { hits: pages[page++] ?? [] },
        },
      };
    }
    return { status: 400, body: { error: `no handler found for uri [${path}] and method [${method}]`, status: 400 } };
  }

  const server = createServer((request, answer) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString();
      const call: Call = {
        method: request.method ?? '',
        path: decodeURIComponent(request.url ?? ''),
        authorization: request.headers.authorization,
        body: text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>),
      };
      calls.push(call);
      const reply = over(call, calls.filter(({ method, path }) => method === call.method && path === call.path).length);
      const { status = 200, headers = {}, body } = reply ?? replyTo(call);
      answer.writeHead(status, {
        'content-type': 'application/json',
        'x-elastic-product': 'Elasticsearch',
        ...headers,
      });
      answer.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
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

/** A hit as a search over a point in time gives it. */
export function hit(ms: number, tie: number, message = `m ${tie}`): Record<string, unknown> {
  return { _index: '.ds-logs-1', _id: `id-${tie}`, _score: null, _source: { message }, sort: [ms, tie] };
}

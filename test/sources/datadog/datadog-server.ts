import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CANARY } from '../contract/describe-source.ts';

export const API_KEY = `${CANARY}-api`;
export const APP_KEY = `${CANARY}-app`;

export type Event = Record<string, unknown> & { attributes: Record<string, unknown> & { timestamp: string } };

export interface DatadogServer {
  readonly url: string;
  /** Bodies of the searches so far. */
  readonly searches: Record<string, unknown>[];
  /** Ways in which pages may be odd. */
  odd: { emptyPages?: boolean; sameCursor?: boolean; meta?: Record<string, unknown> };
  stop(): Promise<void>;
}

const MEMBERS: Record<string, readonly string[]> = {
  body: ['filter', 'sort', 'page', 'options'],
  filter: ['query', 'from', 'to', 'indexes', 'storage_tier'],
  page: ['limit', 'cursor'],
};

/** Serves the Logs Search API over `events` as its description says, and refuses everything else. */
export async function startDatadog(events: readonly Event[]): Promise<DatadogServer> {
  const served = { searches: [] as Record<string, unknown>[], odd: {} as DatadogServer['odd'] };

  function answerSearch(text: string, answer: ServerResponse): void {
    const body = JSON.parse(text) as Record<string, unknown>;
    const filter = (body['filter'] ?? {}) as Record<string, unknown>;
    const page = (body['page'] ?? {}) as { limit?: number; cursor?: string };
    for (const [name, value] of Object.entries({ body, filter, page })) {
      const unknown = Object.keys(value).find((key) => !MEMBERS[name]!.includes(key));
      if (unknown !== undefined) return refuse(answer, 400, `input_validation_error(Field '${unknown}' is invalid)`);
    }
    served.searches.push(body);
    const { limit = 10, cursor } = page;
    const bad = badValue(body['sort'], filter);
    if (bad !== undefined) return refuse(answer, 400, `input_validation_error(Field '${bad}' is invalid)`);
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1000))
      return refuse(answer, 400, 'page.limit must be between 1 and 1000');
    const [from, to] = [Date.parse(String(filter['from'])), Date.parse(String(filter['to']))];
    if (Number.isNaN(from) || Number.isNaN(to)) return refuse(answer, 400, 'filter.from and filter.to are wrong');
    const descending = body['sort'] === '-timestamp' ? -1 : 1;
    const query = (filter['query'] as string | undefined) ?? '*';
    // Both ends belong to a search.
    const found = events
      .filter(({ attributes }) => Date.parse(attributes.timestamp) >= from && Date.parse(attributes.timestamp) <= to)
      .filter(({ attributes }) => query === '*' || query === `service:${String(attributes['service'])}`)
      .toSorted((a, b) => descending * (Date.parse(a.attributes.timestamp) - Date.parse(b.attributes.timestamp)));
    const decoded = cursor === undefined ? `0:${limit}` : Buffer.from(cursor, 'base64url').toString();
    const [at = NaN, pageLimit] = decoded.split(':').map(Number);
    if (Number.isNaN(at)) return refuse(answer, 400, 'page.cursor is wrong');
    // The description does not say that a cursor goes on with pages of another size.
    if (pageLimit !== limit) return refuse(answer, 400, 'page.limit is not that of page.cursor');
    // Every other page brings nothing, where that is wanted; pages are shorter than they might be.
    const isEmpty = served.odd.emptyPages === true && !decoded.endsWith(':full');
    const size = isEmpty ? 0 : Math.max(1, limit - 1);
    const data = found.slice(at, at + size);
    const next = Buffer.from(`${at + size}:${limit}${isEmpty ? ':full' : ''}`).toString('base64url');
    const after = served.odd.sameCursor === true ? Buffer.from(`0:${limit}`).toString('base64url') : next;
    const meta = {
      status: 'done',
      ...(at + size < found.length || isEmpty ? { page: { after } } : {}),
      ...served.odd.meta,
    };
    answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data, meta }));
  }

  const server = createServer((incoming, answer) => {
    const { headers } = incoming;
    if (headers['dd-api-key'] !== API_KEY || headers['dd-application-key'] !== APP_KEY) {
      return refuse(answer, 403, 'Forbidden');
    }
    if (incoming.url !== '/api/v2/logs/events/search') return refuse(answer, 404, 'Not found');
    if (incoming.method !== 'POST') return refuse(answer, 405, 'Method not allowed');
    void readText(incoming).then((text) => answerSearch(text, answer));
  });
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

const TIERS: ReadonlySet<unknown> = new Set([undefined, 'indexes', 'online-archives', 'flex']);

/** Name of a member whose value the API's description does not know. */
function badValue(sort: unknown, filter: Record<string, unknown>): string | undefined {
  if (sort !== undefined && sort !== 'timestamp' && sort !== '-timestamp') return 'sort';
  if (!TIERS.has(filter['storage_tier'])) return 'storage_tier';
  const { indexes = [] } = filter;
  return Array.isArray(indexes) && indexes.every((name) => typeof name === 'string') ? undefined : 'indexes';
}

function refuse(answer: ServerResponse, status: number, error: string): void {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [error] }));
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

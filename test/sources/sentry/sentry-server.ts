import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const TOKEN = 'sntrys_canary-7f3a9';
export const ORG = 'acme';
export const PROJECT = 'checkout';
export const PROJECT_ID = '4507';

type Fields = Record<string, unknown>;

/** What the project holds, in the shapes of Sentry's answers; each with its time in epoch milliseconds. */
export interface SentryContents {
  events?: { timeMs: number; event: Fields }[];
  logs?: { timeMs: number; log: Fields }[];
  issues?: { timeMs: number; issue: Fields }[];
}

export interface SentryServer {
  readonly url: string;
  /** Requests so far, as addresses. */
  readonly requests: URL[];
  odd: Oddities;
  stop(): Promise<void>;
}

/** Ways in which an installation differs. */
export interface Oddities {
  /** Names of the dataset of logs; none: it has no logs. */
  logDatasets?: readonly string[];
  logPageRowsMax?: number;
  /** What the project is said to be. */
  projectId?: unknown;
  /** Called before a page is answered, with the number of requests so far. */
  onPage?: (count: number) => void;
  meta?: Fields;
  /** Bounds in time are not known. */
  ignoresPeriod?: boolean;
  link?: (link: string) => string;
}

interface Listing {
  rows: { timeMs: number; fields: Fields }[];
  isTable: boolean;
}

const COMMON = ['start', 'end', 'cursor', 'per_page'];
const TABLE = new Set([...COMMON, 'dataset', 'project', 'field', 'query', 'sort']);
const ISSUES = new Set(['start', 'end', 'cursor', 'limit', 'project', 'query', 'sort']);

/**
 * A loopback server that answers the calls of Sentry's API that the source makes, in the shapes of its description and
 * of captured answers, and refuses other tokens, paths, methods and parameters.
 */
export async function startSentry(contents: SentryContents): Promise<SentryServer> {
  const served = { requests: [] as URL[], odd: {} as Oddities };
  const server = createServer((incoming, answer) => {
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`);
    served.requests.push(url);
    if (incoming.headers.authorization !== `Bearer ${TOKEN}`) return refuse(answer, 401, 'Invalid token');
    if (incoming.method !== 'GET') return refuse(answer, 405, `Method "${incoming.method}" not allowed.`);
    respond(url, answer);
  });

  function respond(url: URL, answer: ServerResponse): void {
    const organization = `/api/0/organizations/${ORG}`;
    if (url.pathname === `/api/0/projects/${ORG}/${PROJECT}/events/`) {
      return page(url, answer, new Set(COMMON), { rows: eventRows(), isTable: false });
    }
    if (url.pathname === `/api/0/projects/${ORG}/${PROJECT}/`) {
      answer.writeHead(200, { 'content-type': 'application/json' });
      return void answer.end(
        JSON.stringify({ id: served.odd.projectId ?? PROJECT_ID, slug: PROJECT, platform: 'node' }),
      );
    }
    if (url.pathname === `${organization}/issues/`) {
      if (url.searchParams.get('sort') !== 'date') return refuse(answer, 400, 'only sort=date is served');
      const rows = (contents.issues ?? []).map(({ timeMs, issue }) => ({ timeMs, fields: issue }));
      return page(url, answer, ISSUES, { rows, isTable: false });
    }
    if (url.pathname !== `${organization}/events/`) return refuse(answer, 404, 'The requested resource does not exist');
    table(url, answer);
  }

  function table(url: URL, answer: ServerResponse): void {
    const { searchParams } = url;
    const dataset = searchParams.get('dataset') ?? '';
    const datasets = ['errors', 'spans', ...(served.odd.logDatasets ?? ['logs'])];
    if (!datasets.includes(dataset)) return refuse(answer, 400, `dataset must be one of: ${datasets.join(', ')}`);
    const fields = searchParams.getAll('field');
    if (fields.length === 0 || fields.length > 20) return refuse(answer, 400, 'No columns selected');
    const sort = searchParams.get('sort') ?? '';
    if (sort !== '-timestamp' || !fields.includes('timestamp')) return refuse(answer, 400, 'Cannot sort by it');
    const all = dataset === 'errors' ? eventRows().map(asFound) : logRows();
    const query = searchParams.get('query') ?? '';
    const rows = all
      .filter(({ fields: row }) => String(row['message']).includes(query) || String(row['title']).includes(query))
      .map(({ timeMs, fields: row }) => ({
        timeMs,
        fields: Object.fromEntries(fields.map((field) => [field, row[field] ?? null])),
      }));
    return page(url, answer, TABLE, { rows, isTable: true });
  }

  const eventRows = () => (contents.events ?? []).map(({ timeMs, event }) => ({ timeMs, fields: event }));
  const logRows = () => (contents.logs ?? []).map(({ timeMs, log }) => ({ timeMs, fields: log }));

  function page(url: URL, answer: ServerResponse, known: ReadonlySet<string>, listing: Listing): void {
    const { searchParams } = url;
    const unknown = [...searchParams.keys()].find((name) => !known.has(name));
    if (unknown !== undefined) return refuse(answer, 400, `unknown parameter ${unknown}`);
    const project = searchParams.get('project');
    if (project !== null && !/^-?\d+$/.test(project))
      return refuse(answer, 400, 'Invalid project parameter. Values must be numbers.');
    if (project !== null && project !== PROJECT_ID) return refuse(answer, 403, 'You do not have permission');
    const isLogs = listing.isTable && searchParams.get('dataset') !== 'errors';
    const most = isLogs ? (served.odd.logPageRowsMax ?? 9999) : 100;
    const size = Number(searchParams.get('per_page') ?? searchParams.get('limit') ?? 100);
    if (!(size >= 1 && size <= most))
      return refuse(answer, 400, `Invalid per_page value. Must be between 1 and ${most}.`);
    const [start, end] = [secondOf(searchParams.get('start')), secondOf(searchParams.get('end'))];
    if (start === undefined || end === undefined) return refuse(answer, 400, 'start and end are both needed');
    served.odd.onPage?.(served.requests.length);
    const inside = listing.rows
      .filter(({ timeMs }) => served.odd.ignoresPeriod === true || (timeMs >= start && timeMs < end))
      .toSorted((a, b) => b.timeMs - a.timeMs);
    const offset = Number(/^0:(\d+):0$/.exec(searchParams.get('cursor') ?? '0:0:0')?.[1]);
    if (Number.isNaN(offset)) return refuse(answer, 400, 'Invalid cursor parameter.');
    const found = inside.slice(offset, offset + size).map(({ fields }) => fields);
    const hasMore = inside.length > offset + size;
    const link = linkOf(url, offset, size, hasMore);
    answer.writeHead(200, { 'content-type': 'application/json', link: served.odd.link?.(link) ?? link });
    answer.end(JSON.stringify(listing.isTable ? { data: found, meta: { fields: {}, ...served.odd.meta } } : found));
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

/** An event as a search's table shows it: tags are columns. */
function asFound({ timeMs, fields }: { timeMs: number; fields: Fields }): { timeMs: number; fields: Fields } {
  const tags = (fields['tags'] as { key: string; value: unknown }[]).map(({ key, value }) => [key, value] as const);
  const timestamp = `${new Date(timeMs).toISOString().slice(0, 19)}+00:00`;
  return { timeMs, fields: { ...fields, id: fields['eventID'], timestamp, ...Object.fromEntries(tags) } };
}

function linkOf(url: URL, offset: number, size: number, hasMore: boolean): string {
  const link = (rel: string, at: number, results: boolean, direction: number) => {
    const cursor = `0:${Math.max(0, at)}:${direction}`;
    const to = new URL(url);
    to.searchParams.set('cursor', cursor);
    return `<${to.toString()}>; rel="${rel}"; results="${results}"; cursor="${cursor}"`;
  };
  return `${link('previous', offset - size, offset > 0, 1)}, ${link('next', offset + size, hasMore, 0)}`;
}

/** Bounds are held by the second, in UTC. */
function secondOf(text: string | null): number | undefined {
  if (text === null || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/.test(text)) return undefined;
  return Math.floor(Date.parse(`${text}Z`) / 1000) * 1000;
}

function refuse(answer: ServerResponse, status: number, detail: string): void {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ detail }));
}

import type { SourceClient } from '../http/source-client.ts';
import { MovingCursor } from '../pull/moving-cursor.ts';
import type { PulledRows } from '../pull/pulled-rows.ts';
import { SourceError } from '../source-error.ts';
import { PAGE_ROWS } from './feed.ts';
import type { Feed } from './feed.ts';
import { nextCursor } from './next-cursor.ts';
import type { Fields, SentryRow } from './sentry-rows.ts';

/** Pages without a row, one after the other, before they are taken for a fault. */
const EMPTY_PAGES_MAX = 50;

export interface FeedReader {
  client: SourceClient;
  rows: PulledRows;
  /** Ends with `/api/0/`. */
  base: URL;
  token: string;
  pageRowsMax: number;
}

/** The rows of a feed, page by page. A row that moved to the next page while this one was read comes once. */
export async function* readFeed(feed: Feed, reader: FeedReader): AsyncGenerator<SentryRow> {
  const { client, rows } = reader;
  const moving = new MovingCursor();
  let seen = new Set<string>();
  let emptyPages = 0;
  let pageRows = Math.min(feed.pageRowsTried ?? PAGE_ROWS, reader.pageRowsMax);
  for (let cursor: string | undefined; ;) {
    let page: Page;
    try {
      page = await readPage(feed, reader, pageRows, cursor);
    } catch (cause) {
      if (!isTooLarge(cause) || pageRows <= PAGE_ROWS) throw cause;
      pageRows = PAGE_ROWS;
      continue;
    }
    const ids = new Set<string>();
    for (const fields of page.found) {
      const row = feed.rowOf(fields, rows.timestamps);
      if (Number.isNaN(row.timeMs)) throw client.error('malformed_answer', feed.call, 'a row of it has no time');
      if (row.id !== undefined) ids.add(row.id);
      if (row.id === undefined || !seen.has(row.id)) yield row;
    }
    seen = ids;
    if (page.next === undefined) return;
    cursor = page.next;
    emptyPages = page.found.length === 0 ? emptyPages + 1 : 0;
    if (!moving.moveTo(cursor) || emptyPages > EMPTY_PAGES_MAX) {
      throw client.error(
        'malformed_answer',
        feed.call,
        'its cursor leads nowhere: it goes on without giving more rows',
      );
    }
  }
}

interface Page {
  found: Fields[];
  next: string | undefined;
}

async function readPage(
  feed: Feed,
  { client, rows, base, token }: FeedReader,
  pageRows: number,
  cursor: string | undefined,
): Promise<Page> {
  const { call } = feed;
  const url = new URL(feed.path, base);
  for (const [name, value] of feed.parameters) url.searchParams.append(name, value);
  if (pageRows !== PAGE_ROWS) url.searchParams.set(feed.sizeParameter, String(pageRows));
  if (cursor !== undefined) url.searchParams.set('cursor', cursor);
  const headers = { authorization: `Bearer ${token}` };
  const { value, headers: answered } = await client.jsonWithHeaders({ call, url, headers });
  const table = isFields(value) ? value : {};
  const found = feed.isTable ? table['data'] : value;
  if (!Array.isArray(found) || !found.every(isFields)) {
    const sentence = `its answer is no list of rows: check that SENTRY_URL is Sentry's`;
    throw client.error('malformed_answer', call, sentence);
  }
  const meta = table['meta'];
  // Sentry looks through a part of what there is where a window has very much.
  if (isFields(meta) && meta['dataScanned'] === 'partial') rows.miss();
  const next = nextCursor(answered['link']);
  if (next === 'malformed') throw client.error('malformed_answer', call, 'its Link header names no cursor');
  return { found, next: next === 'none' ? undefined : next.cursor };
}

function isTooLarge(cause: unknown): boolean {
  return cause instanceof SourceError && cause.vendor?.status === 400 && cause.message.includes('per_page');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { Pull } from '../pull/pull.ts';
import { SourceError } from '../source-error.ts';
import { errorsFeed, issuesFeed, logsFeed } from './feed.ts';
import type { FeedScope } from './feed.ts';
import { readProjectId } from './project-id.ts';
import { readFeed } from './read-feed.ts';
import type { FeedReader } from './read-feed.ts';
import type { SentryRow } from './sentry-rows.ts';

/** Rows of one second come in any order. */
const SLACK_MS = 1000;

type Rows = AsyncGenerator<SentryRow>;

/** Pulls a window page by page, the newest rows first; error events and logs side by side, by time. */
export const pullSentry: Pull = async ({ startMs, endMs, values }, { rows, client, pageRowsMax }) => {
  const base = new URL(values.get('url') ?? 'https://sentry.io');
  base.pathname = `${base.pathname.replace(/\/+$/, '')}/api/0/`;
  const project = values.get('project') ?? '';
  const org = values.get('org') ?? '';
  const token = values.get('token') ?? '';
  const query = values.get('query');
  const dataset = values.get('dataset');
  const isOfProject = dataset === 'errors' && query === undefined;
  const projectId = isOfProject ? '' : await readProjectId(client, base, { org, project, token });
  const scope: FeedScope = { org, project, projectId, query, startMs, endMs };
  const reader: FeedReader = { client, rows, base, token, pageRowsMax };

  let refusedMs = -Infinity;
  let lastMs = Infinity;
  let isSorted = true;
  for await (const { message, timeMs, level, service } of merged(feedsOf(dataset, scope, reader))) {
    isSorted &&= timeMs <= lastMs + SLACK_MS;
    lastMs = Math.min(lastMs, timeMs);
    // A Sentry that knows no bounds lists everything that it has kept.
    if (isSorted && timeMs < Math.max(refusedMs, startMs) - SLACK_MS) return;
    const isWanted = rows.add(message, timeMs, level, service ?? project);
    if (!isWanted && refusedMs === -Infinity) refusedMs = timeMs;
  }
};

function feedsOf(dataset: string | undefined, scope: FeedScope, reader: FeedReader): Rows[] {
  if (dataset === 'issues') return [readFeed(issuesFeed(scope), reader)];
  if (dataset === 'errors') return [readFeed(errorsFeed(scope), reader)];
  if (dataset === 'logs') return [readLogs(scope, reader, true)];
  return [readFeed(errorsFeed(scope), reader), readLogs(scope, reader, false)];
}

/** Logs have had two names, and older installations have none. */
async function* readLogs(scope: FeedScope, reader: FeedReader, isRequired: boolean): Rows {
  for (const dataset of ['logs', 'ourlogs'] as const) {
    let hasBegun = false;
    try {
      for await (const row of readFeed(logsFeed(scope, dataset), reader)) {
        hasBegun = true;
        yield row;
      }
      return;
    } catch (cause) {
      if (hasBegun || !isUnknownDataset(cause)) throw cause;
      if (dataset === 'ourlogs' && isRequired) throw cause;
    }
  }
}

function isUnknownDataset(cause: unknown): boolean {
  if (!(cause instanceof SourceError)) return false;
  const status = cause.vendor?.status;
  return status === 404 || (status === 400 && /dataset/i.test(cause.message));
}

/** Rows of feeds that give the newest first, as one. */
async function* merged(feeds: readonly Rows[]): Rows {
  const heads = feeds.map((feed) => ({ feed, row: undefined as SentryRow | undefined, isDone: false }));
  try {
    for (;;) {
      let newest: (typeof heads)[number] | undefined;
      for (const head of heads) {
        if (head.row === undefined && !head.isDone) {
          const { value, done } = await head.feed.next();
          if (done === true) head.isDone = true;
          else head.row = value;
        }
        if (head.row !== undefined && head.row.timeMs > (newest?.row?.timeMs ?? -Infinity)) newest = head;
      }
      if (newest?.row === undefined) return;
      const { row } = newest;
      newest.row = undefined;
      yield row;
    }
  } finally {
    for (const { feed } of heads) await feed.return(undefined);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

import { parseIsoInstant } from '../iso-instant.ts';
import { pullNewestPages } from '../pull/newest-pages.ts';
import type { PullContext } from '../pull/pull.ts';
import { refusedCommand, windowQuery } from './insights-query.ts';
import { readLogEvent } from './log-event.ts';
import { serviceOfLogGroup } from './log-groups.ts';
import type { LogGroup } from './log-groups.ts';
import { isFields } from './logs-api.ts';
import type { LogsApi } from './logs-api.ts';

/** The store's own limit. */
const QUERY_ROWS_MAX = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

interface InsightsRow {
  timestampMs: number;
  line: string;
  service: string;
}

/** Runs a Logs Insights query over the window, as often as its rows need: one run gives 10,000 at most. */
export async function pullInsights(
  api: LogsApi,
  groups: readonly LogGroup[],
  query: string,
  context: PullContext,
): Promise<void> {
  const { rows, client } = context;
  const refused = refusedCommand(query);
  if (refused !== undefined) {
    const why = `CW_QUERY must leave log lines as they are, without the command ${refused}: order, limit and fields are added to it`;
    throw client.error('configuration', 'StartQuery', why);
  }
  await pullNewestPages<InsightsRow>(
    rows,
    {
      fetch: (startMs, endMs, limit) => runQuery(api, groups, { startMs, endMs, limit, query }, context),
      timeMsOf: ({ timestampMs }) => timestampMs,
      add: ({ line, service: group, timestampMs }) => {
        const { message, level, service } = readLogEvent(line, group, rows.timestamps);
        return rows.add(message, timestampMs, level, service);
      },
      malformed: (sentence) => api.malformed('GetQueryResults', sentence),
    },
    { rows: Math.max(1, Math.min(QUERY_ROWS_MAX, context.pageRowsMax)), rowsMax: QUERY_ROWS_MAX },
  );
}

async function runQuery(
  api: LogsApi,
  groups: readonly LogGroup[],
  { startMs, endMs, limit, query }: { startMs: number; endMs: number; limit: number; query: string },
  context: PullContext,
): Promise<InsightsRow[]> {
  const ids = groups.map(({ id }) => id);
  const about = `log groups ${ids.join(', ')}`;
  const { queryId } = await api.call(
    'StartQuery',
    {
      ...(groups.some(({ isArn }) => isArn) ? { logGroupIdentifiers: ids } : { logGroupNames: ids }),
      // Seconds, both of them inside; the query itself keeps to the milliseconds.
      startTime: Math.floor(startMs / 1000),
      endTime: Math.floor((endMs - 1) / 1000),
      queryString: windowQuery(query, startMs, endMs, limit),
      limit,
    },
    about,
  );
  if (typeof queryId !== 'string') throw api.malformed('StartQuery', 'its answer has no queryId');
  return rowsOf(await resultsOf(api, queryId, about, context), groups, api);
}

/** Waits for the query to end; one that nobody waits for any more is stopped, as what it scans is billed. */
async function resultsOf(
  api: LogsApi,
  queryId: string,
  about: string,
  { signal, client }: PullContext,
): Promise<unknown> {
  let isRunning = true;
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
      const { status, results } = await api.call('GetQueryResults', { queryId }, about);
      isRunning = status === 'Scheduled' || status === 'Running';
      if (status === 'Complete') return results;
      if (typeof status !== 'string') throw api.malformed('GetQueryResults', 'its answer has no status');
      if (!isRunning) {
        const sentence = `the query ended as ${client.shown(status)} rather than Complete`;
        throw client.error('vendor_error', 'GetQueryResults', sentence);
      }
      await sleep(pauseMs, undefined, { signal });
    }
  } finally {
    if (isRunning) await api.release('StopQuery', { queryId });
  }
}

function rowsOf(results: unknown, groups: readonly LogGroup[], api: LogsApi): InsightsRow[] {
  if (!Array.isArray(results)) throw api.malformed('GetQueryResults', 'its answer has no results');
  return results.map((row: unknown) => {
    const fields = new Map<unknown, unknown>();
    if (Array.isArray(row))
      for (const cell of row as unknown[]) if (isFields(cell)) fields.set(cell['field'], cell['value']);
    const [time, line, log] = ['@timestamp', '@message', '@log'].map((name) => fields.get(name));
    const timestampMs = typeof time === 'string' ? parseIsoInstant(time) : Number.NaN;
    if (Number.isNaN(timestampMs) || typeof line !== 'string') {
      throw api.malformed('GetQueryResults', 'a row has no @timestamp or no @message: the query must leave both');
    }
    const service = typeof log === 'string' ? serviceOfLogGroup(log) : (groups[0]?.service ?? '');
    return { timestampMs, line, service };
  });
}

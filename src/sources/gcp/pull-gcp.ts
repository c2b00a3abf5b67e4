import type { Judgement } from '../http/source-client.ts';
import { MovingCursor } from '../pull/moving-cursor.ts';
import type { Pull, PullContext, PullRequest } from '../pull/pull.ts';
import { googleTokens } from './google-token.ts';
import { fieldsOf, readLogEntry } from './log-entry.ts';
import { RepeatedEntries } from './repeated-entries.ts';
import { filterFault, windowFilter } from './window-filter.ts';

const CALL = 'entries.list';
const ENDPOINT = 'https://logging.googleapis.com';
/** The store's own limit. */
const PAGE_ROWS_MAX = 1_000;
/** The quota is one of calls a minute, and an answer does not say when it is filled again. */
const QUOTA_PATIENCE = 10;

/** Entries of projects, newest first, page by page by the store's tokens. */
export const pullGcp: Pull = async (request: PullRequest, context: PullContext) => {
  const { values, startMs, endMs } = request;
  const { client, rows } = context;
  const filter = values.get('filter');
  const fault = filter === undefined ? undefined : filterFault(filter);
  if (fault !== undefined) throw client.error('configuration', CALL, `GCP_FILTER ${fault}`);

  const base = (values.get('endpoint') ?? ENDPOINT).replace(/(\/v2)?\/*$/, '');
  const url = new URL(`${base}/v2/entries:list`);
  const token = googleTokens(request, context, url);
  // All pages have to ask for the same.
  const asked = {
    resourceNames: resourceNames(values.get('project_id') ?? ''),
    filter: windowFilter(filter, startMs, endMs),
    orderBy: 'timestamp desc',
    pageSize: Math.max(1, Math.min(PAGE_ROWS_MAX, context.pageRowsMax)),
  };
  const malformed = (sentence: string) => client.error('malformed_answer', CALL, sentence);
  const repeated = new RepeatedEntries();
  const cursor = new MovingCursor();
  let beforeMs = Infinity;
  let pageToken: string | undefined;
  do {
    const answer = fieldsOf(
      await client.json({
        call: CALL,
        url,
        headers: { authorization: `Bearer ${await token()}` },
        body: pageToken === undefined ? asked : { ...asked, pageToken },
        judge,
      }),
    );
    if (answer === undefined) throw malformed("its answer is no object: check that the address is the API's");
    // An answer without entries has no such field.
    const { entries = [], nextPageToken } = answer;
    if (!Array.isArray(entries)) throw malformed('its entries are no list');
    for (const given of entries as unknown[]) {
      const entry = fieldsOf(given);
      const read = entry === undefined ? undefined : readLogEntry(entry, rows.timestamps);
      if (entry === undefined || read === undefined || Number.isNaN(read.timestampMs)) {
        throw malformed('it answered an entry without a timestamp');
      }
      if (read.timestampMs > beforeMs) throw malformed('its entries are not in the order that was asked for');
      beforeMs = read.timestampMs;
      if (repeated.has(entry)) continue;
      if (!rows.add(read.message, read.timestampMs, read.level, read.service)) return;
    }
    // A page without entries is not the last one while a token comes with it: the store took a breath.
    pageToken = typeof nextPageToken === 'string' && nextPageToken !== '' ? nextPageToken : undefined;
    if (pageToken !== undefined && !cursor.moveTo(pageToken)) {
      throw malformed('it gave the same page token twice, which would never end');
    }
  } while (pageToken !== undefined);
};

function resourceNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  return [...new Set(names)]
    .filter((name) => name !== '')
    .map((name) => (name.includes('/') ? name : `projects/${name}`));
}

function judge({ status, body }: { status: number; body: string }): Judgement | undefined {
  if (status !== 429) return undefined;
  const delay = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/.exec(body)?.[1];
  return { patience: QUOTA_PATIENCE, waitMs: delay === undefined ? undefined : Number(delay) * 1000 };
}

import type { SourceClient } from '../http/source-client.ts';
import { AnswerTooLarge } from '../http/answer-text.ts';
import { MovingCursor } from '../pull/moving-cursor.ts';
import type { Pull } from '../pull/pull.ts';
import { GivenEvents } from './given-events.ts';
import { fieldsOf, readLogEvent } from './log-event.ts';
import { DEFAULT_SITE } from './options.ts';
import { metaFault } from './search-meta.ts';

const CALL = 'Search logs';
/** The API's own limit. */
const PAGE_ROWS_MAX = 1000;
/** An event has a megabyte at most, so that a full page could have a thousand of them. */
const PAGE_BYTES_MAX = 64 << 20;

/** Events of a search (Datadog API v2, `POST /logs/events/search`), newest first, page by page by its cursors. */
export const pullDatadog: Pull = async ({ startMs, endMs, values }, { rows, client, pageRowsMax }) => {
  const search = searcher(values, client, startMs);
  const malformed = (sentence: string) => client.error('malformed_answer', CALL, sentence);
  let moving = new MovingCursor();
  let limit = Math.max(1, Math.min(PAGE_ROWS_MAX, pageRowsMax));
  const given = new GivenEvents();
  let toMs = endMs;
  let cursor: string | undefined;
  for (;;) {
    const answer = await search(toMs, { limit, cursor }, limit > 1);
    if (answer === 'too large') {
      // Nothing says that a cursor may be gone on with by pages of another size: a search of its own begins where this
      // one got to. Whether its end belongs to it is not said either, so it ends a millisecond later.
      limit = Math.max(1, limit >> 3);
      toMs = Math.min(toMs, given.oldestMs + 1);
      cursor = undefined;
      moving = new MovingCursor();
      given.startAgain();
      continue;
    }
    const data = fieldsOf(answer)?.['data'];
    if (!Array.isArray(data)) throw malformed("its answer has no list of events: check that the address is the API's");
    const meta = fieldsOf(fieldsOf(answer)?.['meta']);
    const fault = metaFault(meta);
    if (fault !== undefined) throw client.error(fault.code, CALL, client.shown(fault.sentence), 200);
    for (const one of data as unknown[]) {
      const event = readLogEvent(one, rows.timestamps);
      if (event === undefined || Number.isNaN(event.timestampMs))
        throw malformed('it answered an event without a time');
      const outcome = given.meet(event.timestampMs, fieldsOf(one)?.['id']);
      if (outcome === 'out of order') throw malformed('its events are not in the order that was asked for');
      if (outcome === 'known') continue;
      if (!rows.add(event.message, event.timestampMs, event.level, event.service)) return;
    }
    // A short page, or one without an event, is not the last while a cursor comes with it.
    const after = fieldsOf(meta?.['page'])?.['after'];
    if (typeof after !== 'string' || after === '') return;
    if (!moving.moveTo(after)) throw malformed('it gave a cursor twice, which would never end');
    cursor = after;
  }
};

interface Page {
  limit: number;
  cursor: string | undefined;
}

function searcher(values: ReadonlyMap<string, string>, client: SourceClient, startMs: number) {
  const base = values.get('url') ?? `https://api.${values.get('site') ?? DEFAULT_SITE}`;
  const url = new URL(`${base.replace(/\/+$/, '')}/api/v2/logs/events/search`);
  const headers = {
    'dd-api-key': values.get('api_key') ?? '',
    'dd-application-key': values.get('app_key') ?? '',
  };
  const indexes = values.get('indexes')?.split(',');
  const filter = {
    query: values.get('query') ?? '*',
    from: new Date(startMs).toISOString(),
    ...(indexes === undefined ? {} : { indexes: indexes.map((name) => name.trim()) }),
    ...(values.has('storage') ? { storage_tier: values.get('storage') } : {}),
  };
  return async (toMs: number, page: Page, mayBeSmaller: boolean): Promise<unknown> => {
    const body = { filter: { ...filter, to: new Date(toMs).toISOString() }, sort: '-timestamp', page };
    try {
      return await client.json({ call: CALL, url, headers, body, bytesMax: PAGE_BYTES_MAX });
    } catch (error) {
      if (mayBeSmaller && error instanceof Error && error.cause instanceof AnswerTooLarge) return 'too large';
      throw error;
    }
  };
}

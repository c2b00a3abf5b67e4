import { MovingCursor } from '../pull/moving-cursor.ts';
import type { Pull } from '../pull/pull.ts';
import { fieldsOf, readLogEvent } from './log-event.ts';
import { DEFAULT_SITE } from './options.ts';

const CALL = 'Search logs';
/** The API's own limit. */
const PAGE_ROWS_MAX = 1000;

/** Events of a search (Datadog API v2, `POST /logs/events/search`), newest first, page by page by its cursors. */
export const pullDatadog: Pull = async ({ startMs, endMs, values }, { rows, client, pageRowsMax }) => {
  const base = values.get('url') ?? `https://api.${values.get('site') ?? DEFAULT_SITE}`;
  const url = new URL(`${base.replace(/\/+$/, '')}/api/v2/logs/events/search`);
  const headers = {
    'dd-api-key': values.get('api_key') ?? '',
    'dd-application-key': values.get('app_key') ?? '',
  };
  const filter = {
    query: values.get('query') ?? '*',
    from: new Date(startMs).toISOString(),
    to: new Date(endMs).toISOString(),
    ...(values.has('indexes')
      ? {
          indexes: values
            .get('indexes')
            ?.split(',')
            .map((name) => name.trim()),
        }
      : {}),
    ...(values.has('storage') ? { storage_tier: values.get('storage') } : {}),
  };
  const limit = Math.max(1, Math.min(PAGE_ROWS_MAX, pageRowsMax));
  const malformed = (sentence: string) => client.error('malformed_answer', CALL, sentence);
  const moving = new MovingCursor();
  let beforeMs = Infinity;
  let cursor: string | undefined;
  do {
    const page = cursor === undefined ? { limit } : { limit, cursor };
    const answer = fieldsOf(
      await client.json({ call: CALL, url, headers, body: { filter, sort: '-timestamp', page } }),
    );
    const data = answer?.['data'];
    if (!Array.isArray(data)) throw malformed("its answer has no list of events: check that the address is the API's");
    const meta = fieldsOf(answer?.['meta']);
    if (meta?.['status'] === 'timeout') {
      throw client.error('timed_out', CALL, 'the search took too long: ask for a shorter window or narrow DD_QUERY');
    }
    for (const given of data as unknown[]) {
      const event = readLogEvent(given, rows.timestamps);
      if (event === undefined || Number.isNaN(event.timestampMs))
        throw malformed('it answered an event without a time');
      if (event.timestampMs > beforeMs) throw malformed('its events are not in the order that was asked for');
      beforeMs = event.timestampMs;
      if (!rows.add(event.message, event.timestampMs, event.level, event.service)) return;
    }
    // A short page, or one without an event, is not the last while a cursor comes with it.
    const after = fieldsOf(meta?.['page'])?.['after'];
    cursor = typeof after === 'string' && after !== '' ? after : undefined;
    if (cursor !== undefined && !moving.moveTo(cursor))
      throw malformed('it gave a cursor twice, which would never end');
  } while (cursor !== undefined);
};

import type { Static } from '@fastify/type-provider-typebox';
import { matches, parseSince, startAfter } from '../anomaly-filter.ts';
import type { Since, StartingPoint } from '../anomaly-filter.ts';
import type { AnomalyStream } from '../anomaly-stream.ts';
import type { AnomalyFeed } from '../engine.ts';
import { Problem } from '../problem.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { AnomaliesAnswerSchema, AnomaliesQuerySchema, StreamQuerySchema } from '../schemas/anomaly.ts';
import { responses } from '../schemas/problem.ts';
import { textAnswer } from './health.ts';

const ANOMALIES_LISTED = 100;

export function addAnomalyRoutes(app: RestApp, feed: AnomalyFeed, stream: AnomalyStream): void {
  app.route({
    method: 'GET',
    url: '/anomalies',
    config: JSON_TYPE,
    schema: {
      tags: ['anomalies'],
      summary: 'Recent anomalies: the latest, or those after since=',
      querystring: AnomaliesQuerySchema,
      response: responses(AnomaliesAnswerSchema, 400),
    },
    handler: async (request) => listAnomalies(feed, request.query),
  });
  app.route({
    method: 'GET',
    url: '/anomalies/stream',
    config: { produces: 'text/event-stream' },
    exposeHeadRoute: false,
    schema: {
      tags: ['anomalies'],
      summary: 'Live anomalies as server-sent events, resumable by Last-Event-ID',
      description:
        'Events: `anomaly` (data: an Anomaly), `gap` (data: missed, next_id) when the reader was away or slow for so ' +
        'long that anomalies made room for newer ones, `dropped` before a reader that has stopped reading is cut off.',
      querystring: StreamQuerySchema,
      response: responses(textAnswer('text/event-stream'), 400, 503),
    },
    handler: (request, reply) => {
      const { since, ...filter } = request.query;
      const start = streamStart(feed, request.headers['last-event-id'], since);
      const { raw } = reply;
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) raw.setHeader(name, value);
      raw.setHeader('content-type', 'text/event-stream; charset=utf-8');
      raw.setHeader('cache-control', 'no-store');
      // Proxies that buffer would hold events back; a closed stream must not keep its socket on shutdown.
      raw.setHeader('x-accel-buffering', 'no');
      raw.setHeader('connection', 'close');
      stream.subscribe(raw, filter, start);
      reply.hijack();
    },
  });
}

type AnomaliesQuery = Static<typeof AnomaliesQuerySchema>;

/** With `since` the oldest that follow, so that paging loses nothing; without it the latest. Oldest first either way. */
function listAnomalies(feed: AnomalyFeed, query: AnomaliesQuery): Static<typeof AnomaliesAnswerSchema> {
  const { since: text, limit = ANOMALIES_LISTED, ...filter } = query;
  const since = text === undefined ? undefined : parseSince(text);
  const { cursor, missed } = startingPoint(feed, since);
  const fromMs = since !== undefined && 'timeMs' in since ? since.timeMs : Number.NEGATIVE_INFINITY;
  const anomalies: Static<typeof AnomaliesAnswerSchema>['anomalies'] = [];
  const step = since === undefined ? -1 : 1;
  let id = since === undefined ? feed.nextId - 1 : cursor;
  for (; id >= cursor && id < feed.nextId && anomalies.length < limit; id += step) {
    const entry = feed.get(id);
    if (entry === undefined || entry.anomaly.timestamp < fromMs || !matches(entry.anomaly, filter)) continue;
    anomalies.push({ id: entry.id, ...entry.anomaly });
  }
  if (since === undefined) anomalies.reverse();
  const next_since = (since === undefined ? feed.nextId : id) - 1;
  return { anomaly_count: anomalies.length, anomalies, next_since, missed };
}

function startingPoint(feed: AnomalyFeed, since: Since | undefined): StartingPoint {
  if (since !== undefined && 'id' in since) return startAfter(since.id, feed);
  return { cursor: feed.firstId, missed: 0 };
}

/** `Last-Event-ID`, which a browser sends by itself when it comes back, wins over `since`; without both, what is to come. */
function streamStart(
  feed: AnomalyFeed,
  lastEventId: string | string[] | undefined,
  since: string | undefined,
): StartingPoint {
  if (typeof lastEventId === 'string' && lastEventId !== '') {
    if (/^\d{1,15}$/.test(lastEventId)) return startAfter(Number(lastEventId), feed);
    throw new Problem(400, 'bad_request', 'Last-Event-ID must be the id of an event of this stream; leave it out');
  }
  if (since === undefined) return { cursor: feed.nextId, missed: 0 };
  const parsed = parseSince(since);
  if ('id' in parsed) return startAfter(parsed.id, feed);
  let cursor = feed.firstId;
  while (cursor < feed.nextId && (feed.get(cursor)?.anomaly.timestamp ?? 0) < parsed.timeMs) cursor++;
  return { cursor, missed: 0 };
}

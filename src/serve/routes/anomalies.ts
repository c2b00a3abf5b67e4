import type { Static } from '@fastify/type-provider-typebox';
import { matches, parseSince, startAfter } from '../anomaly-filter.ts';
import type { Since, StartingPoint } from '../anomaly-filter.ts';
import type { AnomalyEntry, Feed } from '../engine.ts';
import type { EventStream } from '../event-stream.ts';
import { openStream } from '../open-stream.ts';
import { JSON_TYPE } from '../rest-app.ts';
import type { RestApp } from '../rest-app.ts';
import { AnomaliesAnswerSchema, AnomaliesQuerySchema, StreamQuerySchema } from '../schemas/anomaly.ts';
import { responses } from '../schemas/problem.ts';
import { textAnswer } from './health.ts';

const ANOMALIES_LISTED = 100;

export function addAnomalyRoutes(app: RestApp, feed: Feed<AnomalyEntry>, stream: EventStream): void {
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
      openStream(request, reply, stream, {
        feed,
        event: 'anomaly',
        filterKey: JSON.stringify([filter.service, filter.reason, filter.min_score]),
        wants: ({ anomaly }) => matches(anomaly, filter),
        since,
        timeOf: ({ anomaly }) => anomaly.timestamp,
      });
    },
  });
}

type AnomaliesQuery = Static<typeof AnomaliesQuerySchema>;

/** With `since` the oldest that follow, so that paging loses nothing; without it the latest. Oldest first either way. */
function listAnomalies(feed: Feed<AnomalyEntry>, query: AnomaliesQuery): Static<typeof AnomaliesAnswerSchema> {
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

function startingPoint(feed: Feed<AnomalyEntry>, since: Since | undefined): StartingPoint {
  if (since !== undefined && 'id' in since) return startAfter(since.id, feed);
  return { cursor: feed.firstId, missed: 0 };
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseSince, startAfter } from './anomaly-filter.ts';
import type { StartingPoint } from './anomaly-filter.ts';
import type { Feed, FeedEntry } from './engine.ts';
import type { EventStream, Subscription } from './event-stream.ts';
import { Problem } from './problem.ts';

export interface OpenStreamOptions<Entry extends FeedEntry> extends Omit<Subscription<Entry>, 'start'> {
  /** As the query has it. */
  since: string | undefined;
  /** Epoch milliseconds that `since=` is compared with. */
  timeOf(entry: Entry): number;
}

/** Makes the reply a stream of a feed's entries. Throws a `Problem` where it cannot be one. */
export function openStream<Entry extends FeedEntry>(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: EventStream,
  { since, timeOf, ...subscription }: OpenStreamOptions<Entry>,
): void {
  const start = startOf(subscription.feed, request.headers['last-event-id'], since, timeOf);
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.setHeader('content-type', 'text/event-stream; charset=utf-8');
  raw.setHeader('cache-control', 'no-store');
  // Proxies that buffer would hold events back; a closed stream must not keep its socket on shutdown.
  raw.setHeader('x-accel-buffering', 'no');
  raw.setHeader('connection', 'close');
  stream.subscribe(raw, { ...subscription, start });
  reply.hijack();
}

/** `Last-Event-ID`, which a browser sends by itself when it comes back, wins over `since`; without both, what is to come. */
function startOf<Entry extends FeedEntry>(
  feed: Feed<Entry>,
  lastEventId: string | string[] | undefined,
  since: string | undefined,
  timeOf: (entry: Entry) => number,
): StartingPoint {
  if (typeof lastEventId === 'string' && lastEventId !== '') {
    if (/^\d{1,15}$/.test(lastEventId)) return startAfter(Number(lastEventId), feed);
    throw new Problem(400, 'bad_request', 'Last-Event-ID must be the id of an event of this stream; leave it out');
  }
  if (since === undefined) return { cursor: feed.nextId, missed: 0 };
  const parsed = parseSince(since);
  if ('id' in parsed) return startAfter(parsed.id, feed);
  let cursor = feed.firstId;
  for (; cursor < feed.nextId; cursor++) {
    const entry = feed.get(cursor);
    if (entry !== undefined && timeOf(entry) >= parsed.timeMs) break;
  }
  return { cursor, missed: 0 };
}

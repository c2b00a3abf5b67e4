import type { ServerResponse } from 'node:http';
import { matches } from './anomaly-filter.ts';
import type { AnomalyFilter, StartingPoint } from './anomaly-filter.ts';
import type { AnomalyFeed } from './engine.ts';
import { Problem } from './problem.ts';

export interface AnomalyStreamOptions {
  feed: AnomalyFeed;
  subscribersMax: number;
  heartbeatMs: number;
  /** A reader whose socket has taken nothing for so long is dropped. */
  stalledMs: number;
}

/** Server-sent events (WHATWG HTML, section 9.2) for any number of readers of one feed. */
export interface AnomalyStream {
  readonly subscribers: number;
  /** `gap` events sent so far. */
  readonly gaps: number;
  /** Throws a `Problem` when there is no place. Takes over the response. */
  subscribe(response: ServerResponse, filter: AnomalyFilter, start: StartingPoint): void;
  stop(): void;
}

interface Subscriber {
  readonly response: ServerResponse;
  readonly filter: AnomalyFilter;
  /** Id to be looked at next. */
  cursor: number;
  /** Anomalies lost before the subscription began, not yet told. */
  missed: number;
  /** The socket has not taken all of the last write: nothing more is written until it has. */
  blocked: boolean;
  stallTimer: NodeJS.Timeout | undefined;
  /** More is to be written in the next turn of the loop. */
  continuing: boolean;
}

const RETRY_MS = 2000;
/** One write holds about so much, and one anomaly more. */
const CHUNK_CHARS = 32 * 1024;
const CHUNKS_PER_TURN = 8;
/** Anomalies looked at for one chunk, so that a filter that lets little pass does not hold up the thread. */
const SCAN_MAX = 2000;
const DROP_LINGER_MS = 5000;

/**
 * A subscriber is a cursor into the feed's ring and has no queue: it is written to only while its socket drains, so a
 * slow reader costs one socket buffer. One that falls off the ring's tail gets a `gap` event with the number missed.
 */
export function createAnomalyStream(options: AnomalyStreamOptions): AnomalyStream {
  const { feed } = options;
  const subscribers = new Set<Subscriber>();
  let gaps = 0;
  let stopped = false;
  const stopListening = feed.onAppend(() => {
    for (const subscriber of subscribers) pump(subscriber);
  });
  const heartbeat = setInterval(() => {
    for (const subscriber of subscribers) if (!subscriber.blocked) write(subscriber, heartbeatOf(subscriber));
  }, options.heartbeatMs);
  heartbeat.unref();

  function pump(subscriber: Subscriber): void {
    if (subscriber.blocked || !subscribers.has(subscriber)) return;
    for (let i = 0; i < CHUNKS_PER_TURN && !subscriber.blocked; i++) {
      const text = nextChunk(subscriber, feed);
      if (subscriber.missed > 0) gaps++;
      subscriber.missed = 0;
      if (text !== '') write(subscriber, text);
      if (subscriber.cursor >= feed.nextId) return;
    }
    if (subscriber.blocked || subscriber.continuing) return;
    // Other work of this thread goes in between.
    subscriber.continuing = true;
    setImmediate(() => {
      subscriber.continuing = false;
      pump(subscriber);
    });
  }

  function write(subscriber: Subscriber, text: string): void {
    if (subscriber.response.write(text)) return;
    subscriber.blocked = true;
    subscriber.stallTimer = setTimeout(drop, options.stalledMs, subscriber);
    subscriber.response.once('drain', () => {
      clearTimeout(subscriber.stallTimer);
      subscriber.blocked = false;
      pump(subscriber);
    });
  }

  function drop(subscriber: Subscriber): void {
    remove(subscriber);
    const { response } = subscriber;
    response.end(`event: dropped\ndata: ${JSON.stringify({ reason: 'too slow', last_id: subscriber.cursor - 1 })}\n\n`);
    setTimeout(() => response.destroy(), DROP_LINGER_MS).unref();
  }

  function remove(subscriber: Subscriber): void {
    clearTimeout(subscriber.stallTimer);
    subscribers.delete(subscriber);
  }

  return {
    get subscribers() {
      return subscribers.size;
    },
    get gaps() {
      return gaps;
    },
    subscribe(response, filter, start) {
      if (stopped) throw new Problem(503, 'busy', 'the service is shutting down; connect again in a moment');
      if (subscribers.size >= options.subscribersMax) {
        const detail = `all ${options.subscribersMax} streams are taken; close one, or poll GET /anomalies instead`;
        throw new Problem(503, 'too_many_streams', detail, { retryAfterSeconds: 5 });
      }
      const subscriber: Subscriber = {
        response,
        filter,
        ...start,
        blocked: false,
        stallTimer: undefined,
        continuing: false,
      };
      subscribers.add(subscriber);
      response.on('close', () => remove(subscriber));
      // A reset by the reader; 'close' follows.
      response.on('error', () => undefined);
      write(subscriber, `retry: ${RETRY_MS}\n${heartbeatOf(subscriber)}`);
      pump(subscriber);
    },
    stop() {
      stopped = true;
      stopListening();
      clearInterval(heartbeat);
      for (const subscriber of subscribers) {
        remove(subscriber);
        subscriber.response.end(': the service is shutting down\n\n');
      }
    },
  };
}

/** Moves the cursor on, and gives the events on its way as text, up to a bound; empty when none passed the filter. */
function nextChunk(subscriber: Subscriber, feed: AnomalyFeed): string {
  let text = '';
  if (subscriber.cursor < feed.firstId) {
    subscriber.missed += feed.firstId - subscriber.cursor;
    subscriber.cursor = feed.firstId;
  }
  if (subscriber.missed > 0) {
    const gap = JSON.stringify({ missed: subscriber.missed, next_id: subscriber.cursor });
    text = `id: ${subscriber.cursor - 1}\nevent: gap\ndata: ${gap}\n\n`;
  }
  for (let scanned = 0; scanned < SCAN_MAX && subscriber.cursor < feed.nextId; scanned++) {
    if (text.length >= CHUNK_CHARS) break;
    const entry = feed.get(subscriber.cursor++);
    if (entry === undefined || !matches(entry.anomaly, subscriber.filter)) continue;
    text += `id: ${entry.id}\nevent: anomaly\ndata: ${entry.json}\n\n`;
  }
  return text;
}

/** An id without data moves the reader's Last-Event-ID past what its filter has kept from it. */
function heartbeatOf(subscriber: Subscriber): string {
  return `: heartbeat\nid: ${subscriber.cursor - 1}\n\n`;
}

import type { ServerResponse } from 'node:http';
import type { Feed, FeedEntry } from './engine.ts';
import type { StartingPoint } from './anomaly-filter.ts';
import { Problem } from './problem.ts';
import { Turns } from './turns.ts';

export interface StreamOptions {
  /** Readers at once over all feeds. */
  subscribersMax: number;
  heartbeatMs: number;
  /** A reader whose socket has taken nothing for so long is dropped. */
  stalledMs: number;
}

/** What one reader wants. */
export interface Subscription<Entry extends FeedEntry> {
  feed: Feed<Entry>;
  /** Name of the events. */
  event: string;
  /** Readers with the same key want the same entries, which are then written out once for all of them. */
  filterKey: string;
  wants(entry: Entry): boolean;
  start: StartingPoint;
}

/** Server-sent events (WHATWG HTML, section 9.2) for any number of readers of feeds. */
export interface EventStream {
  readonly subscribers: number;
  /** `gap` events sent so far. */
  readonly gaps: number;
  /** Readers cut off because they had stopped reading. */
  readonly dropped: number;
  /** Throws a `Problem` when there is no place. Takes over the response. */
  subscribe<Entry extends FeedEntry>(response: ServerResponse, subscription: Subscription<Entry>): void;
  stop(): void;
}

interface Subscriber extends Omit<Subscription<FeedEntry>, 'start'>, StartingPoint {
  readonly response: ServerResponse;
  /** The socket has not taken all of the last write: nothing more is written until it has. */
  blocked: boolean;
  stallTimer: NodeJS.Timeout | undefined;
}

const RETRY_MS = 2000;
/** One write holds about so much, and one entry more. */
const CHUNK_CHARS = 32 * 1024;
/** Entries looked at for one chunk, so that a filter that lets little pass does not hold up the thread. */
const SCAN_MAX = 2000;
const DROP_LINGER_MS = 5000;
const CHUNKS_KEPT_MAX = 64;

/**
 * A subscriber is a cursor into a feed's ring and has no queue: it is written to only while its socket drains, so a
 * slow reader costs one socket buffer. One that falls off the ring's tail gets a `gap` event with the number missed.
 */
export function createEventStream(options: StreamOptions): EventStream {
  const subscribers = new Set<Subscriber>();
  /** Those that may have something to read get a chunk at a time. */
  const turns = new Turns<Subscriber>((subscriber) => {
    if (subscriber.blocked || !subscribers.has(subscriber)) return false;
    return pump(subscriber);
  });
  const feeds = new Map<Feed<FeedEntry>, { chunks: ChunkCache; stopListening: () => void }>();
  const counts = { gaps: 0, dropped: 0 };
  let stopped = false;
  const heartbeat = setInterval(() => {
    for (const subscriber of subscribers) if (!subscriber.blocked) write(subscriber, heartbeatOf(subscriber));
  }, options.heartbeatMs);
  heartbeat.unref();

  function listenTo(feed: Feed<FeedEntry>): void {
    if (feeds.has(feed)) return;
    const stopListening = feed.onAppend(() => {
      for (const subscriber of subscribers) if (subscriber.feed === feed) turns.add(subscriber);
    });
    feeds.set(feed, { chunks: new Map(), stopListening });
  }

  /** Writes the next chunk; true when there is more. */
  function pump(subscriber: Subscriber): boolean {
    const text = nextChunk(subscriber, feeds.get(subscriber.feed)?.chunks ?? new Map());
    if (subscriber.missed > 0) counts.gaps++;
    subscriber.missed = 0;
    if (text !== '') write(subscriber, text);
    return !subscriber.blocked && subscriber.cursor < subscriber.feed.nextId;
  }

  function write(subscriber: Subscriber, text: string): void {
    if (subscriber.response.write(text)) return;
    subscriber.blocked = true;
    subscriber.stallTimer = setTimeout(drop, options.stalledMs, subscriber);
    subscriber.response.once('drain', () => {
      clearTimeout(subscriber.stallTimer);
      subscriber.blocked = false;
      turns.add(subscriber);
    });
  }

  function drop(subscriber: Subscriber): void {
    counts.dropped++;
    remove(subscriber);
    const { response } = subscriber;
    response.end(`event: dropped\ndata: ${JSON.stringify({ reason: 'too slow', last_id: subscriber.cursor - 1 })}\n\n`);
    setTimeout(() => response.destroy(), DROP_LINGER_MS).unref();
  }

  function remove(subscriber: Subscriber): void {
    clearTimeout(subscriber.stallTimer);
    subscribers.delete(subscriber);
    turns.delete(subscriber);
  }

  return {
    get subscribers() {
      return subscribers.size;
    },
    get gaps() {
      return counts.gaps;
    },
    get dropped() {
      return counts.dropped;
    },
    subscribe(response, { start, ...subscription }) {
      if (stopped) throw new Problem(503, 'busy', 'the service is shutting down; connect again in a moment');
      if (subscribers.size >= options.subscribersMax) {
        const detail = `all ${options.subscribersMax} streams are taken; close one, or poll instead`;
        throw new Problem(503, 'too_many_streams', detail, { retryAfterSeconds: 5 });
      }
      // What it wants is asked of entries of its own feed only.
      const wanted = subscription as unknown as Omit<Subscription<FeedEntry>, 'start'>;
      const subscriber: Subscriber = { ...wanted, ...start, response, blocked: false, stallTimer: undefined };
      listenTo(subscriber.feed);
      subscribers.add(subscriber);
      response.on('close', () => remove(subscriber));
      // A reset by the reader; 'close' follows.
      response.on('error', () => undefined);
      write(subscriber, `retry: ${RETRY_MS}\n${heartbeatOf(subscriber)}`);
      turns.add(subscriber);
    },
    stop() {
      stopped = true;
      for (const { stopListening } of feeds.values()) stopListening();
      clearInterval(heartbeat);
      for (const subscriber of subscribers) {
        remove(subscriber);
        subscriber.response.end(': the service is shutting down\n\n');
      }
    },
  };
}

/** What was written out last for each filter, so that readers who are equally far get the same text. */
type ChunkCache = Map<string, { cursor: number; nextId: number; end: number; text: string }>;

/** Moves the cursor on, and gives the events on its way as text, up to a bound; empty when none passed the filter. */
function nextChunk(subscriber: Subscriber, chunks: ChunkCache): string {
  const { feed, event, filterKey, wants } = subscriber;
  let gap = '';
  if (subscriber.cursor < feed.firstId) {
    subscriber.missed += feed.firstId - subscriber.cursor;
    subscriber.cursor = feed.firstId;
  }
  if (subscriber.missed > 0) {
    const data = JSON.stringify({ missed: subscriber.missed, next_id: subscriber.cursor });
    gap = `id: ${subscriber.cursor - 1}\nevent: gap\ndata: ${data}\n\n`;
  }
  const known = chunks.get(filterKey);
  if (known?.cursor === subscriber.cursor && known.nextId === feed.nextId) {
    subscriber.cursor = known.end;
    return gap + known.text;
  }
  const { cursor } = subscriber;
  let text = '';
  for (let scanned = 0; scanned < SCAN_MAX && subscriber.cursor < feed.nextId; scanned++) {
    if (text.length >= CHUNK_CHARS) break;
    const entry = feed.get(subscriber.cursor++);
    if (entry === undefined || !wants(entry)) continue;
    text += `id: ${entry.id}\nevent: ${event}\ndata: ${entry.json}\n\n`;
  }
  if (chunks.size >= CHUNKS_KEPT_MAX && known === undefined) chunks.clear();
  chunks.set(filterKey, { cursor, nextId: feed.nextId, end: subscriber.cursor, text });
  return gap + text;
}

/** An id without data moves the reader's Last-Event-ID past what its filter has kept from it. */
function heartbeatOf(subscriber: Subscriber): string {
  return `: heartbeat\nid: ${subscriber.cursor - 1}\n\n`;
}

import { status } from '@grpc/grpc-js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Feed, FeedEntry } from '../serve/engine.ts';
import type { WatchEvent, WatchRequest } from './watch-definitions.ts';

export type WatchCall = ServerWritableStream<WatchRequest, WatchEvent>;

export interface WatcherOptions<Entry extends FeedEntry> {
  call: WatchCall;
  feed: Feed<Entry>;
  wants(entry: Entry): boolean;
  eventOf(entry: Entry): WatchEvent;
  /** A caller that has taken nothing for so long is cut off. */
  stalledMs: number;
  /** Called once when it is over, whoever ended it. */
  onEnd(): void;
}

/** Entries looked at before other work of the thread has its turn. */
const SCAN_MAX = 500;

/**
 * One call of Watch: a cursor into a feed's ring and no queue. It is written to only while the connection takes it, so
 * that a slow reader costs what gRPC has buffered for it, and is told what it has missed.
 */
export class Watcher<Entry extends FeedEntry> {
  readonly #options: WatcherOptions<Entry>;
  #cursor: number;
  #told: number;
  #missed: number;
  #blocked = false;
  #continuing = false;
  #ended = false;
  #stallTimer: NodeJS.Timeout | undefined;

  constructor(options: WatcherOptions<Entry>, cursor: number, missed: number) {
    this.#options = options;
    this.#cursor = cursor;
    this.#told = cursor - 1;
    this.#missed = missed;
    const { call } = options;
    call.on('cancelled', () => this.end());
    call.on('error', () => this.end());
    call.on('drain', () => {
      clearTimeout(this.#stallTimer);
      this.#blocked = false;
      this.pump();
    });
  }

  /** Writes what there is, until the connection takes no more. */
  pump(): void {
    const { feed, wants, eventOf } = this.#options;
    for (let scanned = 0; !this.#blocked && !this.#ended; scanned++) {
      if (this.#cursor < feed.firstId) {
        this.#missed += feed.firstId - this.#cursor;
        this.#cursor = feed.firstId;
      }
      if (this.#missed > 0) {
        this.#write({ position: String(this.#cursor - 1), gap: { missed: String(this.#missed) } });
        this.#missed = 0;
        continue;
      }
      if (this.#cursor >= feed.nextId) return;
      if (scanned >= SCAN_MAX) return this.#continue();
      const entry = feed.get(this.#cursor++);
      if (entry !== undefined && wants(entry)) this.#write(eventOf(entry));
    }
  }

  /** Tells a caller to whom nothing was said how far it has come. */
  heartbeat(): void {
    if (!this.#blocked && this.#missed === 0) this.#write({ position: String(this.#cursor - 1), heartbeat: {} });
  }

  /** With an error, the caller is told it. */
  end(code?: status, details?: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#stallTimer);
    if (code === undefined) this.#options.call.end();
    else this.#options.call.emit('error', { code, details });
    this.#options.onEnd();
  }

  #write(event: WatchEvent): void {
    const { call, stalledMs } = this.#options;
    this.#told = Number(event.position);
    if (call.write(event)) return;
    this.#blocked = true;
    this.#stallTimer = setTimeout(() => {
      this.end(
        status.RESOURCE_EXHAUSTED,
        `too slow: nothing was read for ${stalledMs / 1000} s; go on after ${this.#told}`,
      );
    }, stalledMs);
  }

  #continue(): void {
    if (this.#continuing) return;
    this.#continuing = true;
    setImmediate(() => {
      this.#continuing = false;
      this.pump();
    });
  }
}

import { status } from '@grpc/grpc-js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { FeedEntry } from '../serve/engine.ts';
import type { WatchEvent, WatchRequest } from './watch-definitions.ts';
import type { WireFeed } from './wire-feed.ts';

/** Written to with encoded events. */
export type WatchCall = ServerWritableStream<WatchRequest, Buffer>;

export interface WatcherOptions<Entry extends FeedEntry> {
  call: WatchCall;
  wire: WireFeed<Entry>;
  encode(event: WatchEvent): Buffer;
  wants(entry: Entry): boolean;
  /** A caller that has taken nothing for so long is cut off. */
  stalledMs: number;
  /** The connection takes more again. */
  onDrain(): void;
  /** Told when a caller hears that it has missed entries, and when one is cut off. */
  onEvent(event: 'gap' | 'dropped'): void;
  /** Called once when it is over, whoever ended it. */
  onEnd(): void;
}

/** Entries looked at in one turn. */
const SCAN_MAX = 100;

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
  #ended = false;
  #stallTimer: NodeJS.Timeout | undefined;

  constructor(options: WatcherOptions<Entry>, cursor: number, missed: number) {
    this.#options = options;
    this.#cursor = cursor;
    this.#told = cursor - 1;
    this.#missed = missed;
    const { call, onDrain } = options;
    call.on('cancelled', () => this.end());
    call.on('error', () => this.end());
    call.on('drain', () => {
      clearTimeout(this.#stallTimer);
      this.#blocked = false;
      onDrain();
    });
  }

  /** Writes some of what there is; true when there is more that the connection would take. */
  pump(): boolean {
    const { wire, wants } = this.#options;
    const { feed } = wire;
    for (let scanned = 0; scanned < SCAN_MAX; scanned++) {
      if (this.#blocked || this.#ended) return false;
      if (this.#cursor < feed.firstId) {
        this.#missed += feed.firstId - this.#cursor;
        this.#cursor = feed.firstId;
      }
      if (this.#missed > 0) {
        const missed = String(this.#missed);
        this.#missed = 0;
        this.#options.onEvent('gap');
        this.#write(this.#cursor - 1, this.#encode({ position: String(this.#cursor - 1), gap: { missed } }));
        continue;
      }
      if (this.#cursor >= feed.nextId) return false;
      const found = wire.get(this.#cursor++);
      if (found !== undefined && wants(found.entry)) this.#write(found.entry.id, found.encoded());
    }
    return true;
  }

  /** Tells a caller to whom nothing was said how far it has come. */
  heartbeat(): void {
    if (this.#blocked || this.#missed > 0) return;
    this.#write(this.#cursor - 1, this.#encode({ position: String(this.#cursor - 1), heartbeat: {} }));
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

  #encode(event: WatchEvent): Buffer {
    return this.#options.encode(event);
  }

  #write(position: number, event: Buffer): void {
    const { call, stalledMs } = this.#options;
    this.#told = position;
    if (call.write(event)) return;
    this.#blocked = true;
    this.#stallTimer = setTimeout(() => {
      this.#options.onEvent('dropped');
      this.end(
        status.RESOURCE_EXHAUSTED,
        `too slow: nothing was read for ${stalledMs / 1000} s; go on after ${this.#told}`,
      );
    }, stalledMs);
  }
}

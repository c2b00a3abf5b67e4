import type { Feed, FeedEntry } from '../serve/engine.ts';
import type { WatchEvent } from './watch-definitions.ts';

/** An entry, and what it is on the wire once somebody has wanted it. */
export interface WireEntry<Entry> {
  readonly entry: Entry;
  encoded(): Buffer;
}

const KEPT_MAX = 256;

/** A feed as watchers read it: those who are about equally far share what was read and encoded for one of them. */
export class WireFeed<Entry extends FeedEntry> {
  readonly feed: Feed<Entry>;
  readonly #encode: (entry: Entry) => Buffer;
  /** By id; the latest that were asked for. */
  readonly #kept = new Map<number, WireEntry<Entry>>();

  constructor(feed: Feed<Entry>, eventOf: (entry: Entry) => WatchEvent, encode: (event: WatchEvent) => Buffer) {
    this.feed = feed;
    this.#encode = (entry) => encode(eventOf(entry));
  }

  get(id: number): WireEntry<Entry> | undefined {
    const known = this.#kept.get(id);
    if (known !== undefined) return known;
    const entry = this.feed.get(id);
    if (entry === undefined) return undefined;
    let bytes: Buffer | undefined;
    const made = { entry, encoded: () => (bytes ??= this.#encode(entry)) };
    if (this.#kept.size >= KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(id, made);
    return made;
  }
}

import { isOfTenant } from '../domain/model-key.ts';
import type { ModelKey } from '../domain/model-key.ts';
import { forgetLines } from '../mine/forget-lines.ts';
import { createDetector } from '../score/create-detector.ts';
import type { Detector, DetectorOptions } from '../score/detector.ts';
import type { SavedAgain, ServiceActivity } from './shard-protocol.ts';

/** Where lines of services beyond the limit are scored together. */
export const OVERFLOW_SERVICE = '_overflow';
/** A service that has been quiet for so long makes room for a new one. */
const IDLE_MS = 3_600_000;

interface Entry {
  detector: Detector;
  lastSeenMs: number;
  /** When its snapshot was taken last, 0 before the first; and whether it has learnt anything since. */
  savedMs: number;
  isChanged: boolean;
  /** Scored since it has its place. */
  records: number;
}

/**
 * The detectors of a shard's services, at most `servicesMax` of them beside the overflow. A flood of new names ends in
 * the overflow service and leaves those known alone; only one that has been idle for an hour gives up its place.
 */
export class ServiceTable {
  readonly #options: DetectorOptions;
  readonly #servicesMax: number;
  /** In the order of last use, so that the first is the longest idle. */
  readonly #entries = new Map<string, Entry>();
  #overflow: Entry | undefined;
  #evicted = 0;
  #templatesEvicted = 0;
  readonly #gone: string[] = [];

  constructor(servicesMax: number, options: DetectorOptions) {
    this.#servicesMax = servicesMax;
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size + (this.#overflow === undefined ? 0 : 1);
  }

  get evicted(): number {
    return this.#evicted;
  }

  /** Templates dropped at the limit of their service, those of services that are no more included. */
  get templatesEvicted(): number {
    let evicted = this.#templatesEvicted;
    for (const { miner } of this.detectors()) evicted += miner.evicted;
    return evicted;
  }

  /** The detector for a service's lines that came in now, `records` of them; the overflow's when there is no place. */
  touch(service: string, receivedMs: number, records = 0): Detector {
    const entry = this.#entries.get(service);
    if (entry === undefined) return this.#admit(service, receivedMs, records);
    entry.records += records;
    entry.lastSeenMs = receivedMs;
    entry.isChanged = true;
    this.#entries.delete(service);
    this.#entries.set(service, entry);
    return entry.detector;
  }

  /** Looks without counting as use. */
  peek(service: string): Detector | undefined {
    return this.#entryOf(service)?.detector;
  }

  *detectors(): IterableIterator<Detector> {
    for (const { detector } of this.#all()) yield detector;
  }

  *activity(): IterableIterator<ServiceActivity> {
    for (const [service, { detector, records }] of this.#entries) {
      yield { service, lines: detector.lines, learning: detector.learning, records };
    }
    if (this.#overflow === undefined) return;
    // Counted by itself.
    const { lines, learning } = this.#overflow.detector;
    yield { service: OVERFLOW_SERVICE, lines, learning, records: 0 };
  }

  /** Of one service; undefined when it has no place. */
  activityOf(service: string): ServiceActivity | undefined {
    const entry = this.#entries.get(service);
    if (entry === undefined) return undefined;
    const { lines, learning } = entry.detector;
    return { service, lines, learning, records: entry.records };
  }

  create(service: string): Detector {
    return createDetector(service, this.#options);
  }

  /** Something other than a line has changed what is known of the service. */
  markChanged(service: string): void {
    const entry = this.#entryOf(service);
    if (entry !== undefined) entry.isChanged = true;
  }

  /**
   * Services whose latest snapshot is older than `beforeMs` and no longer what they know, the longest idle first, the
   * overflow last; they count as saved at `nowMs` from then on.
   */
  *unsaved(beforeMs: number, nowMs: number): IterableIterator<{ detector: Detector; lastSeenMs: number }> {
    for (const entry of this.#all()) {
      if (!entry.isChanged || entry.savedMs > beforeMs) continue;
      entry.isChanged = false;
      entry.savedMs = nowMs;
      yield entry;
    }
  }

  /** What was saved of them is lost. */
  saveAgain(again: SavedAgain): void {
    const lost = again === 'all' ? this.#all() : again.map((key) => this.#liveEntryOf(key));
    for (const entry of lost) if (entry !== undefined) Object.assign(entry, { isChanged: true, savedMs: 0 });
  }

  /** Services with a snapshot that have given up their place since this was asked last. */
  takeGone(): string[] {
    return this.#gone.splice(0);
  }

  /** Puts in a service of before; where there are too many, the longest idle one makes room. */
  restore(detector: Detector, lastSeenMs: number, savedMs: number): void {
    // Counted by the process, or the thread, that it comes from.
    this.#templatesEvicted -= detector.miner.evicted;
    const entry = { detector, lastSeenMs, savedMs, isChanged: false, records: 0 };
    if (detector.service === OVERFLOW_SERVICE) {
      this.#overflow = entry;
      return;
    }
    this.#entries.set(detector.service, entry);
    if (this.#entries.size <= this.#servicesMax) return;
    let oldest = detector.service;
    for (const [service, entry] of this.#entries)
      if (entry.lastSeenMs < this.#entries.get(oldest)!.lastSeenMs) oldest = service;
    this.#remove(oldest);
  }

  /** Orders by last use what was restored in any order. */
  sortByUse(): void {
    const sorted = [...this.#entries].toSorted(([, a], [, b]) => a.lastSeenMs - b.lastSeenMs);
    this.#entries.clear();
    for (const [service, entry] of sorted) this.#entries.set(service, entry);
  }

  clear(): void {
    this.#templatesEvicted = this.templatesEvicted;
    this.#entries.clear();
    this.#overflow = undefined;
    forgetLines();
  }

  #admit(service: string, receivedMs: number, records: number): Detector {
    if (service !== OVERFLOW_SERVICE && (this.#entries.size < this.#servicesMax || this.#evictIdle(receivedMs))) {
      const detector = this.create(service);
      this.#entries.set(service, { detector, lastSeenMs: receivedMs, savedMs: 0, isChanged: true, records });
      return detector;
    }
    const detector = this.#overflow?.detector ?? this.create(OVERFLOW_SERVICE);
    this.#overflow ??= { detector, lastSeenMs: 0, savedMs: 0, isChanged: true, records: 0 };
    this.#overflow.lastSeenMs = receivedMs;
    this.#overflow.isChanged = true;
    return detector;
  }

  *#all(): IterableIterator<Entry> {
    yield* this.#entries.values();
    if (this.#overflow !== undefined) yield this.#overflow;
  }

  #remove(service: string): void {
    const entry = this.#entries.get(service);
    if (entry === undefined) return;
    this.#templatesEvicted += entry.detector.miner.evicted;
    this.#entries.delete(service);
    if (entry.savedMs > 0) this.#gone.push(service);
  }

  #liveEntryOf(key: ModelKey): Entry | undefined {
    return isOfTenant(key) ? undefined : this.#entryOf(key.service);
  }

  #entryOf(service: string): Entry | undefined {
    return service === OVERFLOW_SERVICE ? this.#overflow : this.#entries.get(service);
  }

  #evictIdle(receivedMs: number): boolean {
    const oldest = this.#entries.entries().next();
    if (oldest.done === true || oldest.value[1].lastSeenMs > receivedMs - IDLE_MS) return false;
    this.#remove(oldest.value[0]);
    // What is remembered of its lines would keep its templates in memory.
    forgetLines();
    this.#evicted++;
    return true;
  }
}

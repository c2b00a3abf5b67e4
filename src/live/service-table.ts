import { forgetLines } from '../mine/forget-lines.ts';
import { createDetector } from '../score/create-detector.ts';
import type { Detector, DetectorOptions } from '../score/detector.ts';

/** Where lines of services beyond the limit are scored together. */
export const OVERFLOW_SERVICE = '_overflow';
/** A service that has been quiet for so long makes room for a new one. */
const IDLE_MS = 3_600_000;

interface Entry {
  detector: Detector;
  lastSeenMs: number;
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
  #overflow: Detector | undefined;
  #evicted = 0;

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

  /** The detector for a service's lines that came in now; the overflow's when there is no place. */
  touch(service: string, receivedMs: number): Detector {
    const entry = this.#entries.get(service);
    if (entry === undefined) return this.#admit(service, receivedMs);
    entry.lastSeenMs = receivedMs;
    this.#entries.delete(service);
    this.#entries.set(service, entry);
    return entry.detector;
  }

  /** Looks without counting as use. */
  peek(service: string): Detector | undefined {
    return service === OVERFLOW_SERVICE ? this.#overflow : this.#entries.get(service)?.detector;
  }

  *detectors(): IterableIterator<Detector> {
    for (const entry of this.#entries.values()) yield entry.detector;
    if (this.#overflow !== undefined) yield this.#overflow;
  }

  create(service: string): Detector {
    return createDetector(service, this.#options);
  }

  clear(): void {
    this.#entries.clear();
    this.#overflow = undefined;
    forgetLines();
  }

  #admit(service: string, receivedMs: number): Detector {
    if (service !== OVERFLOW_SERVICE && (this.#entries.size < this.#servicesMax || this.#evictIdle(receivedMs))) {
      const detector = this.create(service);
      this.#entries.set(service, { detector, lastSeenMs: receivedMs });
      return detector;
    }
    this.#overflow ??= this.create(OVERFLOW_SERVICE);
    return this.#overflow;
  }

  #evictIdle(receivedMs: number): boolean {
    const oldest = this.#entries.entries().next();
    if (oldest.done === true || oldest.value[1].lastSeenMs > receivedMs - IDLE_MS) return false;
    this.#entries.delete(oldest.value[0]);
    // What is remembered of its lines would keep its templates in memory.
    forgetLines();
    this.#evicted++;
    return true;
  }
}

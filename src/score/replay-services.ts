import type { Detector } from './detector.ts';

/** Where lines of services beyond the limit are scored together, as in the live path. */
const OVERFLOW_SERVICE = '_overflow';
/** A service that has been quiet for so long makes room for a new one. */
const IDLE_MS = 3_600_000;

interface Entry {
  detector: Detector;
  lastMs: number;
}

/**
 * A detector for each of at most `servicesMax` services, and one for all others together. A flood of new names leaves
 * those known alone; only one that has been idle for an hour gives up its place. Times are the replay clock's.
 */
export class ReplayServices {
  readonly #servicesMax: number;
  readonly #create: (service: string) => Detector;
  readonly #entries = new Map<string, Entry>();
  #overflow: Entry | undefined;
  /** No place comes free before. */
  #fullUntilMs = Number.NEGATIVE_INFINITY;
  /** By name; undefined when a service has come or gone. */
  #sorted: readonly Detector[] | undefined;
  #overflowRows = 0;

  constructor(servicesMax: number, create: (service: string) => Detector) {
    this.#servicesMax = servicesMax;
    this.#create = create;
  }

  get overflowRows(): number {
    return this.#overflowRows;
  }

  /** The detector for a service's line at this time. */
  touch(service: string, nowMs: number): Detector {
    const entry = this.#entries.get(service) ?? this.#admit(service, nowMs);
    if (nowMs > entry.lastMs) entry.lastMs = nowMs;
    return entry.detector;
  }

  /** The detector of a service's latest line. */
  peek(service: string): Detector | undefined {
    return (this.#entries.get(service) ?? this.#overflow)?.detector;
  }

  detectors(): readonly Detector[] {
    this.#sorted ??= [...this.#entries.values(), ...(this.#overflow === undefined ? [] : [this.#overflow])]
      .map(({ detector }) => detector)
      .toSorted((a, b) => (a.service < b.service ? -1 : 1));
    return this.#sorted;
  }

  speakersSince(sinceMs: number): number {
    let speakers = this.#overflow !== undefined && this.#overflow.lastMs >= sinceMs ? 1 : 0;
    for (const { lastMs } of this.#entries.values()) if (lastMs >= sinceMs) speakers++;
    return speakers;
  }

  #admit(service: string, nowMs: number): Entry {
    if (service !== OVERFLOW_SERVICE && (this.#entries.size < this.#servicesMax || this.#evictIdle(nowMs))) {
      this.#sorted = undefined;
      const entry = { detector: this.#create(service), lastMs: nowMs };
      this.#entries.set(service, entry);
      return entry;
    }
    this.#overflowRows++;
    if (this.#overflow === undefined) {
      this.#sorted = undefined;
      this.#overflow = { detector: this.#create(OVERFLOW_SERVICE), lastMs: nowMs };
    }
    return this.#overflow;
  }

  #evictIdle(nowMs: number): boolean {
    if (nowMs < this.#fullUntilMs) return false;
    let idlest: [string, Entry] | undefined;
    for (const one of this.#entries) if (idlest === undefined || one[1].lastMs < idlest[1].lastMs) idlest = one;
    if (idlest === undefined) return false;
    this.#fullUntilMs = idlest[1].lastMs + IDLE_MS;
    if (nowMs < this.#fullUntilMs) return false;
    return this.#entries.delete(idlest[0]);
  }
}

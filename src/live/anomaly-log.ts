import type { Anomaly } from '../domain/anomaly.ts';

/** An anomaly with its place in the live stream. */
export interface LoggedAnomaly {
  id: number;
  anomaly: Anomaly;
  /** The anomaly as streams send it, `id` included. */
  json: string;
}

export interface AnomalyLogOptions {
  entriesMax: number;
  /** UTF-16 units of JSON kept over all entries. */
  charsMax: number;
}

/**
 * The latest anomalies, numbered from 1 without gaps. A bounded ring: the oldest make room, and readers hold a cursor
 * into it instead of a queue of their own, so a slow one costs nothing and holds nobody up.
 */
export class AnomalyLog {
  readonly #options: AnomalyLogOptions;
  readonly #ring: (LoggedAnomaly | undefined)[];
  readonly #listeners = new Set<() => void>();
  #firstId = 1;
  #nextId = 1;
  #chars = 0;
  #wakeUp = false;

  constructor(options: AnomalyLogOptions) {
    this.#options = options;
    this.#ring = Array.from({ length: options.entriesMax });
  }

  /** Oldest id still held; equals `nextId` when nothing is. */
  get firstId(): number {
    return this.#firstId;
  }

  get nextId(): number {
    return this.#nextId;
  }

  get(id: number): LoggedAnomaly | undefined {
    if (id < this.#firstId || id >= this.#nextId) return undefined;
    return this.#ring[id % this.#options.entriesMax];
  }

  append(anomalies: readonly Anomaly[]): void {
    for (const anomaly of anomalies) {
      const id = this.#nextId;
      const json = JSON.stringify({ id, ...anomaly });
      this.#chars += json.length;
      while (
        this.#firstId < id &&
        (id - this.#firstId >= this.#options.entriesMax || this.#chars > this.#options.charsMax)
      )
        this.#dropOldest();
      this.#ring[id % this.#options.entriesMax] = { id, anomaly, json };
      this.#nextId++;
    }
    if (anomalies.length > 0) this.#notify();
  }

  /** Calls back after anomalies were appended, many at once; returns the way to stop it. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #dropOldest(): void {
    const slot = this.#firstId % this.#options.entriesMax;
    this.#chars -= this.#ring[slot]?.json.length ?? 0;
    this.#ring[slot] = undefined;
    this.#firstId++;
  }

  /** Readers run after the sender has its answer, and once for all that came in the same turn. */
  #notify(): void {
    if (this.#wakeUp || this.#listeners.size === 0) return;
    this.#wakeUp = true;
    setImmediate(() => {
      this.#wakeUp = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

import type { Incident, IncidentChange } from '../domain/incident.ts';

/** What happened to an incident, with its place in the stream. */
export interface LoggedChange {
  id: number;
  change: IncidentChange;
  /** As streams send it. */
  json: string;
}

export interface IncidentLogOptions {
  /** Changes kept for streams. */
  changesMax: number;
  /** Resolved incidents kept; open ones always are. */
  resolvedMax: number;
}

/**
 * The latest changes of incidents, numbered from 1 without gaps, and the incidents as they stand. Bounded rings: the
 * oldest make room.
 */
export class IncidentLog {
  readonly #options: IncidentLogOptions;
  /** The change with number n is at n modulo the ring's size. */
  readonly #ring: LoggedChange[] = [];
  #nextId: number;
  #firstId: number;
  /** By id, in the order in which they began. */
  readonly #incidents = new Map<string, Incident>();
  #resolved = 0;
  readonly #listeners = new Set<() => void>();
  #wakeUp = false;

  /** @param nextId number of the first change: later than any that a reader may have seen. */
  constructor(options: IncidentLogOptions, nextId = 1) {
    this.#options = options;
    this.#nextId = nextId;
    this.#firstId = nextId;
  }

  get firstId(): number {
    return this.#firstId;
  }

  get nextId(): number {
    return this.#nextId;
  }

  get openCount(): number {
    return this.#incidents.size - this.#resolved;
  }

  get(id: number): LoggedChange | undefined {
    const found = this.#ring[id % this.#options.changesMax];
    return found?.id === id && id >= this.#firstId ? found : undefined;
  }

  find(id: string): Incident | undefined {
    return this.#incidents.get(id);
  }

  list(): Incident[] {
    return [...this.#incidents.values()].toReversed();
  }

  /**
   * @param standing incidents as they stand after the changes: most of what joins one is too little to be told, and yet
   *   to be seen by whoever asks.
   */
  append(changes: readonly IncidentChange[], standing: readonly Incident[] = []): void {
    for (const change of changes) {
      const id = this.#nextId++;
      const { kind, incident } = change;
      this.#ring[id % this.#options.changesMax] = { id, change, json: JSON.stringify({ id, kind, incident }) };
      this.#keep(incident);
    }
    for (const incident of standing) this.#keep(incident);
    this.#firstId = Math.max(this.#firstId, this.#nextId - this.#options.changesMax);
    if (changes.length > 0) this.#notify();
  }

  /** Incidents of before, oldest first, and the latest changes, up to the next one's number; they are no news to anybody. */
  restore(incidents: readonly Incident[], changes: readonly { id: number; change: IncidentChange }[] = []): void {
    for (const { id, change } of changes) {
      if (id < this.#nextId - this.#options.changesMax) continue;
      const { kind, incident } = change;
      this.#ring[id % this.#options.changesMax] = { id, change, json: JSON.stringify({ id, kind, incident }) };
      this.#firstId = Math.min(this.#firstId, id);
    }
    for (const incident of incidents) this.#keep(incident);
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #keep(incident: Incident): void {
    const wasResolved = this.#incidents.get(incident.id)?.state === 'resolved';
    this.#incidents.set(incident.id, incident);
    if (incident.state === 'resolved' && !wasResolved) this.#resolved++;
    if (this.#resolved <= this.#options.resolvedMax) return;
    for (const [id, { state }] of this.#incidents) {
      if (state === 'open') continue;
      this.#incidents.delete(id);
      this.#resolved--;
      return;
    }
  }

  /** Readers run later, and once for all that came in the same turn. */
  #notify(): void {
    if (this.#wakeUp || this.#listeners.size === 0) return;
    this.#wakeUp = true;
    setImmediate(() => {
      this.#wakeUp = false;
      for (const listener of this.#listeners) listener();
    });
  }
}

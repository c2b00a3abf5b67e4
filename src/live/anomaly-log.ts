import type { Anomaly } from '../domain/anomaly.ts';
import { readAnomaly } from './anomaly-batch.ts';
import type { AnomalyBatch } from './anomaly-batch.ts';

/** An anomaly with its place in the live stream. */
export interface LoggedAnomaly {
  id: number;
  anomaly: Anomaly;
  /** The anomaly as streams send it, `id` included. */
  json: string;
}

export interface AnomalyLogOptions {
  entriesMax: number;
  /** Of packed anomalies; a batch counts for as long as one of its anomalies is held. */
  bytesMax: number;
}

/** A batch in the ring and the id of its first anomaly. */
interface Held {
  batch: AnomalyBatch;
  firstId: number;
  bytes: number;
}

/**
 * The latest anomalies, numbered from 1 without gaps. A bounded ring: the oldest make room, and readers hold a cursor
 * into it instead of a queue of their own, so a slow one costs nothing and holds nobody up. What is held stays packed;
 * an anomaly becomes an object when somebody reads it.
 */
export class AnomalyLog {
  readonly #options: AnomalyLogOptions;
  /** In order of ids; `#oldest` is the index of the first that is still held. */
  #batches: Held[] = [];
  #oldest = 0;
  readonly #listeners = new Set<() => void>();
  #firstId = 1;
  #nextId = 1;
  #bytes = 0;
  #wakeUp = false;
  /** Of the anomaly that was read last: streams mostly read the newest, one after the other. */
  #lastRead: LoggedAnomaly | undefined;

  constructor(options: AnomalyLogOptions) {
    this.#options = options;
  }

  /** Oldest id still held; equals `nextId` when nothing is. */
  get firstId(): number {
    return this.#firstId;
  }

  get nextId(): number {
    return this.#nextId;
  }

  /** Undefined for an id that is not held, as it is too old or too new, or was never kept before a restart. */
  get(id: number): LoggedAnomaly | undefined {
    if (id < this.#firstId || id >= this.#nextId) return undefined;
    if (this.#lastRead?.id !== id) {
      const { batch, firstId } = this.#batchOf(id);
      if (id - firstId >= batch.offsets.length) return undefined;
      const anomaly = readAnomaly(batch, id - firstId);
      this.#lastRead = { id, anomaly, json: JSON.stringify({ id, ...anomaly }) };
    }
    return this.#lastRead;
  }

  append(batch: AnomalyBatch): void {
    const bytes = bytesOf(batch);
    this.#batches.push({ batch, firstId: this.#nextId, bytes });
    this.#nextId += batch.offsets.length;
    this.#bytes += bytes;
    this.#makeRoom();
    this.#notify();
  }

  /**
   * Anomalies of before, in the order of their ids; the next one gets `nextId`. To be called before any is appended; they
   * are no news to anybody.
   */
  restore(batches: readonly { firstId: number; batch: AnomalyBatch }[], nextId: number): void {
    this.#firstId = nextId;
    this.#nextId = nextId;
    for (const { firstId, batch } of batches) {
      const bytes = bytesOf(batch);
      this.#batches.push({ batch, firstId, bytes });
      this.#bytes += bytes;
    }
    if (batches.length > 0) this.#makeRoom();
  }

  /** Calls back after anomalies were appended, many at once; returns the way to stop it. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The newest batch always stays, cut to its last entries where it alone has too many. */
  #makeRoom(): void {
    const { entriesMax, bytesMax } = this.#options;
    while (this.#oldest < this.#batches.length - 1) {
      const next = this.#batches[this.#oldest + 1]!;
      if (this.#nextId - next.firstId < entriesMax && this.#bytes <= bytesMax) break;
      this.#bytes -= this.#batches[this.#oldest]!.bytes;
      this.#batches[this.#oldest] = RELEASED;
      this.#oldest++;
    }
    this.#firstId = Math.max(this.#batches[this.#oldest]!.firstId, this.#nextId - entriesMax);
    if (this.#oldest < COMPACT_FROM || this.#oldest * 2 < this.#batches.length) return;
    this.#batches = this.#batches.slice(this.#oldest);
    this.#oldest = 0;
  }

  /** Binary search; `id` is held. */
  #batchOf(id: number): Held {
    let low = this.#oldest;
    let high = this.#batches.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#batches[middle]!.firstId <= id) low = middle;
      else high = middle - 1;
    }
    return this.#batches[low]!;
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

const COMPACT_FROM = 64;
const NOTHING = { bytes: new Uint8Array(0), offsets: new Uint32Array(0), kinds: [] };
const RELEASED: Held = { batch: NOTHING, firstId: 0, bytes: 0 };

function bytesOf({ bytes, offsets, kinds }: AnomalyBatch): number {
  const texts = kinds.reduce((sum, { template, service }) => sum + 2 * (template.length + service.length), 0);
  return bytes.length + offsets.byteLength + texts;
}

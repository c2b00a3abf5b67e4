import type { StoreWrite } from './store-protocol.ts';

const BYTES_MAX = 64 << 20;
/** Of the objects behind a write, and of an incident as text. */
const OVERHEAD = 512;
const INCIDENT_BYTES = 8192;

/** Writes that wait for a disk that takes them, the oldest first; beyond the bound the oldest are lost. */
export class WriteBacklog {
  #writes: { write: StoreWrite; bytes: number }[] = [];
  #bytes = 0;
  /** Writes that never came to be kept. */
  lost = 0;

  get writes(): StoreWrite[] {
    return this.#writes.map(({ write }) => write);
  }

  add(writes: readonly StoreWrite[]): void {
    for (const write of writes) {
      const bytes = bytesOf(write);
      this.#writes.push({ write, bytes });
      this.#bytes += bytes;
    }
    let dropped = 0;
    for (; this.#bytes > BYTES_MAX && dropped < this.#writes.length; dropped++)
      this.#bytes -= this.#writes[dropped]!.bytes;
    this.#writes.splice(0, dropped);
    this.lost += dropped;
  }

  clear(): void {
    this.#writes = [];
    this.#bytes = 0;
  }
}

function bytesOf(write: StoreWrite): number {
  if (write.kind === 'record') {
    const { batch, changes, standing, entries } = write.record;
    const incidents = (changes.length + standing.length) * INCIDENT_BYTES;
    return OVERHEAD + (batch?.batch.bytes.length ?? 0) + incidents + textOf(entries);
  }
  return OVERHEAD + (write.kind === 'add-outbox' ? textOf(write.entries) : 0);
}

function textOf(entries: readonly { event: string }[]): number {
  return entries.reduce((sum, { event }) => sum + OVERHEAD + 2 * event.length, 0);
}

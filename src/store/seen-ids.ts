import { closeSync, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';
import { checksumOf } from './checksum.ts';
import type { StoredRecords, StoreWrite } from './store-protocol.ts';

/** Of the whole file; two ids and their sum stand at its beginning. */
const FILE_BYTES = 4096;
const IDS_BYTES = 16;

/**
 * Ids that readers may have seen though their rows are not on disk, as it would not take them: none of them may be given
 * again. They stand in a file of one block that is there before it is needed and is written over in its place, which a
 * full disk lets happen. A file system that copies on write, or is read-only, may not: then nothing is remembered.
 */
export class SeenIds {
  readonly #file: string;
  #nextAnomalyId: number;
  #nextChangeId: number;

  /** Makes the file where there is none. */
  constructor(file: string) {
    this.#file = file;
    [this.#nextAnomalyId, this.#nextChangeId] = this.#read();
    if (this.#nextAnomalyId === 0) this.#write();
  }

  /** The writes could not be kept, and readers are about to see what is in them. */
  note(writes: readonly StoreWrite[]): void {
    let isNew = false;
    for (const write of writes) {
      if (write.kind !== 'record') continue;
      const { batch, changes } = write.record;
      const anomaly = batch === undefined ? 0 : batch.firstId + batch.batch.offsets.length;
      const change = (changes.at(-1)?.id ?? 0) + 1;
      isNew ||= anomaly > this.#nextAnomalyId || change > this.#nextChangeId;
      this.#nextAnomalyId = Math.max(this.#nextAnomalyId, anomaly);
      this.#nextChangeId = Math.max(this.#nextChangeId, change);
    }
    if (isNew) this.#write();
  }

  /** The records with ids that go on behind those seen; as they are where none is missing, or it is not known which. */
  goOn(records: StoredRecords): { records: StoredRecords; missing: number } {
    const { nextAnomalyId, nextChangeId } = records;
    if (nextAnomalyId === undefined || nextChangeId === undefined) return { records, missing: 0 };
    const next = {
      nextAnomalyId: Math.max(nextAnomalyId, this.#nextAnomalyId),
      nextChangeId: Math.max(nextChangeId, this.#nextChangeId),
    };
    return { records: { ...records, ...next }, missing: next.nextAnomalyId - nextAnomalyId };
  }

  /** Zeros where there is no such file, or it is not as it was written. */
  #read(): [nextAnomalyId: number, nextChangeId: number] {
    const bytes = new DataView(new ArrayBuffer(IDS_BYTES + 4));
    try {
      const file = openSync(this.#file, 'r');
      readSync(file, bytes, 0, bytes.byteLength, 0);
      closeSync(file);
    } catch {
      return [0, 0];
    }
    const isWhole = checksumOf(new Uint8Array(bytes.buffer, 0, IDS_BYTES)) === bytes.getUint32(IDS_BYTES);
    return isWhole ? [bytes.getFloat64(0), bytes.getFloat64(8)] : [0, 0];
  }

  #write(): void {
    const bytes = new DataView(new ArrayBuffer(FILE_BYTES));
    bytes.setFloat64(0, this.#nextAnomalyId);
    bytes.setFloat64(8, this.#nextChangeId);
    bytes.setUint32(IDS_BYTES, checksumOf(new Uint8Array(bytes.buffer, 0, IDS_BYTES)));
    try {
      const file = openExisting(this.#file);
      writeSync(file, bytes);
      fdatasyncSync(file);
      closeSync(file);
    } catch {
      // What is wrong with the folder is told by the database beside it.
    }
  }
}

function openExisting(file: string): number {
  try {
    return openSync(file, 'r+');
  } catch {
    return openSync(file, 'w', 0o600);
  }
}

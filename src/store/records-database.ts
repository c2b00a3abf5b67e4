import type { DatabaseSync } from 'node:sqlite';
import type { Feedback } from '../domain/feedback.ts';
import type { Incident } from '../domain/incident.ts';
import type { OutboxEntry } from '../domain/outbox.ts';
import { checksumOf } from './checksum.ts';
import { readPragma } from './open-database.ts';
import type { StoredBatch, StoredChange, StoredRecord, StoredRecords, StoreWrite } from './store-protocol.ts';

/** Resolved incidents beyond this make room, the oldest first. */
const RESOLVED_MAX = 1000;
/** Records between two looks at what may go. */
const TRIM_EVERY = 64;

/** The database of alerts: statements, each inside whatever transaction is open. */
export class RecordsDatabase {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareAll>;
  #records = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareAll(database);
  }

  get bytes(): number {
    return readPragma(this.#database, 'page_count') * readPragma(this.#database, 'page_size');
  }

  apply(write: StoreWrite): void {
    if (write.kind === 'record') this.#keep(write.record);
    else if (write.kind === 'add-outbox') this.#addEntries(write.entries);
    else if (write.kind === 'remove-outbox')
      for (const id of write.ids) this.#statements.removeEntry.run(write.sink, id);
    else if (write.kind === 'feedback') this.#setFeedback(write.entries);
  }

  /** Writes what another file had. */
  rewrite({ batches, changes, incidents, feedback, outbox, nextAnomalyId, nextChangeId }: StoredRecords): void {
    for (const batch of batches) this.#addBatch(batch);
    for (const change of changes) this.#addChange(change);
    for (const incident of incidents) this.#setIncident(incident);
    this.#setFeedback(feedback);
    this.#addEntries(outbox);
    if (nextAnomalyId !== undefined) this.#statements.setNext.run('anomaly', nextAnomalyId);
    if (nextChangeId !== undefined) this.#statements.setNext.run('change', nextChangeId);
  }

  #keep({ batch, changes, standing, entries, oldestAnomalyId, oldestChangeId }: StoredRecord): void {
    const { setNext, dropBatches, dropChanges, dropResolved } = this.#statements;
    if (batch !== undefined) {
      this.#addBatch(batch);
      setNext.run('anomaly', batch.firstId + batch.batch.offsets.length);
    }
    for (const change of changes) {
      this.#addChange(change);
      this.#setIncident(change.change.incident);
    }
    for (const incident of standing) this.#setIncident(incident);
    const last = changes.at(-1);
    if (last !== undefined) setNext.run('change', last.id + 1);
    this.#addEntries(entries);
    if (++this.#records % TRIM_EVERY !== 0) return;
    dropBatches.run(oldestAnomalyId);
    dropChanges.run(oldestChangeId);
    dropResolved.run(RESOLVED_MAX);
  }

  #addBatch({ firstId, batch }: StoredBatch): void {
    const { bytes } = batch;
    const offsets = new Uint8Array(batch.offsets.buffer, batch.offsets.byteOffset, batch.offsets.byteLength);
    const kinds = JSON.stringify(batch.kinds);
    const sum = checksumOf(bytes, offsets, kinds);
    this.#statements.addBatch.run(firstId, batch.offsets.length, bytes, offsets, kinds, sum);
  }

  #addChange({ id, change }: StoredChange): void {
    const json = JSON.stringify(change);
    this.#statements.addChange.run(id, json, checksumOf(json));
  }

  #setIncident(incident: Incident): void {
    const json = JSON.stringify(incident);
    this.#statements.setIncident.run(incident.id, incident.state, json, checksumOf(json));
  }

  #setFeedback(entries: readonly Feedback[]): void {
    this.#statements.clearFeedback.run();
    for (const entry of entries) {
      const json = JSON.stringify(entry);
      this.#statements.addFeedback.run(json, checksumOf(json));
    }
  }

  #addEntries(entries: readonly OutboxEntry[]): void {
    for (const { sink, id, createdMs, event } of entries)
      this.#statements.addEntry.run(sink, id, createdMs, event, checksumOf(sink, id, event));
  }
}

function prepareAll(database: DatabaseSync) {
  return {
    addBatch: database.prepare('INSERT OR REPLACE INTO anomaly_batch VALUES (?, ?, ?, ?, ?, ?)'),
    addChange: database.prepare('INSERT OR REPLACE INTO incident_change VALUES (?, ?, ?)'),
    setIncident: database.prepare(`
      INSERT INTO incident (id, state, json, checksum) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET state = excluded.state, json = excluded.json, checksum = excluded.checksum`),
    clearFeedback: database.prepare('DELETE FROM feedback'),
    addFeedback: database.prepare('INSERT INTO feedback (json, checksum) VALUES (?, ?)'),
    addEntry: database.prepare(`
      INSERT INTO outbox (sink, id, created_ms, event, checksum) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (sink, id) DO UPDATE SET
        created_ms = excluded.created_ms, event = excluded.event, checksum = excluded.checksum`),
    removeEntry: database.prepare('DELETE FROM outbox WHERE sink = ? AND id = ?'),
    setNext: database.prepare('INSERT OR REPLACE INTO next_id VALUES (?, ?)'),
    dropBatches: database.prepare('DELETE FROM anomaly_batch WHERE first_id + count <= ?'),
    dropChanges: database.prepare('DELETE FROM incident_change WHERE id < ?'),
    dropResolved: database.prepare(`
      DELETE FROM incident WHERE place IN (
        SELECT place FROM incident WHERE state = 'resolved' ORDER BY place DESC LIMIT -1 OFFSET ?)`),
  };
}

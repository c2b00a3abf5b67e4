import type { DatabaseSync } from 'node:sqlite';
import type { SavedModel } from '../live/shard-protocol.ts';
import { checksumOf } from './checksum.ts';
import { readPragma } from './open-database.ts';
import type { StoredClusters, StoredModels, StoreWrite } from './store-protocol.ts';

/** Free pages from which some are given back to the file system, as a share of all, and how many at a time. */
const FREE_SHARE = 0.25;
const FREED_PAGES = 1024;

/** The database of models and live clusters: statements, each inside whatever transaction is open. */
export class ModelsDatabase {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepareAll>;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareAll(database);
  }

  get bytes(): number {
    return readPragma(this.#database, 'page_count') * readPragma(this.#database, 'page_size');
  }

  apply(write: StoreWrite): void {
    const { save, drop, clear } = this.#statements;
    if (write.kind === 'forget-models') clear.run();
    if (write.kind === 'clusters') this.#replaceClusters(write.pieces);
    if (write.kind !== 'models') return;
    for (const { service, savedMs, lastSeenMs, bytes } of write.models)
      save.run(service, savedMs, lastSeenMs, bytes, checksumOf(service, bytes));
    for (const service of write.gone) drop.run(service);
  }

  /** Gives pages back when many are free; outside of a transaction. */
  shrink(): void {
    const free = readPragma(this.#database, 'freelist_count');
    if (free < readPragma(this.#database, 'page_count') * FREE_SHARE) return;
    this.#database.exec(`PRAGMA incremental_vacuum(${FREED_PAGES})`);
  }

  /** Some of the models behind the place `after`, together some `bytesMax`. */
  load(after: number, bytesMax: number): StoredModels {
    const models: SavedModel[] = [];
    let damaged = 0;
    let bytes = 0;
    for (const row of this.#statements.after.iterate(after)) {
      const { service, bytes: stored } = row;
      const saved = stored instanceof Uint8Array ? new Uint8Array(stored) : new Uint8Array(0);
      if (checksumOf(String(service), saved) === row['checksum'])
        models.push({
          service: String(service),
          savedMs: Number(row['saved_ms']),
          lastSeenMs: Number(row['last_seen_ms']),
          bytes: saved,
        });
      else damaged++;
      bytes += saved.length;
      if (bytes >= bytesMax) return { models, next: Number(row['place']), damaged };
    }
    return { models, next: undefined, damaged };
  }

  loadClusters(): StoredClusters {
    const pieces: StoredClusters['pieces'] = [];
    for (const { place, bytes, checksum } of this.#statements.clusters.iterate()) {
      const piece = bytes instanceof Uint8Array ? new Uint8Array(bytes) : new Uint8Array(0);
      // Part of them would be a window that never was.
      if (place !== pieces.length || clusterSum(pieces.length, piece) !== checksum) return { pieces: [], damaged: 1 };
      pieces.push(piece);
    }
    return { pieces, damaged: 0 };
  }

  #replaceClusters(pieces: readonly Uint8Array[]): void {
    this.#statements.clearClusters.run();
    for (const [place, bytes] of pieces.entries())
      this.#statements.addClusters.run(place, bytes, clusterSum(place, bytes));
  }
}

function clusterSum(place: number, bytes: Uint8Array): number {
  return checksumOf(`${place} `, bytes);
}

function prepareAll(database: DatabaseSync) {
  return {
    save: database.prepare(`
      INSERT INTO model (service, saved_ms, last_seen_ms, bytes, checksum) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (service) DO UPDATE SET saved_ms = excluded.saved_ms, last_seen_ms = excluded.last_seen_ms,
        bytes = excluded.bytes, checksum = excluded.checksum`),
    drop: database.prepare('DELETE FROM model WHERE service = ?'),
    clear: database.prepare('DELETE FROM model'),
    after: database.prepare('SELECT * FROM model WHERE place > ? ORDER BY place'),
    clusters: database.prepare('SELECT * FROM live_clusters ORDER BY place'),
    clearClusters: database.prepare('DELETE FROM live_clusters'),
    addClusters: database.prepare('INSERT INTO live_clusters VALUES (?, ?, ?)'),
  };
}

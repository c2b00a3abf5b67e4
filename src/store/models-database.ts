import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { shardOfOverflow } from '../domain/model-key.ts';
import type { ModelKey } from '../domain/model-key.ts';
import type { SavedModel } from '../live/shard-protocol.ts';
import { checksumOf } from './checksum.ts';
import { readPragma } from './open-database.ts';
import type { StoredClusters, StoredModels, StoreWrite } from './store-protocol.ts';

/** Free pages from which some are given back to the file system, as a share of all, and how many at a time. */
const FREE_SHARE = 0.25;
const FREED_PAGES = 1024;

/** Places of models that are not live ones go on from here, when all are read. */
const OTHERS_FROM = 2 ** 40;

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
    if (write.kind === 'forget-models') this.#forget(write.tenant);
    if (write.kind === 'clusters') this.#replaceClusters(write.pieces);
    if (write.kind !== 'models') return;
    // First those that are gone: there may be another by now.
    for (const key of write.gone) this.#drop(key);
    for (const model of write.models) this.#save(model);
  }

  /** Gives pages back when many are free; outside of a transaction. */
  shrink(): void {
    const free = readPragma(this.#database, 'freelist_count');
    if (free < readPragma(this.#database, 'page_count') * FREE_SHARE) return;
    this.#database.exec(`PRAGMA incremental_vacuum(${FREED_PAGES})`);
  }

  /** Some of the models behind the place `after`, together some `bytesMax`; the live ones come first. */
  load(after: number, bytesMax: number): StoredModels {
    const models: SavedModel[] = [];
    let damaged = 0;
    let bytes = 0;
    for (const { place, model } of this.#behind(after)) {
      if (model === undefined) damaged++;
      else models.push(model);
      bytes += model?.bytes.length ?? 0;
      if (bytes >= bytesMax) return { models, next: place, damaged };
    }
    return { models, next: undefined, damaged };
  }

  *#behind(after: number): IterableIterator<{ place: number; model: SavedModel | undefined }> {
    const { after: live, othersAfter } = this.#statements;
    for (const row of live.iterate(after)) yield { place: Number(row['place']), model: toModel(row) };
    for (const row of othersAfter.iterate(Math.max(0, after - OTHERS_FROM)))
      yield { place: OTHERS_FROM + Number(row['place']), model: toModel(row) };
  }

  #save(model: SavedModel): void {
    const { owner, service, savedMs, lastSeenMs, bytes } = model;
    const sum = sumOf(model);
    if (owner === undefined) this.#statements.save.run(service, savedMs, lastSeenMs, bytes, sum);
    else this.#statements.saveOther.run(owner, service, savedMs, lastSeenMs, bytes, sum);
  }

  #drop({ owner, service }: ModelKey): void {
    if (owner === undefined) this.#statements.drop.run(service);
    else this.#statements.dropOther.run(owner, service);
  }

  #forget(tenant: string | undefined): void {
    if (tenant !== undefined) {
      this.#statements.clearOwner.run(tenant);
      return;
    }
    this.#statements.clear.run();
    for (const row of this.#statements.owners.all()) {
      const owner = String(row['owner']);
      if (shardOfOverflow(owner) !== undefined) this.#statements.clearOwner.run(owner);
    }
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

/** Undefined where it is not what was written. */
function toModel(row: Record<string, SQLOutputValue>): SavedModel | undefined {
  const { owner, service, bytes } = row;
  if (typeof service !== 'string' || !(bytes instanceof Uint8Array)) return undefined;
  const model = {
    ...(typeof owner === 'string' ? { owner } : {}),
    service,
    savedMs: Number(row['saved_ms']),
    lastSeenMs: Number(row['last_seen_ms']),
    bytes: new Uint8Array(bytes),
  };
  return sumOf(model) === row['checksum'] ? model : undefined;
}

function sumOf({ owner, service, bytes }: SavedModel): number {
  return owner === undefined ? checksumOf(service, bytes) : checksumOf(`${owner}\0`, service, bytes);
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
    saveOther: database.prepare(`
      INSERT INTO other_model (owner, service, saved_ms, last_seen_ms, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (owner, service) DO UPDATE SET saved_ms = excluded.saved_ms, last_seen_ms = excluded.last_seen_ms,
        bytes = excluded.bytes, checksum = excluded.checksum`),
    dropOther: database.prepare('DELETE FROM other_model WHERE owner = ? AND service = ?'),
    owners: database.prepare('SELECT DISTINCT owner FROM other_model'),
    clearOwner: database.prepare('DELETE FROM other_model WHERE owner = ?'),
    othersAfter: database.prepare('SELECT * FROM other_model WHERE place > ? ORDER BY place'),
    clusters: database.prepare('SELECT * FROM live_clusters ORDER BY place'),
    clearClusters: database.prepare('DELETE FROM live_clusters'),
    addClusters: database.prepare('INSERT INTO live_clusters VALUES (?, ?, ?)'),
  };
}

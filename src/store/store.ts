import { join, resolve } from 'node:path';
import type { Feedback } from '../domain/feedback.ts';
import type { Outbox, OutboxEntry } from '../domain/outbox.ts';
import type { AlertRecord } from '../live/alert-path.ts';
import type { ModelKey } from '../domain/model-key.ts';
import type { SavedModel } from '../live/shard-protocol.ts';
import { DataFolderTaken, lockDataFolder } from './data-lock.ts';
import { NO_RECORDS } from './load-records.ts';
import { reasonOf } from './sqlite-error.ts';
import { StoreThreadClient } from './store-thread-client.ts';
import { STORE_KINDS } from './store-protocol.ts';
import type {
  StoreCondition,
  StoredModels,
  StoredRecords,
  StoreFigures,
  StoreKind,
  StoreNews,
} from './store-protocol.ts';

const FILES: Record<StoreKind, string> = { records: 'alerts.db', models: 'models.db' };
/** Of the room for both, what the alerts may take. */
const RECORDS_SHARE = 0.25;
/** Of the models' room, what the live clusters may take, and the most that they ever do. */
const CLUSTERS_SHARE = 0.25;
const CLUSTER_BYTES_MAX = 64 << 20;
/** Of models that are read at once. */
const LOADED_BYTES = 4 << 20;
/** How often a folder that could not be taken is tried again. */
const RETRY_MS = 5000;

export interface StoreOptions {
  folder: string;
  /** Of both databases together. */
  bytesMax: number;
  nowMs(): number;
  /** For the log: what has changed, once. */
  onNews(kind: StoreKind, news: StoreNews): void;
}

/** What the log holds on to beside a record. */
export interface HeldIds {
  oldestAnomalyId: number;
  oldestChangeId: number;
}

/**
 * What survives the process: alerts and all that belongs to them, and the models, in a folder of one process. A store
 * that cannot write says so and goes on; nothing that is asked of it rejects.
 */
export class Store {
  readonly #options: StoreOptions;
  readonly #clients = new Map<StoreKind, StoreThreadClient>();
  #unlock: (() => void) | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed: StoreCondition | undefined;
  #restored: StoredRecords = NO_RECORDS;
  readonly outbox: Outbox;

  private constructor(options: StoreOptions) {
    this.#options = options;
    this.outbox = {
      add: async (entries) => {
        await this.#clients.get('records')?.write({ kind: 'add-outbox', entries });
      },
      remove: (sink, ids) => void this.#clients.get('records')?.write({ kind: 'remove-outbox', sink, ids }),
      restore: () => {
        const { outbox } = this.#restored;
        this.#restored = { ...this.#restored, outbox: [] };
        return outbox;
      },
    };
  }

  /** Rejects with {@link DataFolderTaken} only. */
  static async open(options: StoreOptions): Promise<Store> {
    const store = new Store({ ...options, folder: resolve(options.folder) });
    store.#open();
    store.#restored = (await store.#clients.get('records')?.loadRecords()) ?? NO_RECORDS;
    return store;
  }

  /** What was kept when it was opened. */
  get restored(): StoredRecords {
    return this.#restored;
  }

  /** What was kept is held by others now; only the outbox was not asked for yet. */
  releaseRestored(): void {
    this.#restored = { ...NO_RECORDS, outbox: this.#restored.outbox };
  }

  /** Whether the record and its entries are on disk. */
  async keep(record: AlertRecord, entries: readonly OutboxEntry[], held: HeldIds): Promise<boolean> {
    const { batch, firstAnomalyId, firstChangeId, changes, standing } = record;
    const kept = await this.#clients.get('records')?.write({
      kind: 'record',
      record: {
        batch: batch === undefined ? undefined : { firstId: firstAnomalyId, batch },
        changes: changes.map((change, index) => ({ id: firstChangeId + index, change })),
        standing,
        entries,
        ...held,
      },
    });
    return kept === true;
  }

  async keepFeedback(entries: readonly Feedback[]): Promise<void> {
    await this.#clients.get('records')?.write({ kind: 'feedback', entries });
  }

  /** Snapshots, and models that are no more; whether they are on disk. */
  async saveModels(models: readonly SavedModel[], gone: readonly ModelKey[]): Promise<boolean> {
    const transfer = models.map(({ bytes }) => bytes.buffer);
    return (await this.#clients.get('models')?.write({ kind: 'models', models, gone }, transfer)) ?? false;
  }

  /** Those of the tenant, or the live ones. */
  async forgetModels(tenant: string | undefined): Promise<void> {
    await this.#clients.get('models')?.write({ kind: 'forget-models', tenant });
  }

  /** All snapshots, some at a time. */
  async *loadModels(): AsyncGenerator<SavedModel[]> {
    for (let after: number | undefined = 0; after !== undefined;) {
      const loaded: StoredModels | undefined = await this.#clients.get('models')?.loadModels(after, LOADED_BYTES);
      if (loaded === undefined) return;
      yield loaded.models;
      after = loaded.next;
    }
  }

  /** Room for {@link saveClusters}: the models need the rest. */
  get clusterBytesMax(): number {
    return Math.min(CLUSTER_BYTES_MAX, this.#options.bytesMax * (1 - RECORDS_SHARE) * CLUSTERS_SHARE);
  }

  /** In place of those before; whether they are on disk. */
  async saveClusters(pieces: readonly Uint8Array<ArrayBuffer>[]): Promise<boolean> {
    const transfer = pieces.map(({ buffer }) => buffer);
    return (await this.#clients.get('models')?.write({ kind: 'clusters', pieces }, transfer)) ?? false;
  }

  /** What was saved last; empty where there is nothing. */
  async loadClusters(): Promise<Uint8Array[]> {
    return (await this.#clients.get('models')?.loadClusters())?.pieces ?? [];
  }

  condition(kind: StoreKind): StoreCondition {
    return this.#closed ?? this.#clients.get(kind)?.condition ?? { state: 'off' };
  }

  figures(kind: StoreKind): StoreFigures | undefined {
    return this.#clients.get(kind)?.figures;
  }

  /** Writes that wait for the disk. */
  get pendingWrites(): number {
    return [...this.#clients.values()].reduce((sum, client) => sum + client.pendingWrites, 0);
  }

  async close(): Promise<void> {
    clearTimeout(this.#retry);
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
    this.#unlock?.();
  }

  #open(): void {
    const { folder, bytesMax, nowMs, onNews } = this.#options;
    try {
      this.#unlock = lockDataFolder(folder);
    } catch (error) {
      if (error instanceof DataFolderTaken && this.#closed === undefined) throw error;
      const lastError = reasonOf(error);
      const detail = `DATA_DIR ${folder} cannot be used (${lastError}); until it can, all is kept in memory only`;
      if (this.#closed === undefined) onNews('records', { level: 'error', sentence: detail });
      this.#closed = { state: 'degraded', detail, lastError, since: this.#closed?.since ?? nowMs() };
      this.#retry = setTimeout(() => this.#open(), RETRY_MS);
      this.#retry.unref();
      return;
    }
    if (this.#closed !== undefined) {
      this.#closed = undefined;
      onNews('records', { level: 'info', sentence: `DATA_DIR ${folder} can be used now`, emptied: true });
    }
    for (const kind of STORE_KINDS) {
      const share = kind === 'records' ? RECORDS_SHARE : 1 - RECORDS_SHARE;
      this.#clients.set(
        kind,
        new StoreThreadClient({
          kind,
          file: join(folder, FILES[kind]),
          bytesMax: bytesMax * share,
          onNews: (news) => onNews(kind, news),
        }),
      );
    }
  }
}

import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { MODELS_FORM, RECORDS_FORM } from './database-forms.ts';
import { loadRecords, NO_RECORDS } from './load-records.ts';
import { ModelsDatabase } from './models-database.ts';
import { DamagedStore, NewerStore, openDatabase, putAside } from './open-database.ts';
import { RecordsDatabase } from './records-database.ts';
import { isDamage, reasonOf } from './sqlite-error.ts';
import type {
  StoreCondition,
  StoredClusters,
  StoredModels,
  StoredRecords,
  StoreFigures,
  StoreNews,
  StoreThreadOptions,
  StoreWrite,
} from './store-protocol.ts';
import { WriteBacklog } from './write-backlog.ts';

export interface StoreFileOptions extends StoreThreadOptions {
  nowMs(): number;
  onNews(news: StoreNews): void;
}

interface Opened {
  database: DatabaseSync;
  kept: RecordsDatabase | ModelsDatabase;
  inode: number;
}

/**
 * One database file through all that may befall it. What fails is tried again; a damaged file is put aside and what can
 * be read of it written to a new one; one of a later version is left alone. Nothing here throws.
 */
export class StoreFile {
  readonly #options: StoreFileOptions;
  readonly #backlog = new WriteBacklog();
  #opened: Opened | undefined;
  /** Why nothing is kept, for good. */
  #off: StoreCondition | undefined;
  #failure: StoreCondition | undefined;
  #damage: StoreCondition | undefined;
  readonly #figures = { commits: 0, commitSeconds: 0, failures: 0, damages: 0, damagedRows: 0 };

  constructor(options: StoreFileOptions) {
    this.#options = options;
    this.#attempt(() => this.#open());
  }

  get condition(): StoreCondition {
    return this.#off ?? this.#failure ?? this.#damage ?? { state: 'ok' };
  }

  get figures(): StoreFigures {
    return { ...this.#figures, bytes: this.#opened?.kept.bytes ?? 0, lost: this.#backlog.lost };
  }

  /** Keeps all of it in one transaction, with what could not be kept before; whether it is on disk. */
  commit(writes: readonly StoreWrite[]): boolean {
    const all = [...this.#backlog.writes, ...writes];
    const isKept = this.#attempt(() => this.#write(all));
    if (isKept) {
      this.#backlog.clear();
      this.#recovered();
    } else if (this.#off === undefined && this.#options.kind === 'records') this.#backlog.add(writes);
    return isKept;
  }

  /** Tries again what failed. */
  retry(): void {
    if (this.#failure !== undefined) this.commit([]);
  }

  loadRecords(): StoredRecords {
    let loaded = NO_RECORDS;
    this.#attempt(() => {
      const { records, damage } = loadRecords(this.#use().database);
      loaded = records;
      if (damage.length > 0) this.#replace(damage.join('; '), records);
    });
    return this.#damage === undefined ? loaded : withoutIds(loaded);
  }

  loadModels(after: number, bytesMax: number): StoredModels {
    let loaded: StoredModels = { models: [], next: undefined, damaged: 0 };
    this.#attempt(() => {
      const { kept } = this.#use();
      if (kept instanceof ModelsDatabase) loaded = kept.load(after, bytesMax);
    });
    const { damaged } = loaded;
    if (damaged > 0)
      this.#passedOver(damaged, `${damaged} models are not as they were written; their services learn anew`);
    return loaded;
  }

  loadClusters(): StoredClusters {
    let loaded: StoredClusters = { pieces: [], damaged: 0 };
    this.#attempt(() => {
      const { kept } = this.#use();
      if (kept instanceof ModelsDatabase) loaded = kept.loadClusters();
    });
    const { damaged } = loaded;
    if (damaged > 0)
      this.#passedOver(damaged, 'the live clusters are not as they were written; the next retraining makes new ones');
    return loaded;
  }

  close(): void {
    this.#attempt(() => this.#opened?.database.close());
    this.#opened = undefined;
  }

  /** Whether it went well; what went wrong is dealt with as far as it can be. */
  #attempt(act: () => void): boolean {
    if (this.#off !== undefined) return false;
    try {
      try {
        act();
      } catch (error) {
        if (!isDamage(error) && !(error instanceof DamagedStore)) throw error;
        this.#replace(reasonOf(error));
        act();
      }
      return true;
    } catch (error) {
      if (error instanceof NewerStore) this.#turnOff(error);
      else this.#failed(error);
      return false;
    }
  }

  #write(writes: readonly StoreWrite[]): void {
    const { database, kept } = this.#use();
    const startMs = performance.now();
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const write of writes) kept.apply(write);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
    this.#figures.commits++;
    this.#figures.commitSeconds += (performance.now() - startMs) / 1000;
    if (kept instanceof ModelsDatabase) kept.shrink();
  }

  /** The database, opened anew where it was not, or where its file is gone from its place. */
  #use(): Opened {
    const opened = this.#opened;
    if (opened === undefined) return this.#open();
    if (inodeOf(this.#options.file) === opened.inode) return opened;
    // The file is gone, but what is open can still be read.
    const records = opened.kept instanceof RecordsDatabase ? loadRecords(opened.database).records : NO_RECORDS;
    this.close();
    const anew = this.#open();
    this.#rewrite(anew, records);
    this.#report('error', `${this.#options.file} was removed while in use, and was made anew`, true);
    return anew;
  }

  #open(): Opened {
    const { kind, file, bytesMax } = this.#options;
    const database = openDatabase(file, bytesMax, kind === 'records' ? RECORDS_FORM : MODELS_FORM);
    try {
      const kept = kind === 'records' ? new RecordsDatabase(database) : new ModelsDatabase(database);
      this.#opened = { database, kept, inode: inodeOf(file) ?? 0 };
      return this.#opened;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** Puts the file aside and goes on with a new one that has what could be read of the old. */
  #replace(reason: string, known?: StoredRecords): void {
    const { kind, file, nowMs } = this.#options;
    this.close();
    const records = kind === 'records' ? withoutIds(known ?? salvage(file)) : NO_RECORDS;
    const aside = putAside(file, nowMs());
    this.#figures.damages++;
    const detail = `${reason}; it was put aside as ${aside}, and a new one was made`;
    this.#damage = { state: 'degraded', detail, lastError: reason, since: nowMs() };
    this.#report('error', detail, true);
    this.#rewrite(this.#open(), records);
  }

  #rewrite({ database, kept }: Opened, records: StoredRecords): void {
    if (!(kept instanceof RecordsDatabase)) return;
    database.exec('BEGIN IMMEDIATE');
    try {
      kept.rewrite(records);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Rows that are not what was written, in a file that can be read. */
  #passedOver(rows: number, detail: string): void {
    this.#figures.damagedRows += rows;
    this.#damage ??= { state: 'degraded', detail, since: this.#options.nowMs() };
    this.#report('error', detail);
  }

  #turnOff(error: NewerStore): void {
    this.#off = { state: 'off', detail: error.message, lastError: error.message, since: this.#options.nowMs() };
    this.#report('error', `${error.message}; the file is left as it is, and nothing is kept`);
  }

  #failed(error: unknown): void {
    this.#figures.failures++;
    const lastError = reasonOf(error);
    if (this.#failure === undefined) {
      const detail = `${this.#options.file} cannot be written (${lastError}); until it can, what is new is kept in memory only`;
      this.#report('error', detail);
      this.#failure = { state: 'degraded', detail, since: this.#options.nowMs() };
    }
    this.#failure.lastError = lastError;
  }

  #recovered(): void {
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#report('info', `${this.#options.file} is written again`);
  }

  #report(level: StoreNews['level'], sentence: string, emptied = false): void {
    this.#options.onNews({ level, sentence, ...(emptied ? { emptied } : {}) });
  }
}

/** What can be read of a file that is not as it should be. */
function salvage(file: string): StoredRecords {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return loadRecords(database).records;
    } finally {
      database.close();
    }
  } catch {
    return NO_RECORDS;
  }
}

/** Where something is missing, nobody knows which ids readers have seen: none of those that are left is shown again. */
function withoutIds(records: StoredRecords): StoredRecords {
  return { ...records, batches: [], changes: [], nextAnomalyId: undefined, nextChangeId: undefined };
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}

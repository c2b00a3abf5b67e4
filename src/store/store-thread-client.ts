import { Worker } from 'node:worker_threads';
import type {
  StoreCondition,
  StoredClusters,
  StoredModels,
  StoredRecords,
  StoreFigures,
  StoreNews,
  StoreReply,
  StoreRequest,
  StoreThreadOptions,
  StoreWrite,
} from './store-protocol.ts';

export interface StoreThreadClientOptions extends StoreThreadOptions {
  onNews(news: StoreNews): void;
}

type Answer = boolean | StoredRecords | StoredModels | StoredClusters | undefined;
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

const NO_FIGURES: StoreFigures = {
  bytes: 0,
  commits: 0,
  commitSeconds: 0,
  failures: 0,
  lost: 0,
  damages: 0,
  damagedRows: 0,
};

/** The main thread's end of one database. What is asked is answered in order; nothing here rejects. */
export class StoreThreadClient {
  readonly #options: StoreThreadClientOptions;
  readonly #worker: Worker;
  readonly #pending = new Map<number, (answer: Answer) => void>();
  #nextId = 1;
  #dead: StoreCondition | undefined;
  #condition: StoreCondition = { state: 'ok' };
  #figures = NO_FIGURES;

  constructor(options: StoreThreadClientOptions) {
    this.#options = options;
    const { onNews: _onNews, ...workerData } = options;
    this.#worker = new Worker(new URL('./store-thread.ts', import.meta.url), {
      name: `store-${options.kind}`,
      workerData,
    });
    this.#worker.on('message', (reply: StoreReply) => this.#take(reply));
    this.#worker.on('error', (error) => this.#died(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', () => this.#died('its thread has ended'));
  }

  get condition(): StoreCondition {
    return this.#dead ?? this.#condition;
  }

  get figures(): StoreFigures {
    return this.#figures;
  }

  /** Writes that are not settled yet. */
  get pendingWrites(): number {
    return this.#pending.size;
  }

  /** Whether it is on disk. */
  async write(write: StoreWrite, transfer: ArrayBuffer[] = []): Promise<boolean> {
    return (await this.#ask({ type: 'write', write }, transfer)) === true;
  }

  async loadRecords(): Promise<StoredRecords | undefined> {
    return (await this.#ask({ type: 'load-records' })) as StoredRecords | undefined;
  }

  async loadModels(after: number, bytesMax: number): Promise<StoredModels | undefined> {
    return (await this.#ask({ type: 'load-models', after, bytesMax })) as StoredModels | undefined;
  }

  async loadClusters(): Promise<StoredClusters | undefined> {
    return (await this.#ask({ type: 'load-clusters' })) as StoredClusters | undefined;
  }

  /** Waits for all that was asked for. */
  async close(): Promise<void> {
    const closed = this.#ask({ type: 'close' });
    this.#dead ??= { state: 'off', detail: 'it was closed' };
    await closed;
    await this.#worker.terminate();
  }

  #ask(request: WithoutId<StoreRequest>, transfer: ArrayBuffer[] = []): Promise<Answer> {
    if (this.#dead !== undefined) return Promise.resolve(undefined);
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#worker.postMessage({ ...request, id }, transfer);
    });
  }

  #take(reply: StoreReply): void {
    switch (reply.type) {
      case 'settled':
        for (const id of reply.ids) this.#settle(id, reply.kept);
        return;
      case 'records':
        this.#settle(reply.id, reply.records);
        return;
      case 'models':
        this.#settle(reply.id, reply.models);
        return;
      case 'clusters':
        this.#settle(reply.id, reply.clusters);
        return;
      case 'closed':
        this.#settle(reply.id, undefined);
        return;
      case 'condition':
        this.#condition = reply.condition;
        this.#figures = reply.figures;
        if (reply.news !== undefined) this.#options.onNews(reply.news);
    }
  }

  #settle(id: number, answer: Answer): void {
    this.#pending.get(id)?.(answer);
    this.#pending.delete(id);
  }

  /** Nobody waits for it any more: what it was asked is not kept. */
  #died(lastError: string): void {
    if (this.#dead !== undefined) {
      this.#settleAll();
      return;
    }
    const detail = `the thread that keeps ${this.#options.file} has ended (${lastError}); restart to keep things again`;
    this.#dead = { state: 'off', detail, lastError, since: Date.now() };
    this.#options.onNews({ level: 'error', sentence: detail });
    this.#settleAll();
  }

  #settleAll(): void {
    for (const settle of this.#pending.values()) settle(undefined);
    this.#pending.clear();
  }
}

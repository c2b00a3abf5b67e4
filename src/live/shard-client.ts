import { Worker } from 'node:worker_threads';
import { ExportError } from '../receive/export-error.ts';
import type { ShardOptions, ShardReply, ShardRequest, ShardResults } from './shard-protocol.ts';
import { carryCounters, createShardStats } from './shard-stats.ts';

/** A request as callers give it: the client adds the id. */
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
export type ShardCall = WithoutId<ShardRequest>;

interface Pending {
  /** When it was called, on the clock that is never set. */
  calledMs: number;
  resolve(result: never): void;
  reject(error: Error): void;
}

export interface ShardClientOptions extends ShardOptions {
  name: string;
  /** Told when the worker died unasked and was replaced by a fresh one, which knows nothing. */
  onCrash(error: Error): void;
}

const BEFORE_OTHERS: ReadonlySet<ShardCall['type']> = new Set(['restore', 'marks']);

/** The main thread's end of one shard: calls answered by a worker thread, in order. */
export class ShardClient {
  readonly #options: ShardClientOptions;
  readonly #pending = new Map<number, Pending>();
  /** Calls that wait for what the worker is to know before. */
  #held: (() => void)[] | undefined;
  #stats = createShardStats();
  /** What workers that died have counted. */
  readonly #carried = createShardStats();
  #restarts = 0;
  #worker: Worker;
  #nextId = 1;
  #stopping = false;
  /** Whether the present worker has answered anything yet. */
  #alive = false;

  constructor(options: ShardClientOptions) {
    this.#options = options;
    this.#worker = this.#startWorker();
  }

  get name(): string {
    return this.#options.name;
  }

  get stats(): Float64Array {
    return this.#stats;
  }

  /** Counters of the workers before, for totals over all of them. */
  get carried(): Float64Array {
    return this.#carried;
  }

  /** Workers that died. */
  get restarts(): number {
    return this.#restarts;
  }

  /** How long the present worker has been at work in all. */
  get busySeconds(): number {
    return this.#worker.performance.eventLoopUtilization().active / 1000;
  }

  /** How long the oldest call that is not answered has been waiting. */
  get waitedSeconds(): number {
    const [oldest] = this.#pending.values();
    return oldest === undefined ? 0 : (performance.now() - oldest.calledMs) / 1000;
  }

  get pendingCalls(): number {
    return this.#pending.size;
  }

  call<C extends ShardCall>(call: C, transfer: readonly ArrayBuffer[] = []): Promise<ShardResults[C['type']]> {
    if (this.#stopping) return Promise.reject(new ExportError('unavailable', 'shutting down'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, calledMs: performance.now() });
      const post = () => this.#worker.postMessage({ ...call, id }, transfer);
      if (this.#held === undefined || BEFORE_OTHERS.has(call.type)) post();
      else this.#held.push(post);
    });
  }

  /** Calls made until `release` wait, all but those that tell the worker what it is to know. */
  hold(): () => void {
    const held: (() => void)[] = (this.#held ??= []);
    return () => {
      if (this.#held !== held) return;
      this.#held = undefined;
      for (const post of held) post();
    };
  }

  /** Ends the worker as a crash would; what follows is the same. For drills. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#worker.terminate();
    this.#rejectPending(new ExportError('unavailable', 'shutting down'));
  }

  #startWorker(): Worker {
    const { onCrash: _onCrash, name, ...options } = this.#options;
    const worker = new Worker(new URL('./shard-worker.ts', import.meta.url), {
      name,
      workerData: { options, stats: this.#stats },
    });
    worker.on('message', (reply: ShardReply) => this.#settle(reply));
    worker.on('error', (error) => this.#restart(worker, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) => this.#restart(worker, new Error(`shard worker ended with code ${code}`)));
    return worker;
  }

  #settle(reply: ShardReply): void {
    this.#alive = true;
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    this.#pending.delete(reply.id);
    if ('result' in reply) pending.resolve(reply.result as never);
    else if (reply.error.kind === 'malformed') pending.reject(new ExportError('invalid_argument', reply.error.message));
    else pending.reject(new Error(reply.error.message));
  }

  #restart(worker: Worker, error: Error): void {
    if (this.#stopping || worker !== this.#worker) return;
    if (!this.#alive) throw new Error(`${this.#options.name} cannot be started`, { cause: error });
    this.#alive = false;
    // The dead worker's counters stand in the old memory; the new one starts from nothing.
    carryCounters(this.#stats, this.#carried);
    this.#restarts++;
    this.#stats = createShardStats();
    this.#worker = this.#startWorker();
    this.#held = undefined;
    this.#rejectPending(new ExportError('unavailable', 'the shard restarted, try again', { retryAfterSeconds: 1 }));
    this.#options.onCrash(error);
  }

  #rejectPending(error: Error): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of pending) call.reject(error);
  }
}

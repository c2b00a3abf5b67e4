import { shardOf } from '../decode/service-names.ts';
import type { Anomaly } from '../domain/anomaly.ts';
import type { Mark } from '../domain/feedback.ts';
import { shardOfOverflow } from '../domain/model-key.ts';
import type { ModelKey } from '../domain/model-key.ts';
import { PackedRowReader } from '../domain/packed-rows.ts';
import type { BufferedService } from './row-buffer.ts';
import { ShardClient } from './shard-client.ts';
import type { ShardOptions } from './shard-protocol.ts';
import type {
  FoundOnTick,
  KnownTemplate,
  RestoredModels,
  SavedModel,
  ServiceActivity,
  ServiceRows,
  ServiceStatus,
  Tenant,
} from './shard-protocol.ts';
import { shardStat, sumShardStats } from './shard-stats.ts';
import type { ShardStatValues } from './shard-stats.ts';

export interface ShardSetOptions extends ShardOptions {
  shards: number;
  onCrash(shard: string, error: Error): void;
  /** The kept models, some at a time; where there are any, a shard that died goes on with its own. */
  models?: {
    load(): AsyncIterable<readonly SavedModel[]>;
    /** Told how many went on, and why others did not. */
    onRestored(restored: number, refusals: readonly string[]): void;
    nowMs(): number;
    /** Of the tenant, or the live ones. */
    forget(tenant: Tenant): Promise<void>;
  };
}

export interface ModelsStatus {
  serviceCount: number;
  learningCount: number;
  lineCount: number;
  templateCount: number;
  /** At most as many as asked for, by name. */
  services: ServiceStatus[];
}

/** How the thread of a shard stands. */
export interface ShardThread {
  shard: string;
  /** Times that it died and was started anew. */
  restarts: number;
  /** Time at work since the thread was started. */
  busySeconds: number;
  /** How long the oldest call that it has not answered has been waiting. */
  waitedSeconds: number;
  /** Of its event loop, within the last minute. */
  loopDelayP99Seconds: number;
  loopDelayMaxSeconds: number;
}

/** Calls in which a shard looks for a template, so that none of them holds up scoring for long. */
const TEMPLATE_PARTS = 16;

/** All shards as one: every question that is not a request's bytes goes through here. */
export class ShardSet {
  readonly clients: readonly ShardClient[];
  readonly #models: ShardSetOptions['models'];
  #nextJob = 1;
  #marks: (readonly [string, Mark])[] = [];

  /** Bounds of services and of buffer bytes are the process's; each shard gets its share. */
  constructor({ shards, onCrash, models, ...options }: ShardSetOptions) {
    this.#models = models;
    this.clients = Array.from({ length: shards }, (_, index) => {
      const name = `shard-${index}`;
      return new ShardClient({
        ...options,
        servicesMax: Math.max(1, Math.floor(options.servicesMax / shards)),
        bufferBytesMax: Math.floor(options.bufferBytesMax / shards),
        name,
        onCrash: (error) => {
          void this.#afterCrash(index);
          onCrash(name, error);
        },
      });
    });
  }

  /** Calls that shards have not answered yet. */
  get pendingCalls(): number {
    return this.clients.reduce((sum, client) => sum + client.pendingCalls, 0);
  }

  stats(): ShardStatValues {
    return sumShardStats(this.clients.flatMap(({ stats, carried }) => [stats, carried]));
  }

  threads(): ShardThread[] {
    return this.clients.map(({ name, stats, restarts, busySeconds, waitedSeconds }) => ({
      shard: name,
      restarts,
      busySeconds,
      waitedSeconds,
      loopDelayP99Seconds: shardStat(stats, 'loopDelayP99Seconds'),
      loopDelayMaxSeconds: shardStat(stats, 'loopDelayMaxSeconds'),
    }));
  }

  /** The newest time of a live record, epoch milliseconds; undefined before the first. */
  get newestEventMs(): number | undefined {
    const newest = Math.max(...this.clients.map(({ stats }) => shardStat(stats, 'newestEventMs')));
    return newest === 0 ? undefined : newest;
  }

  /** Resolves when every shard knows what was kept of its services, and answers. */
  async started(): Promise<void> {
    await this.#restore(this.clients);
    await this.status({ limit: 0 });
  }

  /** Teaches models sorted rows of a window. Resolves to the number learnt. */
  async learn(tenant: Tenant, batches: AsyncIterable<ServiceRows[]>, nowMs: () => number): Promise<number> {
    let learnt = 0;
    for await (const batch of batches) {
      const receivedMs = nowMs();
      const calls = [...this.#split(batch)].map(([client, rows]) =>
        client.call({ type: 'learn', tenant, rows, receivedMs }),
      );
      for (const { rows } of await Promise.all(calls)) learnt += rows;
    }
    return learnt;
  }

  /** Scores sorted rows with copies of the models. `onAnomaly` is told of each, in order within its service. */
  async detect(
    tenant: Tenant,
    batches: AsyncIterable<ServiceRows[]>,
    onAnomaly: (anomaly: Anomaly) => void,
  ): Promise<number> {
    const job = this.#nextJob++;
    let scored = 0;
    let whole = false;
    try {
      for await (const batch of batches) {
        const split = this.#split(batch);
        const reachedMs = lastTimestamp(batch);
        const calls = this.clients.map((client) =>
          client.call({ type: 'detect', tenant, job, rows: split.get(client) ?? [], reachedMs }),
        );
        for (const { records, anomalies } of await Promise.all(calls)) {
          scored += records;
          anomalies.forEach(onAnomaly);
        }
      }
      whole = true;
    } finally {
      const last = await Promise.all(this.clients.map((client) => client.call({ type: 'end-job', job })));
      if (whole) last.flat().forEach(onAnomaly);
    }
    return scored;
  }

  /** Lends the rows of all buffers to `use`, none of them copied. */
  async withBuffer<Result>(nowMs: number, use: (services: BufferedService[]) => Promise<Result>): Promise<Result> {
    const lent = await Promise.all(this.clients.map((client) => client.call({ type: 'lend-buffer', nowMs })));
    try {
      return await use(lent.flat());
    } finally {
      await Promise.all(this.clients.map((client) => client.call({ type: 'return-buffer' })));
    }
  }

  /** Every service's clock has come to `nowMs`. */
  async tick(nowMs: number): Promise<FoundOnTick> {
    const parts = await Promise.all(this.clients.map((client) => client.call({ type: 'tick', nowMs })));
    return {
      batches: parts.flatMap(({ anomalies }) => anomalies ?? []),
      courses: parts.flatMap(({ courses }) => courses),
    };
  }

  /** The template of any service that has, or had, this fingerprint. */
  async template(fingerprint: string): Promise<KnownTemplate | undefined> {
    for (let part = 0; part < TEMPLATE_PARTS; part++) {
      const calls = this.clients.map((client) =>
        client.call({ type: 'template', fingerprint, part, parts: TEMPLATE_PARTS }),
      );
      const found = (await Promise.all(calls)).find((known) => known !== undefined);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async status(query: { tenant?: Tenant; service?: string | undefined; limit: number }): Promise<ModelsStatus> {
    const { tenant, service, limit } = query;
    const parts = await Promise.all(
      this.clients.map((client) => client.call({ type: 'status', tenant, service, limit })),
    );
    const services = parts.flatMap((part) => part.services);
    services.sort((a, b) => (a.service < b.service ? -1 : 1));
    const sum = (key: 'serviceCount' | 'learningCount' | 'lineCount' | 'templateCount') =>
      parts.reduce((total, part) => total + part[key], 0);
    return {
      serviceCount: sum('serviceCount'),
      learningCount: sum('learningCount'),
      lineCount: sum('lineCount'),
      templateCount: sum('templateCount'),
      services: services.slice(0, limit),
    };
  }

  /** The `limit` busiest services of each shard, and those of `named` that are known; those with most lines first. */
  async activity(limit: number, named: readonly string[]): Promise<ServiceActivity[]> {
    const parts = await Promise.all(this.clients.map((client) => client.call({ type: 'activity', limit, named })));
    return parts.flat().toSorted((a, b) => b.lines - a.lines);
  }

  /** What users say of templates from now on. */
  async mark(marks: (readonly [fingerprint: string, mark: Mark])[]): Promise<void> {
    this.#marks = marks;
    await Promise.all(this.clients.map((client) => this.#tellMarks(client)));
  }

  /** The new worker knows nothing; calls wait until it does. */
  async #afterCrash(index: number): Promise<void> {
    const client = this.clients[index]!;
    const release = client.hold();
    try {
      await this.#restore([client]);
      await this.#tellMarks(client);
    } catch {
      // It has died again, and the next one is told.
    }
    release();
  }

  async #restore(clients: readonly ShardClient[]): Promise<void> {
    if (this.#models === undefined) return;
    const nowMs = this.#models.nowMs();
    const calls: Promise<RestoredModels>[] = [];
    for await (const models of this.#models.load()) {
      for (const [index, client] of this.clients.entries()) {
        const own = models.filter((model) => shardOfModel(model, this.clients.length) === index);
        if (own.length === 0 || !clients.includes(client)) continue;
        const transfer = own.map(({ bytes }) => bytes.buffer);
        calls.push(client.call({ type: 'restore', models: own, nowMs }, transfer));
      }
    }
    const parts = await Promise.all(calls);
    const refusals = new Set(parts.flatMap((part) => part.refusals));
    const restored = parts.reduce((sum, part) => sum + part.restored, 0);
    if (restored > 0 || refusals.size > 0) this.#models.onRestored(restored, [...refusals]);
  }

  async #tellMarks(client: ShardClient): Promise<void> {
    await client.call({ type: 'marks', marks: this.#marks });
  }

  /** Wipes the models of a tenant, or the live ones; the buffers stay. */
  async reset(tenant?: Tenant): Promise<void> {
    await Promise.all(this.clients.map((client) => client.call({ type: 'reset', tenant })));
    await this.#models?.forget(tenant);
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.stop()));
  }

  #split(batch: readonly ServiceRows[]): Map<ShardClient, ServiceRows[]> {
    const split = new Map<ShardClient, ServiceRows[]>();
    for (const rows of batch) {
      const client = this.clients[shardOf(rows.service, this.clients.length)]!;
      const own = split.get(client);
      if (own === undefined) split.set(client, [rows]);
      else own.push(rows);
    }
    return split;
  }
}

/** The shard that goes on with it; none where it was the overflow of one that is no more. */
function shardOfModel({ owner, service }: ModelKey, shards: number): number {
  return (owner === undefined ? undefined : shardOfOverflow(owner)) ?? shardOf(service, shards);
}

/** Of rows in the order of time, that of the last. */
function lastTimestamp(batch: readonly ServiceRows[]): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const { bytes } of batch.slice(-1)) {
    const reader = new PackedRowReader(bytes);
    while (reader.next()) last = reader.timestampMs;
  }
  return last;
}

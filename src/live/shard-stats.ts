import { REASONS } from '../domain/anomaly.ts';

/** What only grows. */
const COUNTERS = [
  'recordsScored',
  // Anomalies raised, by reason.
  ...REASONS,
  'anomaliesExpected',
  'templatesEvicted',
  'overflowRecords',
  'servicesEvicted',
  'tenantModelsEvicted',
  'timestampsClamped',
  'droppedAttributes',
  'unresolvedValues',
  'bufferEvictedRows',
] as const;

/** What a shard holds at present. */
const LEVELS = ['services', 'learningServices', 'templates', 'tenantModels', 'bufferBytes', 'bufferRows'] as const;

/** What has no sum over shards. */
const OF_EACH = [
  /** The newest time of a record, epoch milliseconds; 0 before the first. */
  'newestEventMs',
  /** Of the thread's event loop, within the last minute. */
  'loopDelayP99Seconds',
  'loopDelayMaxSeconds',
] as const;

/** Figures that a shard writes and the main thread reads at leisure, by shared memory. */
const SHARD_STATS = [...COUNTERS, ...LEVELS, ...OF_EACH] as const;

type ShardStatName = (typeof SHARD_STATS)[number];
export type ShardStatValues = Record<(typeof COUNTERS)[number] | (typeof LEVELS)[number], number>;

export function createShardStats(): Float64Array {
  return new Float64Array(new SharedArrayBuffer(SHARD_STATS.length * Float64Array.BYTES_PER_ELEMENT));
}

/** Writes the values given and leaves the others as they are. */
export function writeShardStats(target: Float64Array, values: Partial<Record<ShardStatName, number>>): void {
  for (let i = 0; i < SHARD_STATS.length; i++) {
    const value = values[SHARD_STATS[i] as ShardStatName];
    if (value !== undefined) target[i] = value;
  }
}

export function shardStat(stats: Float64Array, name: ShardStatName): number {
  return stats[SHARD_STATS.indexOf(name)] ?? 0;
}

/** Sums over all shards. */
export function sumShardStats(shards: readonly Float64Array[]): ShardStatValues {
  const names = [...COUNTERS, ...LEVELS];
  const sums = names.map((name) => [name, shards.reduce((sum, stats) => sum + shardStat(stats, name), 0)]);
  return Object.fromEntries(sums) as ShardStatValues;
}

/** Adds what a shard that is no more has counted to `carried`: a total never goes back. */
export function carryCounters(dead: Float64Array, carried: Float64Array): void {
  COUNTERS.forEach((_, i) => (carried[i] = (carried[i] ?? 0) + (dead[i] ?? 0)));
}

import { REASONS } from '../domain/anomaly.ts';

/** Counters that a shard writes and the main thread reads at leisure, by shared memory. */
const SHARD_STATS = [
  'recordsScored',
  // Anomalies raised, by reason.
  ...REASONS,
  'anomaliesExpected',
  'services',
  'learningServices',
  'templates',
  'templatesEvicted',
  'overflowRecords',
  'servicesEvicted',
  'tenantModels',
  'tenantModelsEvicted',
  'timestampsClamped',
  'droppedAttributes',
  'unresolvedValues',
  'bufferBytes',
  'bufferRows',
  'bufferEvictedRows',
] as const;

type ShardStatName = (typeof SHARD_STATS)[number];
export type ShardStatValues = Record<ShardStatName, number>;

export function createShardStats(): Float64Array {
  return new Float64Array(new SharedArrayBuffer(SHARD_STATS.length * Float64Array.BYTES_PER_ELEMENT));
}

/** Writes the values given and leaves the others as they are. */
export function writeShardStats(target: Float64Array, values: Partial<ShardStatValues>): void {
  for (let i = 0; i < SHARD_STATS.length; i++) {
    const value = values[SHARD_STATS[i] as ShardStatName];
    if (value !== undefined) target[i] = value;
  }
}

/** Sums over all shards. */
export function sumShardStats(shards: readonly Float64Array[]): ShardStatValues {
  const sum = Object.fromEntries(SHARD_STATS.map((name) => [name, 0])) as ShardStatValues;
  for (const stats of shards) {
    SHARD_STATS.forEach((name, i) => {
      sum[name] += stats[i] ?? 0;
    });
  }
  return sum;
}

import { expect, test } from 'vitest';
import {
  carryCounters,
  createShardStats,
  shardStat,
  sumShardStats,
  writeShardStats,
} from '../../src/live/shard-stats.ts';

test('what a dead shard has counted goes on counting, what it held does not', () => {
  const dead = createShardStats();
  writeShardStats(dead, { recordsScored: 10, error_burst: 2, bufferRows: 7, services: 3, newestEventMs: 1e12 });
  const carried = createShardStats();
  carryCounters(dead, carried);
  carryCounters(dead, carried);
  const fresh = createShardStats();
  writeShardStats(fresh, { recordsScored: 1, services: 1, newestEventMs: 2e12 });
  expect(sumShardStats([fresh, carried])).toMatchObject({
    recordsScored: 21,
    error_burst: 4,
    bufferRows: 0,
    services: 1,
  });
  expect(shardStat(carried, 'newestEventMs')).toBe(0);
  expect(shardStat(fresh, 'newestEventMs')).toBe(2e12);
});

import { describe, expect, test } from 'vitest';
import { TenantModels } from '../../src/live/tenant-models.ts';
import { createShardStats, sumShardStats } from '../../src/live/shard-stats.ts';
import { Shard } from '../../src/live/shard.ts';
import { NOW_MS, packed, shardOptions } from './shard-samples.ts';

const { detector } = shardOptions();

describe('models of tenants', () => {
  test('two tenants have a model each of a service of the same name', () => {
    const models = new TenantModels(10, detector);
    expect(models.touch('a', 'shop', NOW_MS)).toBe(models.touch('a', 'shop', NOW_MS));
    expect(models.touch('a', 'shop', NOW_MS)).not.toBe(models.touch('b', 'shop', NOW_MS));
    expect([...models.detectors('a')]).toHaveLength(1);
    expect(models.peek('c', 'shop')).toBeUndefined();
  });

  test('at the bound the least recently used makes room', () => {
    const models = new TenantModels(2, detector);
    models.touch('a', 'shop', NOW_MS);
    models.touch('b', 'shop', NOW_MS);
    models.touch('a', 'shop', NOW_MS);
    models.touch('c', 'shop', NOW_MS);
    expect(models.size).toBe(2);
    expect(models.peek('b', 'shop')).toBeUndefined();
    expect(models.peek('a', 'shop')).toBeDefined();
    expect(models.evicted).toBe(1);
  });

  test('what a tenant teaches is known to no other and not to the live models', () => {
    const shard = new Shard(shardOptions());
    const bytes = packed(Array.from({ length: 300 }, (_, i) => `order ${i} placed`));
    expect(shard.learn('acme', [{ service: 'shop', bytes }], NOW_MS)).toEqual({ rows: 300 });
    expect(shard.status('acme', undefined, 10)).toMatchObject({ serviceCount: 1, lineCount: 300 });
    expect(shard.status('other', undefined, 10)).toMatchObject({ serviceCount: 0, lineCount: 0 });
    expect(shard.status(undefined, undefined, 10)).toMatchObject({ serviceCount: 0 });
    expect(shard.tick(NOW_MS + 3_600_000).anomalies).toBeUndefined();
  });

  test('are wiped by their name, and neither with the live ones nor with those of others', () => {
    const shard = new Shard(shardOptions());
    const rows = [{ service: 'shop', bytes: packed(['order 1 placed']) }];
    for (const tenant of ['acme', 'other', undefined]) shard.learn(tenant, rows, NOW_MS);
    const trained = () =>
      ['acme', 'other', undefined].map((tenant) => shard.status(tenant, undefined, 10).serviceCount);
    shard.reset(undefined);
    expect(trained()).toEqual([1, 1, 0]);
    shard.reset('acme');
    expect(trained()).toEqual([0, 1, 0]);
  });

  test('beyond the bound are counted as they make room', () => {
    const shard = new Shard({ ...shardOptions(), servicesMax: 2 });
    const rows = [{ service: 'shop', bytes: packed(['order 1 placed']) }];
    for (const tenant of ['a', 'b', 'c', 'd']) shard.learn(tenant, rows, NOW_MS);
    const stats = createShardStats();
    shard.writeCounters(stats);
    expect(sumShardStats([stats])).toMatchObject({ tenantModels: 2, tenantModelsEvicted: 2 });
    expect(shard.status('a', undefined, 10).serviceCount).toBe(0);
    expect(shard.status('d', undefined, 10).serviceCount).toBe(1);
  });
});

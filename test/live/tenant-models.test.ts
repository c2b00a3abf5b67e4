import { describe, expect, test } from 'vitest';
import { TenantModels } from '../../src/live/tenant-models.ts';
import { Shard } from '../../src/live/shard.ts';
import { PACKED_ROW_HEADER_BYTES, writePackedHeader } from '../../src/domain/packed-rows.ts';
import { NOW_MS, shardOptions } from './shard-samples.ts';

const { detector } = shardOptions();

function packed(lines: string[]): Uint8Array {
  const parts = lines.map((line, i) => {
    const text = Buffer.from(line);
    const row = Buffer.alloc(PACKED_ROW_HEADER_BYTES + text.length);
    writePackedHeader(new DataView(row.buffer, row.byteOffset), 0, text.length, NOW_MS + i * 1000, 2);
    text.copy(row, PACKED_ROW_HEADER_BYTES);
    return row;
  });
  return new Uint8Array(Buffer.concat(parts));
}

describe('models of tenants', () => {
  test('two tenants have a model each of a service of the same name', () => {
    const models = new TenantModels(10, detector);
    expect(models.touch('a', 'shop')).toBe(models.touch('a', 'shop'));
    expect(models.touch('a', 'shop')).not.toBe(models.touch('b', 'shop'));
    expect([...models.detectors('a')]).toHaveLength(1);
    expect(models.peek('c', 'shop')).toBeUndefined();
  });

  test('at the bound the least recently used makes room', () => {
    const models = new TenantModels(2, detector);
    models.touch('a', 'shop');
    models.touch('b', 'shop');
    models.touch('a', 'shop');
    models.touch('c', 'shop');
    expect(models.size).toBe(2);
    expect(models.peek('b', 'shop')).toBeUndefined();
    expect(models.peek('a', 'shop')).toBeDefined();
  });

  test('what a tenant teaches is known to no other and not to the live models', () => {
    const shard = new Shard(shardOptions());
    const bytes = packed(Array.from({ length: 300 }, (_, i) => `order ${i} placed`));
    expect(shard.learn('acme', [{ service: 'shop', bytes }], NOW_MS)).toEqual({ rows: 300 });
    expect(shard.status('acme', undefined, 10)).toMatchObject({ serviceCount: 1, lineCount: 300 });
    expect(shard.status('other', undefined, 10)).toMatchObject({ serviceCount: 0, lineCount: 0 });
    expect(shard.status(undefined, undefined, 10)).toMatchObject({ serviceCount: 0 });
    expect(shard.tick(NOW_MS + 3_600_000).anomalies).toBeUndefined();
    shard.reset();
    expect(shard.status('acme', undefined, 10)).toMatchObject({ serviceCount: 0 });
  });
});

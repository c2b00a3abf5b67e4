import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/domain/cluster.ts';
import { packClusters, unpackClusters } from '../../src/live/cluster-pieces.ts';
import type { LiveClusters } from '../../src/live/retraining.ts';

const MIB = 1 << 20;

function clusterOf(id: number, message: string): Cluster {
  return {
    id,
    fingerprint: `${id}`.padStart(16, '0'),
    name: 'order <*> paid',
    service: 'shop',
    x: 5.25,
    y: 95,
    size: 8,
    color: 'blue',
    logCount: 3,
    isAnomaly: false,
    avgScore: 0.4375,
    firstSeen: 1_795_305_600_000,
    lastSeen: 1_795_305_601_000,
    template: 'order <*> paid',
    logs: [{ timestamp: 1_795_305_600_000, message, level: 'info', service: 'shop' }],
    levels: { info: 3 },
  };
}

function live(clusters: Cluster[]): LiveClusters {
  const head = { log_count: clusters.length * 3, cluster_count: clusters.length, truncated: false };
  return { ...head, clusters, trainedAt: 1_795_305_602_000, seconds: 0.25 };
}

describe('live clusters in pieces', () => {
  it('come back as they were, whatever stands in them', async () => {
    const texts = ['<script>', '\ud800 alone', '\u2028\0', '🦕', 'x'.repeat(100_000)];
    const clusters = live(Array.from({ length: 50 }, (_, i) => clusterOf(i + 1, texts[i % texts.length]!)));
    const pieces = await packClusters(clusters, 64 * MIB);
    expect(pieces!.length).toBeGreaterThan(3);
    expect(Math.max(...pieces!.map(({ length }) => length))).toBeLessThan(MIB);
    expect(await unpackClusters(pieces!)).toEqual(clusters);
    expect(await unpackClusters((await packClusters(live([]), MIB))!)).toEqual(live([]));
  });

  it('go without their sample rows where those are too much, and not at all where that is', async () => {
    const clusters = live(Array.from({ length: 40 }, (_, i) => clusterOf(i + 1, 'x'.repeat(100_000))));
    const pieces = await packClusters(clusters, MIB);
    expect(pieces!.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(MIB);
    const bare = { ...clusters, clusters: clusters.clusters.map((cluster) => ({ ...cluster, logs: [] })) };
    expect(await unpackClusters(pieces!)).toEqual(bare);
    expect(await packClusters(clusters, 4096)).toBeUndefined();
  });

  it('are nothing where some are missing', async () => {
    const pieces = await packClusters(live([clusterOf(1, 'one')]), MIB);
    expect(await unpackClusters([])).toBeUndefined();
    expect(await unpackClusters(pieces!.slice(0, 1))).toBeUndefined();
  });
});

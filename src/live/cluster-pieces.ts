import { setImmediate } from 'node:timers/promises';
import type { Cluster } from '../domain/cluster.ts';
import type { LiveClusters } from './retraining.ts';

/** Clusters are written and read so many bytes at a time, so that nobody waits for long between. */
const PIECE_BYTES = 256 * 1024;

/**
 * Live clusters as JSON in pieces, to be kept: first what belongs to all, then some clusters each. Where that would be more
 * than `bytesMax` the sample rows are left out; undefined where it still is.
 */
export async function packClusters(
  live: LiveClusters,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer>[] | undefined> {
  return (await pack(live, bytesMax, false)) ?? (await pack(live, bytesMax, true));
}

/** The clusters of {@link packClusters}; undefined where pieces are missing. */
export async function unpackClusters(pieces: readonly Uint8Array[]): Promise<LiveClusters | undefined> {
  const [first, ...others] = pieces.map((piece) => Buffer.from(piece.buffer, piece.byteOffset, piece.length));
  if (first === undefined) return undefined;
  const head = JSON.parse(first.toString()) as Omit<LiveClusters, 'clusters'>;
  const clusters: Cluster[] = [];
  for (const piece of others) {
    await setImmediate();
    for (const cluster of JSON.parse(piece.toString()) as Cluster[]) clusters.push(cluster);
  }
  return clusters.length === head.cluster_count ? { ...head, clusters } : undefined;
}

async function pack(
  { clusters, ...head }: LiveClusters,
  bytesMax: number,
  withoutSamples: boolean,
): Promise<Uint8Array<ArrayBuffer>[] | undefined> {
  const encoder = new TextEncoder();
  const pieces = [encoder.encode(JSON.stringify(head))];
  let bytes = pieces[0]!.length;
  let texts: string[] = [];
  let length = 0;
  for (const [index, cluster] of clusters.entries()) {
    const text = JSON.stringify(withoutSamples ? { ...cluster, logs: [] } : cluster);
    texts.push(text);
    length += text.length;
    if (length < PIECE_BYTES && index + 1 < clusters.length) continue;
    const piece = encoder.encode(`[${texts.join(',')}]`);
    bytes += piece.length;
    if (bytes > bytesMax) return undefined;
    pieces.push(piece);
    texts = [];
    length = 0;
    await setImmediate();
  }
  return pieces;
}

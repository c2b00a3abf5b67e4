import type { Analysed } from './analysed.ts';

/** One object, with what `GET /clusters` has of a window. */
export function jsonReport({ name, startMs, endMs, log_count, cluster_count, truncated, clusters }: Analysed): string {
  const [start, end] = [startMs, endMs].map((ms) => new Date(ms).toISOString());
  return `${JSON.stringify({ name, start, end, log_count, cluster_count, truncated, clusters })}\n`;
}

/** A line a cluster. */
export function ndjsonReport({ clusters }: Analysed): string[] {
  return clusters.map((cluster) => `${JSON.stringify(cluster)}\n`);
}

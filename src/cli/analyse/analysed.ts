import type { WindowAnalysis } from '../../domain/cluster.ts';

/** A window that was analysed, as every form of the answer tells it. */
export interface Analysed extends WindowAnalysis {
  /** Of the file, the files or the store. */
  name: string;
  /** Whether no row says its time: what times there are, are those of the files' last changes. */
  isUntimed: boolean;
  /** Of the first and the last row, epoch milliseconds; equal where no row says its time. */
  startMs: number;
  endMs: number;
}

export function analysedOf(name: string, analysis: WindowAnalysis, isUntimed: boolean): Analysed {
  const { clusters } = analysis;
  // As there may be 10,000 clusters, Math.min cannot take them as arguments.
  const firstMs = clusters.reduce((first, { firstSeen }) => Math.min(first, firstSeen), Infinity);
  const lastMs = clusters.reduce((last, { lastSeen }) => Math.max(last, lastSeen), -Infinity);
  const startMs = clusters.length === 0 ? 0 : firstMs;
  const endMs = clusters.length === 0 || isUntimed ? startMs : lastMs;
  return { name, ...analysis, isUntimed, startMs, endMs };
}

const UNITS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** In what rates are told: the shortest stretch that has a line, on the average; undefined where there is no length. */
export function rateUnit({
  startMs,
  endMs,
  log_count,
}: Analysed): { name: string; of(lines: number): number } | undefined {
  const length = endMs - startMs;
  if (length <= 0) return undefined;
  const name = (['minute', 'hour'] as const).find((unit) => (log_count * UNITS[unit]) / length >= 1) ?? 'day';
  return { name, of: (lines) => (lines * UNITS[name]) / length };
}

/** Lines at error and above. */
export function errorsOf({ levels }: WindowAnalysis['clusters'][number]): number {
  return (levels.error ?? 0) + (levels.fatal ?? 0);
}

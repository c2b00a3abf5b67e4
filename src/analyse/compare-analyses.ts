import { compareWindows } from '../cluster/compare.ts';
import type { WindowAnalysis } from '../domain/cluster.ts';
import type { Comparison } from '../domain/comparison.ts';
import { PackedRowReader } from '../domain/packed-rows.ts';
import type { AnalyseJob, LoadedRows } from './load-rows.ts';

const MINUTE_MS = 60_000;

/** What one of the windows that were compared held. Times are epoch milliseconds. */
export interface ComparedSide extends Pick<LoadedRows, 'file' | 'pull'> {
  /** Of the stretch that rows are there of: it begins later than asked where older rows were left out, or not held. */
  startMs: number;
  endMs: number;
  log_count: number;
  cluster_count: number;
  truncated: boolean;
}

interface AnalysedWindow extends Pick<LoadedRows, 'file' | 'pull'> {
  job: AnalyseJob;
  analysis: WindowAnalysis | undefined;
}

/**
 * Compares two analysed windows by the rates of their templates. Rows of a file that say no time have no rate: where
 * either window has only such rows or no length, a thousand of its lines count as a minute.
 */
export function compareAnalyses(
  a: AnalysedWindow,
  b: AnalysedWindow,
  tick: () => void,
): { a: ComparedSide; b: ComparedSide; comparison: Comparison } {
  const sides = { a: sideOf(a), b: sideOf(b) };
  const isTimed = hasLength(sides.a) && hasLength(sides.b);
  const windowOf = ({ analysis }: AnalysedWindow, side: ComparedSide) => ({
    clusters: analysis?.clusters ?? [],
    minutes: isTimed ? (side.endMs - side.startMs) / MINUTE_MS : Math.max(1, side.log_count) / 1000,
  });
  return { ...sides, comparison: compareWindows(windowOf(a, sides.a), windowOf(b, sides.b), tick) };
}

function sideOf({ job, analysis, file, pull }: AnalysedWindow): ComparedSide {
  const { clusters = [], log_count = 0, cluster_count = 0, truncated = false } = analysis ?? {};
  const first = clusters.reduce((least, { firstSeen }) => Math.min(least, firstSeen), Infinity);
  const last = clusters.reduce((most, { lastSeen }) => Math.max(most, lastSeen), -Infinity);
  const asked = job.source === 'rows' ? undefined : job;
  const startMs = truncated ? first : Math.max(asked?.startMs ?? first, heldSince(job));
  const endMs = asked?.endMs ?? last;
  // Without any row there, it is what was asked for.
  const stretch = startMs <= endMs ? { startMs, endMs } : { startMs: asked?.startMs ?? 0, endMs: asked?.endMs ?? 0 };
  return {
    ...stretch,
    log_count,
    cluster_count,
    truncated,
    file,
    pull,
  };
}

/** The buffer has no rows from before it began, which is not to say that there were none. */
function heldSince(job: AnalyseJob): number {
  if (job.source !== 'packed') return -Infinity;
  let since = Infinity;
  for (const { chunks } of job.services) {
    for (const chunk of chunks) {
      const reader = new PackedRowReader(chunk);
      if (reader.next()) since = Math.min(since, reader.timestampMs);
    }
  }
  return since === Infinity ? -Infinity : since;
}

function hasLength({ startMs, endMs, file, log_count }: ComparedSide): boolean {
  return endMs > startMs && (file === undefined || log_count === 0 || file.untimedRows < log_count);
}

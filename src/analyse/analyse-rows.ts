import { buildClusters } from '../cluster/build-clusters.ts';
import { BUCKETS_MAX, bucketWidthMs } from '../cluster/time-buckets.ts';
import type { Cluster, WindowAnalysis } from '../domain/cluster.ts';
import type { DetectorProfile } from '../domain/profile.ts';
import type { MinerOptions } from '../mine/template-miner.ts';
import type { ServiceIndex } from '../sources/service-index.ts';
import type { RowSorter } from './row-sorter.ts';
import { capGroups } from './cap-groups.ts';
import { TemplateGroups } from './template-groups.ts';
import type { SampleBudget } from './template-groups.ts';

/** Templates of all services together; with very many services each may hold fewer than `maxTemplates`. */
const ALL_TEMPLATES_MAX = 200_000;
const SERVICE_TEMPLATES_MIN = 20;
/** Clusters of one answer, beside an overflow a service: what a page can show and a parser hold. */
const CLUSTERS_MAX = 10_000;
/** `analyseRows` ticks once in so many rows. */
export const ROWS_PER_TICK = 4096;

export interface AnalyseOptions {
  miner: MinerOptions;
  /** How templates are judged; `default` where it is absent. */
  profile?: DetectorProfile | undefined;
  /** Largest share of anomalous templates in a service, 0 to 0.5. */
  contamination: number;
  /** Clusters tell their rows over time. */
  series?: boolean;
}

/**
 * Clusters of all rows that the sorter holds. The same set of rows gives the same bytes, whatever order it came in.
 *
 * @param tick called every few milliseconds; what it throws ends the analysis.
 */
export function analyseRows(
  sorter: RowSorter,
  services: ServiceIndex,
  options: AnalyseOptions,
  tick: () => void,
): WindowAnalysis {
  const miner = serviceMiner(services, options);
  const budget: SampleBudget = { usedBytes: 0 };
  const groups: (TemplateGroups | undefined)[] = Array.from({ length: services.names.length });
  const { startMs, endMs } = sorter;
  const widthMs = bucketWidthMs(endMs - startMs);
  let bucket = 0;
  let bucketEndMs = startMs + widthMs;
  let rows = 0;
  sorter.visit((row) => {
    if (rows++ % ROWS_PER_TICK === 0) tick();
    if (row.timestampMs >= bucketEndMs) {
      bucket = bucketOf(row.timestampMs, startMs, widthMs);
      bucketEndMs = startMs + (bucket + 1) * widthMs;
    }
    let own = groups[row.service];
    if (own === undefined) {
      own = new TemplateGroups(services.names[row.service]!, miner, budget);
      groups[row.service] = own;
    }
    own.add(row, bucket);
  });
  tick();
  const clusters = conclude(groups, options, widthMs, tick);
  return { log_count: rows, cluster_count: clusters.length, truncated: false, clusters };
}

/** How the miner of each service is set. */
export function serviceMiner(services: ServiceIndex, options: AnalyseOptions): MinerOptions {
  const share = Math.floor(ALL_TEMPLATES_MAX / Math.max(1, services.names.length));
  const maxTemplates = Math.min(options.miner.maxTemplates, Math.max(SERVICE_TEMPLATES_MIN, share));
  return { ...options.miner, maxTemplates };
}

/** The window's bucket that the time is in; the last one goes on beyond its width. */
export function bucketOf(timestampMs: number, startMs: number, widthMs: number): number {
  return Math.min(Math.floor((timestampMs - startMs) / widthMs), BUCKETS_MAX - 1);
}

/** The clusters of what has been counted, a service each. */
export function conclude(
  services: readonly (Pick<TemplateGroups, 'finish'> | undefined)[],
  options: AnalyseOptions,
  widthMs: number,
  tick: () => void,
): Cluster[] {
  const shown = capGroups(
    services.flatMap((own) => own?.finish() ?? []),
    CLUSTERS_MAX,
  );
  return buildClusters(shown, {
    profile: options.profile ?? 'default',
    contamination: options.contamination,
    bucketWidthMs: widthMs,
    tick,
    ...(options.series === true ? { series: true } : {}),
  });
}

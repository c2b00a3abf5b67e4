import type { Cluster } from '../domain/cluster.ts';
import { fingerprint } from '../domain/fingerprint.ts';
import { ERROR, LEVELS, WARN } from '../domain/level.ts';
import type { LogRow } from '../domain/row.ts';
import { clusterName } from './cluster-name.ts';
import { flagOutliers } from './flag-outliers.ts';
import { layOut } from './layout.ts';

/** All rows of one service that share a template. */
export interface TemplateGroup {
  service: string;
  template: string;
  tokenCount: number;
  /** Drain's id: order of creation, unique in the service. */
  templateOrder: number;
  logCount: number;
  /** Rows per level, by level index. */
  levelCounts: Uint32Array;
  /** Epoch milliseconds. */
  firstSeen: number;
  lastSeen: number;
  samples: LogRow[];
}

export interface BuildOptions {
  /** Expected share of anomalous templates, 0 to 0.5. */
  contamination: number;
}

const SAMPLES_MAX = 10;
const SIZE_MIN = 8;
const SIZE_MAX = 50;
const RED = '#ef4444';
/** Blue, green, purple, cyan, teal. */
const COLORS = ['#3b82f6', '#22c55e', '#a855f7', '#06b6d4', '#14b8a6'] as const;

/**
 * The answer over a window: a cluster a (service, template) pair, anomalous ones (Isolation Forest in each service)
 * last, the busiest first among either. The same groups in any order give the same answer.
 */
export function buildClusters(groups: readonly TemplateGroup[], { contamination }: BuildOptions): Cluster[] {
  // Layout and forest go by position, so everything starts from one canonical order.
  const canonical = groups.toSorted(byServiceThenTemplate);
  const outliers = flagByService(canonical, contamination);
  const places = layOut(canonical.map(({ template }) => template));
  const sizeOf = sizing(canonical);

  const order = [...canonical.keys()].toSorted(
    (a, b) =>
      Number(outliers[a]!.isAnomaly) - Number(outliers[b]!.isAnomaly) ||
      canonical[b]!.logCount - canonical[a]!.logCount ||
      a - b,
  );
  return order.map((index, position) => {
    const group = canonical[index]!;
    const { isAnomaly, avgScore, isolationDepth } = outliers[index]!;
    const { x, y } = places[index]!;
    const cluster: Cluster = {
      id: position + 1,
      fingerprint: fingerprint(group.service, group.template),
      name: clusterName(group.template),
      service: group.service,
      x,
      y,
      size: sizeOf(group.logCount),
      color: isAnomaly ? RED : COLORS[position % COLORS.length]!,
      logCount: group.logCount,
      isAnomaly,
      avgScore,
      firstSeen: group.firstSeen,
      lastSeen: group.lastSeen,
      template: group.template,
      logs: group.samples.slice(0, SAMPLES_MAX),
      levels: levelsOf(group.levelCounts),
    };
    if (isAnomaly) cluster.isolationDepth = isolationDepth;
    return cluster;
  });
}

interface GroupOutlier {
  isAnomaly: boolean;
  avgScore: number;
  isolationDepth: number;
}

/** One Isolation Forest a service; `canonical` holds a service's groups side by side. */
function flagByService(canonical: readonly TemplateGroup[], contamination: number): GroupOutlier[] {
  const servicesOf = countServices(canonical);
  const result: GroupOutlier[] = [];
  for (let start = 0, end = 0; start < canonical.length; start = end) {
    while (end < canonical.length && canonical[end]!.service === canonical[start]!.service) end++;
    const table = canonical.slice(start, end).flatMap((group) => {
      const { logCount, levelCounts, template, tokenCount } = group;
      const errors = levelCounts.subarray(ERROR).reduce((sum, count) => sum + count, 0);
      return [logCount, errors / logCount, levelCounts[WARN]! / logCount, servicesOf.get(template)!.size, tokenCount];
    });
    const { flagged, scaledScores, pathLengths } = flagOutliers(Float64Array.from(table), 5, contamination);
    for (let i = 0; i < end - start; i++) {
      result.push({
        isAnomaly: flagged[i] === 1,
        avgScore: scaledScores[i]!,
        isolationDepth: Math.round(pathLengths[i]!),
      });
    }
  }
  return result;
}

function countServices(groups: readonly TemplateGroup[]): Map<string, Set<string>> {
  const services = new Map<string, Set<string>>();
  for (const { template, service } of groups) {
    const known = services.get(template);
    if (known) known.add(service);
    else services.set(template, new Set([service]));
  }
  return services;
}

/** 8 for a single row, 50 for the busiest cluster of the answer, by logarithm between. */
function sizing(groups: readonly TemplateGroup[]): (logCount: number) => number {
  const logCountMax = groups.reduce((most, { logCount }) => Math.max(most, logCount), 0);
  const scale = Math.log(Math.max(logCountMax, 2));
  return (logCount) => {
    const size = SIZE_MIN + ((SIZE_MAX - SIZE_MIN) * Math.log(Math.max(logCount, 1))) / scale;
    return Math.round(size * 100) / 100;
  };
}

function levelsOf(counts: Uint32Array): Cluster['levels'] {
  return Object.fromEntries(
    LEVELS.map((level, i) => [level, counts[i] ?? 0] as const).filter(([, count]) => count > 0),
  );
}

function byServiceThenTemplate(a: TemplateGroup, b: TemplateGroup): number {
  return (
    compare(a.service, b.service) ||
    a.templateOrder - b.templateOrder ||
    compare(a.template, b.template) ||
    a.firstSeen - b.firstSeen
  );
}

/** By UTF-16 units: locales differ between machines. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

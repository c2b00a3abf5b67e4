import type { Cluster } from '../domain/cluster.ts';
import { fingerprint } from '../domain/fingerprint.ts';
import { LEVELS } from '../domain/level.ts';
import { clusterName } from './cluster-name.ts';
import { judgeTemplates } from './judge-templates.ts';
import type { JudgeOptions } from './judge-templates.ts';
import { layOut } from './layout.ts';
import { BUCKETS_MAX } from './time-buckets.ts';
import type { TemplateGroup } from './template-group.ts';

const SAMPLES_MAX = 10;
const SIZE_MIN = 8;
const SIZE_MAX = 50;
const RED = '#ef4444';
/** Blue, green, purple, cyan, teal. */
const COLORS = ['#3b82f6', '#22c55e', '#a855f7', '#06b6d4', '#14b8a6'] as const;

export interface ClusterOptions extends JudgeOptions {
  /** Clusters tell their rows over time. */
  series?: boolean;
}

/**
 * The answer over a window: a cluster a (service, template) pair, anomalous ones (Isolation Forest in each service)
 * last, the busiest first among either. The same groups in any order give the same answer.
 */
export function buildClusters(groups: readonly TemplateGroup[], options: ClusterOptions): Cluster[] {
  // Layout and forest go by position, so everything starts from one canonical order.
  const canonical = groups.toSorted(byServiceThenTemplate);
  const judged = judgeTemplates(canonical, options);
  const texts = canonical.map(({ template }) => template);
  const places = layOut(texts, options.tick);
  const sizeOf = sizing(canonical);
  const buckets = bucketsOf(canonical, options.bucketWidthMs);

  const order = [...canonical.keys()].toSorted(
    (a, b) =>
      Number(judged[a]!.isAnomaly) - Number(judged[b]!.isAnomaly) ||
      canonical[b]!.logCount - canonical[a]!.logCount ||
      a - b,
  );
  return order.map((index, position) => {
    const group = canonical[index]!;
    const { isAnomaly, avgScore, isolationDepth } = judged[index]!;
    const { x, y } = places[index]!;
    const cluster: Cluster = {
      id: position + 1,
      fingerprint: fingerprint(group.service, group.identity),
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
    const dispersion = group.times.dispersion(buckets);
    if (dispersion !== undefined) cluster.dispersion = dispersion;
    if (options.series === true) cluster.series = group.times.series(buckets);
    if (isAnomaly) cluster.isolationDepth = isolationDepth;
    if (group.aliases.length > 0) cluster.aliases = group.aliases.map((alias) => fingerprint(group.service, alias));
    return cluster;
  });
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

/** Buckets from the first row of the window to its last. */
function bucketsOf(groups: readonly TemplateGroup[], widthMs: number): number {
  const first = groups.reduce((least, { firstSeen }) => Math.min(least, firstSeen), Infinity);
  const last = groups.reduce((most, { lastSeen }) => Math.max(most, lastSeen), -Infinity);
  return last >= first ? Math.min(BUCKETS_MAX, Math.floor((last - first) / widthMs) + 1) : 0;
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

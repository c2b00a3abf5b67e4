import { bucketOf } from '../analyse-rows.ts';
import type { GroupSet } from '../group-set.ts';
import { bucketWidthMs } from '../../cluster/time-buckets.ts';
import { GROUP_SAMPLES_MAX } from '../../sources/pull/row-groups.ts';
import type { CountResult } from './count-parts.ts';
import { firstOfBoth } from './first-rows.ts';
import { groupId } from './group-counter.ts';
import type { Bounds, CountedGroup } from './group-counter.ts';

export type Counted = Exclude<CountResult, { unsettled: string }>;

type Merged = Omit<CountedGroup, 'service'> & { service: string };

/** Bounds of all rows; of none, the first is after the last. */
export function boundsOf(counts: readonly { bounds: Bounds }[]): Bounds {
  return {
    firstMs: Math.min(...counts.map(({ bounds }) => bounds.firstMs)),
    lastMs: Math.max(...counts.map(({ bounds }) => bounds.lastMs)),
  };
}

/** Puts the groups that several threads have counted into one set; rows of those in `apart` are groups of one. */
export function mergeCounts(counts: readonly Counted[], apart: ReadonlySet<string>, set: GroupSet): void {
  const { firstMs, lastMs } = boundsOf(counts);
  const rows = counts.reduce((sum, count) => sum + count.rows, 0);
  set.begin(rows === 0 ? 0 : firstMs, rows === 0 ? 0 : lastMs, rows);
  for (const { services } of counts) for (const service of services) set.admit(service);
  const widthMs = bucketWidthMs(lastMs - firstMs);
  for (const [key, group] of mergedGroups(counts, apart)) {
    const { service, level, rows: count, lastMs, buckets: bucketCounts, first } = group;
    if (!apart.has(key)) set.addCounted({ key, service, level, count, lastMs, bucketCounts, first });
    else
      for (const row of first)
        set.addCounted({
          key,
          service,
          level,
          count: 1,
          lastMs: row.timeMs,
          bucketCounts: onlyIn(bucketOf(row.timeMs, firstMs, widthMs)),
          first: [row],
        });
  }
}

function mergedGroups(counts: readonly Counted[], apart: ReadonlySet<string>): Map<string, Merged> {
  const merged = new Map<string, Merged>();
  for (const { services, groups } of counts)
    for (const group of groups) {
      const service = services[group.service]!;
      const key = groupId(service, group.level, group.key);
      const same = merged.get(key);
      if (same === undefined) merged.set(key, { ...group, service });
      else join(same, group, apart.has(key) ? Infinity : GROUP_SAMPLES_MAX);
    }
  return merged;
}

function join(into: Merged, from: CountedGroup, firstMax: number): void {
  into.rows += from.rows;
  into.lastMs = Math.max(into.lastMs, from.lastMs);
  from.buckets.forEach((rows, bucket) => (into.buckets[bucket]! += rows));
  into.first = firstOfBoth(into.first, from.first, firstMax);
}

function onlyIn(bucket: number): number[] {
  return Array.from({ length: bucket + 1 }, (_, i) => (i === bucket ? 1 : 0));
}

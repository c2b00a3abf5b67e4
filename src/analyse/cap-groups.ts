import type { TemplateGroup } from '../cluster/template-group.ts';
import { mergeCounts, overflowOf } from './template-groups.ts';

/**
 * At most `groupsMax` groups beside one overflow group a service: the busiest stay, and what the others counted goes to
 * the overflow of their service, so that no row is lost to the counts. Does not depend on the order of `groups`.
 */
export function capGroups(groups: TemplateGroup[], groupsMax: number): TemplateGroup[] {
  if (groups.length <= groupsMax) return groups;
  const ranked = groups.toSorted(byBusiest);
  const kept = ranked.slice(0, groupsMax);
  const overflows = new Map<string, TemplateGroup>();
  for (const group of kept) if (group.isOverflow) overflows.set(group.service, group);
  for (const group of ranked.slice(groupsMax)) {
    const overflow = overflows.get(group.service);
    if (overflow !== undefined) {
      mergeCounts(overflow, group);
      continue;
    }
    const created = overflowOf(group);
    overflows.set(group.service, created);
    kept.push(created);
  }
  return kept;
}

function byBusiest(a: TemplateGroup, b: TemplateGroup): number {
  if (a.logCount !== b.logCount) return b.logCount - a.logCount;
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  return a.templateOrder - b.templateOrder;
}

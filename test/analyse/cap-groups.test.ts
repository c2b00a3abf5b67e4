import fc from 'fast-check';
import { expect, it } from 'vitest';
import { capGroups } from '../../src/analyse/cap-groups.ts';
import { OVERFLOW_TEMPLATE } from '../../src/domain/cluster.ts';
import type { TemplateGroup } from '../../src/cluster/template-group.ts';
import { TimeBuckets } from '../../src/cluster/time-buckets.ts';

function group(service: string, order: number, logCount: number): TemplateGroup {
  const levelCounts = new Uint32Array(6);
  levelCounts[2] = logCount;
  const samples = [{ timestamp: order, message: `m${order}`, level: 'info' as const, service }];
  return {
    service,
    template: `template ${order}`,
    identity: `template ${order}`,
    aliases: [],
    tokenCount: 2,
    templateOrder: order,
    isOverflow: false,
    logCount,
    levelCounts,
    firstSeen: order,
    lastSeen: order,
    times: new TimeBuckets(),
    samples,
  };
}

const someGroups = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 50 })), { maxLength: 40 })
  .map((all) => all.map(([service, logCount], i) => group(service, i + 1, logCount)));

/** What capping changes, anew. */
const copies = (groups: TemplateGroup[]) =>
  groups.map((one) => ({ ...one, levelCounts: one.levelCounts.slice(), times: new TimeBuckets() }));

const total = (groups: TemplateGroup[]) => groups.reduce((sum, { logCount }) => sum + logCount, 0);

it('keeps the busiest and loses no row to the counts, whatever order the groups come in', () => {
  fc.assert(
    fc.property(someGroups, fc.integer({ min: 1, max: 20 }), (groups, max) => {
      const capped = capGroups(copies(groups), max);
      expect(total(capped)).toBe(total(groups));
      expect(capped.filter(({ template }) => template !== OVERFLOW_TEMPLATE).length).toBeLessThanOrEqual(max);
      const overflows = capped.filter(({ template }) => template === OVERFLOW_TEMPLATE);
      expect(new Set(overflows.map(({ service }) => service)).size).toBe(overflows.length);
      for (const { levelCounts, logCount } of capped) expect(levelCounts[2]).toBe(logCount);
      const shuffled = capGroups(copies(groups).toReversed(), max);
      const names = (some: TemplateGroup[]) =>
        some.map((one) => `${one.service} ${one.template} ${one.logCount}`).toSorted();
      expect(names(shuffled)).toEqual(names(capped));
    }),
  );
});

it('an overflow that a service has already takes the others in', () => {
  const overflow = { ...group('a', 0xffff_ffff, 100), template: OVERFLOW_TEMPLATE, isOverflow: true };
  const capped = capGroups([group('a', 1, 50), group('a', 2, 1), overflow], 2);
  expect(capped.map(({ template, logCount }) => [template, logCount])).toEqual([
    [OVERFLOW_TEMPLATE, 101],
    ['template 1', 50],
  ]);
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildClusters } from '../../src/cluster/build-clusters.ts';
import type { JudgeOptions } from '../../src/cluster/judge-templates.ts';
import type { TemplateGroup } from '../../src/cluster/template-group.ts';
import { TimeBuckets } from '../../src/cluster/time-buckets.ts';
import { fingerprint } from '../../src/domain/fingerprint.ts';
import { LEVELS } from '../../src/domain/level.ts';
import { DETECTOR_PROFILES } from '../../src/domain/profile.ts';

const OPTIONS: JudgeOptions = { profile: 'reference', contamination: 0.1, bucketWidthMs: 1000, tick() {} };
const RED = '#ef4444';

describe('clusters', () => {
  it('carry what their group says, with ids from 1 in the order of the answer', () => {
    const samples = Array.from({ length: 12 }, (_, i) => ({
      timestamp: i,
      message: `user ${i} logged in`,
      level: 'info' as const,
      service: 'auth',
    }));
    const [cluster] = buildClusters(
      [group({ logCount: 12, levelCounts: Uint32Array.of(0, 0, 10, 2, 0, 0), firstSeen: 5, lastSeen: 9, samples })],
      OPTIONS,
    );
    expect(cluster).toEqual({
      id: 1,
      fingerprint: fingerprint('auth', 'user <*> logged in'),
      name: 'user <*> logged in',
      service: 'auth',
      x: 5,
      y: 5,
      size: 50,
      color: '#3b82f6',
      logCount: 12,
      isAnomaly: false,
      avgScore: 0,
      firstSeen: 5,
      lastSeen: 9,
      template: 'user <*> logged in',
      logs: samples.slice(0, 10),
      levels: { info: 10, warn: 2 },
    });
  });

  it('are the same in whatever order the groups come', () => {
    const groups = crowd(40);
    const expected = JSON.stringify(buildClusters(groups, OPTIONS));
    fc.assert(
      fc.property(fc.shuffledSubarray(groups, { minLength: groups.length }), (shuffled) => {
        expect(JSON.stringify(buildClusters(shuffled, OPTIONS))).toBe(expected);
      }),
      { numRuns: 10 },
    );
  });

  it('flag the template that stands out, last and red, with its path length', () => {
    const odd = group({
      template: 'disk failure on <*>',
      templateOrder: 99,
      tokenCount: 40,
      logCount: 9000,
      levelCounts: Uint32Array.of(0, 0, 0, 0, 9000, 0),
    });
    const clusters = buildClusters([odd, ...crowd(15)], OPTIONS);
    const flagged = clusters.filter(({ isAnomaly }) => isAnomaly);
    expect(flagged.map(({ template }) => template)).toEqual(['disk failure on <*>']);
    expect(clusters.at(-1)).toMatchObject({ id: 16, isAnomaly: true, color: RED, avgScore: 1 });
    expect(flagged[0]!.isolationDepth).toBeGreaterThanOrEqual(1);
    expect(clusters.slice(0, -1).every((cluster) => cluster.color !== RED && !('isolationDepth' in cluster))).toBe(
      true,
    );
  });

  it('flag nothing in a service with fewer than three templates', () => {
    const groups = [
      group({ logCount: 1_000_000 }),
      group({ templateOrder: 2, template: 'panic', levelCounts: Uint32Array.of(0, 0, 0, 0, 0, 1), logCount: 1 }),
      ...crowd(10, 'other'),
    ];
    const clusters = buildClusters(groups, OPTIONS).filter(({ service }) => service === 'auth');
    expect(clusters.map(({ isAnomaly, avgScore }) => [isAnomaly, avgScore])).toEqual([
      [false, 0],
      [false, 0],
    ]);
  });

  it('flag nothing when the contamination is 0 or all templates are alike', () => {
    expect(buildClusters(crowd(30), { ...OPTIONS, contamination: 0 }).some(({ isAnomaly }) => isAnomaly)).toBe(false);
    const alike = Array.from({ length: 30 }, (_, i) => group({ templateOrder: i + 1, template: `t${i}` }));
    expect(buildClusters(alike, OPTIONS).some(({ isAnomaly }) => isAnomaly)).toBe(false);
  });

  it('flag at most the share that contamination allows, one of twenty from twenty templates on', () => {
    const flagged = buildClusters(crowd(100), { ...OPTIONS, contamination: 0.5 }).filter(({ isAnomaly }) => isAnomaly);
    expect(flagged.length).toBeLessThanOrEqual(5);
    expect(flagged.length).toBeGreaterThan(0);
  });

  it('count in how many services of the answer a template stands', () => {
    // One service logs nine templates that a second also has, and one of its own: that is what sets it apart.
    const steps = (service: string): TemplateGroup[] =>
      Array.from({ length: 9 }, (_, i) => group({ service, templateOrder: i + 1, template: `shared step t${i}` }));
    const own = group({ templateOrder: 10, template: 'own step' });
    const clusters = buildClusters([...steps('auth'), own, ...steps('second')], OPTIONS);
    expect(clusters.filter(({ isAnomaly }) => isAnomaly).map(({ template }) => template)).toEqual(['own step']);
  });

  it('run in size from 8 for one row to 50 for the busiest, and cycle five colours', () => {
    const groups = [1, 10, 100, 1000, 10_000, 10_000].map((logCount, i) =>
      group({ service: `s${i}`, logCount, levelCounts: Uint32Array.of(0, 0, logCount, 0, 0, 0) }),
    );
    const clusters = buildClusters(groups, OPTIONS);
    expect(clusters.map(({ size }) => size)).toEqual([50, 50, 39.5, 29, 18.5, 8]);
    expect(clusters.map(({ color }) => color)).toEqual([
      '#3b82f6',
      '#22c55e',
      '#a855f7',
      '#06b6d4',
      '#14b8a6',
      '#3b82f6',
    ]);
  });

  it('are none for no groups', () => {
    expect(buildClusters([], OPTIONS)).toEqual([]);
  });

  it('keep to the contract for any groups', () => {
    const groups = fc.array(
      fc.record({
        service: fc.constantFrom('a', 'b', '__proto__', 'unknown_service'),
        template: fc.string({ unit: 'binary', maxLength: 100 }),
        tokenCount: fc.nat(1000),
        templateOrder: fc.nat(10_000),
        counts: fc.array(fc.nat(1_000_000), { minLength: 6, maxLength: 6 }),
      }),
      { maxLength: 40 },
    );
    const profiles = fc.constantFrom(...DETECTOR_PROFILES);
    fc.assert(
      fc.property(groups, profiles, fc.double({ min: 0, max: 0.5, noNaN: true }), (records, profile, contamination) => {
        const clusters = buildClusters(
          records.map(({ counts, ...record }) => {
            const levelCounts = Uint32Array.from(counts, (count) => count + 1);
            return group({ ...record, levelCounts, logCount: levelCounts.reduce((sum, count) => sum + count) });
          }),
          { ...OPTIONS, profile, contamination },
        );
        expect(clusters.map(({ id }) => id)).toEqual(records.map((_, i) => i + 1));
        const flags = clusters.map(({ isAnomaly }) => Number(isAnomaly));
        expect(flags).toEqual(flags.toSorted((a, b) => a - b));
        for (const { x, y, size, avgScore, name, levels } of clusters) {
          for (const place of [x, y]) expect(place >= 5 && place <= 95).toBe(true);
          expect(size >= 8 && size <= 50 && avgScore >= 0 && avgScore <= 1).toBe(true);
          expect(name.length >= 1 && name.length <= 60 && !/\n/.test(name)).toBe(true);
          expect(Object.keys(levels)).toEqual([...LEVELS]);
        }
      }),
      { numRuns: 30 },
    );
  });
});

function group(fields: Partial<TemplateGroup> = {}): TemplateGroup {
  const template = fields.template ?? 'user <*> logged in';
  const times = new TimeBuckets();
  times.add(0);
  return {
    service: 'auth',
    template,
    identity: template,
    aliases: [],
    tokenCount: 4,
    templateOrder: 1,
    isOverflow: false,
    logCount: 10,
    levelCounts: Uint32Array.of(0, 0, 10, 0, 0, 0),
    firstSeen: 1000,
    lastSeen: 2000,
    times,
    samples: [],
    ...fields,
  };
}

/** Ordinary templates of one service: info, some warnings, counts and lengths that vary a little. */
function crowd(count: number, service = 'auth'): TemplateGroup[] {
  return Array.from({ length: count }, (_, i) => {
    const logCount = 100 + ((i * 37) % 60);
    const warns = i % 3;
    return group({
      service,
      templateOrder: i + 1,
      template: `step ${String.fromCharCode(97 + (i % 26))}${'x'.repeat(i % 7)} took <DUR>`,
      tokenCount: 4 + (i % 5),
      logCount,
      levelCounts: Uint32Array.of(0, 0, logCount - warns, warns, 0, 0),
    });
  });
}

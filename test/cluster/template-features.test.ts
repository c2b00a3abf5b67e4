import { describe, expect, it } from 'vitest';
import {
  BURST,
  FEATURES,
  NEWNESS,
  RARE_GRAVITY,
  RATE,
  SHARED,
  templateFeatures,
} from '../../src/cluster/template-features.ts';
import type { TemplateGroup } from '../../src/cluster/template-group.ts';
import { TimeBuckets } from '../../src/cluster/time-buckets.ts';
import { ERROR, INFO } from '../../src/domain/level.ts';

const FATAL = 5;
const MINUTE_MS = 60_000;

/** A group with `counts[bucket]` rows in each bucket, all of one level. */
function group(template: string, counts: Record<number, number>, level: number = INFO): TemplateGroup {
  const times = new TimeBuckets();
  const levelCounts = new Uint32Array(6);
  for (const [bucket, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++) times.add(Number(bucket));
    levelCounts[level]! += count;
  }
  return {
    service: 's',
    template,
    identity: template,
    aliases: [],
    tokenCount: 3,
    templateOrder: 1,
    isOverflow: false,
    logCount: levelCounts[level]!,
    levelCounts,
    firstSeen: 0,
    lastSeen: 0,
    times,
    samples: [],
  };
}

/** `count` rows in each bucket of an hour of minutes. */
const steady = (count: number) => Object.fromEntries(Array.from({ length: 60 }, (_, minute) => [minute, count]));

function features(...groups: TemplateGroup[]): number[][] {
  const table = templateFeatures(
    groups,
    groups,
    groups.map(() => 1),
    MINUTE_MS,
  );
  return groups.map((_, i) => [...table.subarray(i * FEATURES, (i + 1) * FEATURES)]);
}

describe('the features of a template', () => {
  it('have its rate over the time that it is there, and its share of services, by logarithm', () => {
    const [often, once] = features(group('often', steady(99)), group('once', { 7: 99 }));
    expect(often![RATE]).toBeCloseTo(2, 12);
    expect(once![RATE]).toBe(often![RATE]);
    expect(often![SHARED]).toBe(1);
  });

  it('see a burst where the service goes on as usual, and none in a busy minute of all templates', () => {
    const busyMinute = { ...steady(10), 30: 200 };
    const [alone] = features(group('burst', busyMinute), group('usual', steady(10)));
    const [together] = features(group('burst', busyMinute), group('usual', busyMinute));
    expect(alone![BURST]).toBeGreaterThan(4 * together![BURST]!);
  });

  it('see a template that comes late and stays as new, one row late as chance', () => {
    const late = { 50: 1, 52: 1, 54: 1, 56: 1, 58: 1 };
    const [stays, once, early] = features(
      group('stays', late),
      group('once', { 50: 1 }),
      group('early', { 0: 1, 58: 1 }),
      group('usual', steady(20)),
    );
    expect(stays![NEWNESS]).toBeGreaterThan(1.5 * once![NEWNESS]!);
    expect(early![NEWNESS]).toBe(0);
  });

  it('weigh a rare error more than a warning or one that is there all the time, a fatal row most', () => {
    const usual = group('usual', steady(20));
    const gravityOf = (...groups: TemplateGroup[]) => features(...groups, usual)[0]![RARE_GRAVITY]!;
    const rareError = gravityOf(group('rare', { 20: 1 }, ERROR));
    expect(rareError).toBeGreaterThan(0.9);
    expect(gravityOf(group('rare', { 20: 1 }, FATAL))).toBeGreaterThan(1.5 * rareError);
    expect(gravityOf(group('always', steady(1), ERROR))).toBe(0);
    expect(gravityOf(group('rare', { 20: 1 }))).toBe(0);
  });

  it('take a rare error for no news where others as grave are always there', () => {
    const [rare] = features(
      group('rare', { 20: 1 }, ERROR),
      group('always', steady(2), ERROR),
      group('usual', steady(20)),
    );
    expect(rare![RARE_GRAVITY]).toBe(0);
  });
});

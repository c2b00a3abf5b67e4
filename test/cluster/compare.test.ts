import { describe, expect, test } from 'vitest';
import { compareWindows } from '../../src/cluster/compare.ts';
import type { Cluster } from '../../src/domain/cluster.ts';
import { fingerprint } from '../../src/domain/fingerprint.ts';

function cluster(template: string, logCount: number, over: Partial<Cluster> = {}): Cluster {
  const service = over.service ?? 'shop';
  return {
    id: 1,
    fingerprint: fingerprint(service, template),
    name: template,
    service,
    x: 5,
    y: 5,
    size: 8,
    color: '#000',
    logCount,
    isAnomaly: false,
    avgScore: 0,
    firstSeen: 0,
    lastSeen: 1,
    template,
    logs: [],
    levels: { info: logCount },
    ...over,
  };
}

const compare = (a: Cluster[], b: Cluster[], minutesA = 60, minutesB = 60) =>
  compareWindows({ clusters: a, minutes: minutesA }, { clusters: b, minutes: minutesB });

/** A fixed sequence, as chance has it. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Knuth's way, for small means. */
function poisson(mean: number, next: () => number): number {
  const limit = Math.exp(-mean);
  let k = 0;
  for (let product = next(); product > limit; product *= next()) k++;
  return k;
}

describe('two windows', () => {
  test('have templates that are new, gone, more, fewer and the same', () => {
    const a = [
      cluster('order <*> placed', 600),
      cluster('cache warm', 50),
      cluster('retry <*>', 20),
      cluster('ok', 90),
    ];
    const b = [
      cluster('order <*> placed', 620),
      cluster('cache warm', 5),
      cluster('retry <*>', 90),
      cluster('down', 3),
    ];
    const { counts, templates } = compare(a, b);
    expect(counts).toEqual({ new: 1, gone: 1, more: 1, fewer: 1, same: 1 });
    expect(templates.map(({ template, change }) => [template, change])).toEqual([
      ['down', 'new'],
      ['ok', 'gone'],
      ['retry <*>', 'more'],
      ['cache warm', 'fewer'],
      ['order <*> placed', 'same'],
    ]);
    expect(templates[0]).toMatchObject({ count_a: 0, count_b: 3, rate_b: 0.05, ratio: null, levels_a: {} });
    expect(templates[1]).toMatchObject({ ratio: 0, levels_a: { info: 90 }, levels_b: {} });
    expect(templates[2]).toMatchObject({ rate_a: 20 / 60, rate_b: 1.5, ratio: 4.5 });
    for (const { x, y } of templates) expect([x, y].every((at) => at >= 5 && at <= 95)).toBe(true);
  });

  test('of other lengths are compared by their rates', () => {
    expect(compare([cluster('a', 2400)], [cluster('a', 100)], 1440, 60).templates).toMatchObject([
      { change: 'same', ratio: 1, p_value: 1 },
    ]);
    expect(compare([cluster('a', 2400)], [cluster('a', 300)], 1440, 60).counts.more).toBe(1);
  });

  test('a change that is sure but small, or large but unsure, is the same', () => {
    const { templates } = compare([cluster('a', 100_000), cluster('b', 2)], [cluster('a', 110_000), cluster('b', 5)]);
    const byTemplate = new Map(templates.map((one) => [one.template, one]));
    expect(byTemplate.get('a')).toMatchObject({ change: 'same' });
    expect(byTemplate.get('a')!.p_value).toBeLessThan(1e-6);
    expect(byTemplate.get('b')).toMatchObject({ change: 'same', ratio: 2.5 });
    expect(byTemplate.get('b')!.p_value).toBeGreaterThan(0.05);
  });

  test('a burst is one event, however many lines it has', () => {
    const steady = compare([cluster('a', 100, { dispersion: 1 })], [cluster('a', 300, { dispersion: 1.2 })]);
    expect(steady.counts.more).toBe(1);
    const burst = compare([cluster('a', 100, { dispersion: 1 })], [cluster('a', 300, { dispersion: 200 })]);
    expect(burst.templates).toMatchObject([{ change: 'same', ratio: 3 }]);
  });

  test('do not depend on the order of the clusters, nor change when compared the other way round', () => {
    const next = chance(3);
    const words = ['red', 'green', 'blue', 'late', 'lost'];
    const some = (side: number) =>
      words.flatMap((one) => words.map((other) => cluster(`${one} ${other}`, 1 + Math.floor(next() * 40 * side))));
    const [a, b] = [some(1), some(3)];
    const there = compare(a, b);
    expect(compare(a.toReversed(), b.toReversed())).toEqual(there);
    const back = compare(b, a).counts;
    expect([back.new, back.gone, back.more, back.fewer, back.same]).toEqual([
      there.counts.gone,
      there.counts.new,
      there.counts.fewer,
      there.counts.more,
      there.counts.same,
    ]);
  });

  test('the rows without a place of their own are no template', () => {
    const { templates } = compare([cluster('<overflow>', 10)], [cluster('<overflow>', 900)]);
    expect(templates).toMatchObject([{ change: 'same', p_value: 1, ratio: 90 }]);
  });

  test('of nothing', () => {
    expect(compare([], [])).toEqual({ counts: { new: 0, gone: 0, more: 0, fewer: 0, same: 0 }, templates: [] });
  });
});

describe('the same template in both windows', () => {
  const wide = 'login of <*> from <*>';

  test('is known by a fingerprint that it had', () => {
    const parts = ['web', 'app'].map((from) => cluster(`login of <*> from ${from}`, 50));
    const aliases = parts.map(({ fingerprint: name }) => name);
    const { templates } = compare(parts, [cluster(wide, 100, { aliases })]);
    expect(templates).toMatchObject([{ template: wide, change: 'same', count_a: 100, count_b: 100 }]);
    expect(compare([cluster(wide, 100, { aliases })], parts).templates).toMatchObject([{ template: wide }]);
  });

  test('is known by its words where no fingerprint tells', () => {
    const { templates } = compare(
      [cluster('login of <*> from tv', 9), cluster('logout of <*> from tv', 9)],
      [cluster(wide, 12)],
    );
    expect(templates.map(({ template, count_a, count_b }) => [template, count_a, count_b])).toEqual([
      ['logout of <*> from tv', 9, 0],
      [wide, 9, 12],
    ]);
  });

  test.each([
    ['of another service', [cluster('login of <*> from tv', 9, { service: 'other' })], [cluster(wide, 9)]],
    ['of another length', [cluster('login of <*> from the tv', 9)], [cluster(wide, 9)]],
    ['under wildcards alone', [cluster('disk full', 9)], [cluster('<*> <*>', 9)]],
    ['where the window tells both apart', [cluster(wide, 9)], [cluster(wide, 9), cluster('login of <*> from tv', 9)]],
  ])('but not %s', (_, a, b) => {
    const { templates } = compare(a, b);
    expect(templates).toHaveLength(2);
    expect(templates.some(({ change }) => change === 'new')).toBe(true);
  });

  test('is found among very many', () => {
    // As large as answers become; each has exactly one counterpart, and all of them share most of their words.
    const word = (i: number) => String.fromCodePoint(0x4e00 + i);
    const parts = Array.from({ length: 10_000 }, (_, i) => cluster(`step ${i} of ${word(i)} took long`, 3));
    const wides = Array.from({ length: 10_000 }, (_, i) => cluster(`step <*> of ${word(i)} took long`, 3));
    let ticks = 0;
    const [a, b] = [parts, wides].map((clusters) => ({ clusters, minutes: 60 }));
    const { counts } = compareWindows(a!, b!, () => void ticks++);
    expect(counts).toEqual({ new: 0, gone: 0, more: 0, fewer: 0, same: 10_000 });
    expect(ticks).toBeLessThan(1000);
  });

  test.each([
    ['took <*>ms', 'took <*>ms', true],
    ['took <*>ms now', 'took 5ms now', true],
    ['took <*>ms now', 'took ms now', false],
    ['path /a/<*>/b/<*> read', 'path /a/x/b/y read', true],
    ['path /a/<*>/b/<*> read', 'path /a/x/c/y read', false],
  ])('%s covers %s: %s', (general, specific, joined) => {
    expect(compare([cluster(general, 1)], [cluster(specific, 1)]).templates.length === 1).toBe(joined);
  });
});

describe('chance', () => {
  const templates = Array.from({ length: 400 }, (_, i) => `step ${String.fromCodePoint(0x4e00 + i)} done`);

  test.each([
    ['Poisson', 1],
    ['lines that come eight at a time', 8],
  ])('of %s tells next to nothing, and what did change is still told', (_, clump) => {
    const next = chance(11);
    const side = (share: number) =>
      templates.map((template) => cluster(template, clump * (1 + poisson(20 * share, next))));
    const [a, b] = [side(1), side(1)];
    const quiet = compare(a, b).counts;
    expect(quiet.more + quiet.fewer).toBeLessThanOrEqual(4);
    b[7] = { ...b[7]!, logCount: b[7]!.logCount * 6 };
    const told = compare(a, b).templates.filter(({ change }) => change === 'more');
    expect(told.map(({ template }) => template)).toContain(templates[7]);
    // All twice as often is a change of each, not scatter.
    const busy = compare(a, side(2.5)).counts;
    expect(busy.more).toBeGreaterThan(clump === 1 ? 300 : 20);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { analyseRows } from '../../src/analyse/analyse-rows.ts';
import type { AnalyseOptions } from '../../src/analyse/analyse-rows.ts';
import { loadRows, UNWATCHED } from '../../src/analyse/load-rows.ts';
import type { LoadOptions } from '../../src/analyse/load-rows.ts';
import { OVERFLOW_TEMPLATE } from '../../src/domain/cluster.ts';
import { LEVELS } from '../../src/domain/level.ts';
import type { LogRow } from '../../src/domain/row.ts';
import { OVERFLOW_SERVICE } from '../../src/sources/service-index.ts';
import { shared } from '../shared.ts';
import { packRows } from './rows.ts';
import { analyse, ANALYSE_OPTIONS as options, LOGHUB_SETS, loghubRows } from './windows.ts';

const words = fc.constantFrom('user', 'took', 'item', '17', '10.0.0.1', 'ü', 'failed', 'a1b2c3d4');
/** Siblings that differ in one word, so that templates merge. */
const names = 'anna boris clara david elena felix gerda henry irene jakob karla lukas maria'.split(' ');
const row: fc.Arbitrary<LogRow> = fc.record({
  timestamp: fc.integer({ min: 1_000, max: 1_020 }),
  message: fc.oneof(
    fc.array(words, { maxLength: 5 }).map((list) => list.join(' ')),
    fc.constantFrom(...names).map((name) => `user ${name} has logged in`),
  ),
  level: fc.constantFrom(...LEVELS),
  service: fc.constantFrom('a', 'b', 'c', 'd', '__proto__'),
});

describe('the analysis of a window', () => {
  test('is the same byte for byte whatever order the rows come in, within every bound', async () => {
    const pair = fc
      .array(row, { maxLength: 50 })
      .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })));
    const bounds = fc.constantFrom<[LoadOptions, Partial<AnalyseOptions>]>(
      [{}, {}],
      [{ budgetBytes: 1, runRowsMax: 7 }, {}],
      [{ servicesMax: 2 }, {}],
      [{}, { miner: { simTh: 0.4, maxTemplates: 2 } }],
      [{}, { profile: 'reference', miner: { profile: 'drain3', simTh: 0.4, maxTemplates: 2 } }],
    );
    await fc.assert(
      fc.asyncProperty(pair, bounds, async ([rows, others], [load, changed]) => {
        const one = await analyse(rows, changed, load);
        expect(JSON.stringify(await analyse(others, changed, load))).toBe(JSON.stringify(one));
        expect(one.clusters.reduce((sum, { logCount }) => sum + logCount, 0)).toBe(rows.length);
      }),
      { numRuns: 30 },
    );
  });

  test('counts 200 equal rows of one millisecond, of two services, as 200', async () => {
    const rows = Array.from({ length: 200 }, (_, i): LogRow => ({
      timestamp: 1_769_846_400_000,
      message: 'connection reset by peer',
      level: 'error',
      service: i % 2 === 0 ? 'a' : 'b',
    }));
    const { clusters, log_count } = await analyse(rows);
    expect(log_count).toBe(200);
    expect(clusters.map(({ service, logCount }) => [service, logCount])).toEqual([
      ['a', 100],
      ['b', 100],
    ]);
    expect(new Set(clusters.map(({ fingerprint }) => fingerprint)).size).toBe(2);
  });

  test('counts what templates that became one had, and knows the fingerprints that they had', async () => {
    const rows = names.slice(0, 11).map((name, i): LogRow => ({
      timestamp: i * 1000,
      message: `user ${name} has logged in from the office`,
      level: 'info',
      service: 's',
    }));
    const apart = await analyse(rows.slice(0, 3));
    expect(apart.clusters).toHaveLength(3);
    const { clusters } = await analyse(rows);
    expect(clusters).toMatchObject([{ logCount: 11, firstSeen: 0, lastSeen: 10_000, levels: { info: 11 } }]);
    expect(clusters[0]!.logs.map(({ timestamp }) => timestamp)).toEqual(rows.slice(0, 10).map((one) => one.timestamp));
    for (const { fingerprint } of apart.clusters) expect(clusters[0]!.aliases).toContain(fingerprint);
  });

  test('keeps the counts of templates that had to go, in a group that says so', async () => {
    const rows = Array.from({ length: 300 }, (_, i): LogRow => {
      const letters = String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26));
      return {
        timestamp: i,
        message: Array.from({ length: 4 }, (_unused, at) => letters.repeat(at + 1)).join(' '),
        level: 'warn',
        service: 's',
      };
    });
    const { clusters, log_count } = await analyse(rows, { miner: { simTh: 0.4, maxTemplates: 20 } });
    const overflow = clusters.find(({ template }) => template === OVERFLOW_TEMPLATE);
    expect(overflow).toMatchObject({ service: 's', firstSeen: 0, levels: { warn: 280 }, logCount: 280 });
    expect(clusters).toHaveLength(21);
    expect(log_count).toBe(300);
  });

  test('counts services beyond the limit together, the first by name keep theirs', async () => {
    const rows = ['d', 'a', 'c', 'b', 'e'].map((service): LogRow => ({
      timestamp: 1,
      message: 'm',
      level: 'info',
      service,
    }));
    const { clusters } = await analyse(rows, {}, { servicesMax: 2 });
    expect(clusters.map(({ service, logCount }) => [service, logCount])).toEqual(
      expect.arrayContaining([
        ['a', 1],
        ['b', 1],
        [OVERFLOW_SERVICE, 3],
      ]),
    );
  });

  test('counts services of a file beyond the limit together, in whatever order they come', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'halfspace-analyse-test-'));
    const names = ['d', 'a', 'c', 'b', 'e'];
    const answers = [names, names.toReversed()].map(async (order, index) => {
      const path = join(folder, `${index}`);
      writeFileSync(path, order.map((service) => `{"ts":1769846400,"msg":"m","service":"${service}"}\n`).join(''));
      const { sorter, services } = await loadRows({ source: 'file', path }, { servicesMax: 2 }, UNWATCHED);
      return JSON.stringify(analyseRows(sorter, services, options, () => {}));
    });
    const [one, other] = await Promise.all(answers);
    rmSync(folder, { recursive: true });
    expect(other).toBe(one);
    expect(one).toContain('"service":"_overflow"');
  });

  test('counts lent services beyond the limit together too', async () => {
    const rows = ['d', 'a', 'c'].map((service): LogRow => ({ timestamp: 1, message: 'm', level: 'info', service }));
    const job = { source: 'packed', services: packRows(rows), startMs: 0, endMs: 2 } as const;
    const { sorter, services } = await loadRows(job, { servicesMax: 1 }, UNWATCHED);
    const { clusters } = analyseRows(sorter, services, options, () => {});
    expect(new Map(clusters.map(({ service, logCount }) => [service, logCount]))).toEqual(
      new Map([
        [OVERFLOW_SERVICE, 2],
        ['a', 1],
      ]),
    );
  });

  test('shows at most ten rows of a cluster, the earliest, and of a long one the head', async () => {
    const rows = Array.from({ length: 30 }, (_, i): LogRow => ({
      timestamp: 30 - i,
      message: `x ${i} y\n${'y'.repeat(20_000)}`,
      level: 'info',
      service: 's',
    }));
    const { clusters } = await analyse(rows);
    expect(clusters).toHaveLength(1);
    expect(clusters[0]!.logs.map(({ timestamp }) => timestamp)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(clusters[0]!.logs[0]!.message).toHaveLength(16_384);
  });

  test('can be ended in the middle of a forest', async () => {
    const rows = ['one', 'two words', 'and three words'].map((message, i): LogRow => ({
      timestamp: i,
      message,
      level: 'info',
      service: 's',
    }));
    const { sorter, services } = await loadRows({ source: 'rows', rows }, {}, UNWATCHED);
    let ticks = 0;
    const tick = () => {
      if (++ticks === 100) throw new Error('stop');
    };
    expect(() => analyseRows(sorter, services, options, tick)).toThrow('stop');
  });

  test('ends when its tick says so', async () => {
    const { sorter, services } = await loadRows(
      { source: 'rows', rows: [{ timestamp: 1, message: 'm', level: 'info', service: 's' }] },
      {},
      UNWATCHED,
    );
    const stop = new Error('stop');
    const tick = () => {
      throw stop;
    };
    expect(() => analyseRows(sorter, services, options, tick)).toThrow(stop);
  });
});

describe.skipIf(!shared)('a window of real lines', () => {
  test.each(LOGHUB_SETS)('%s: adds up, and part of it has the fingerprints of the whole', async (set) => {
    const rows = loghubRows(set);
    const whole = await analyse(rows);
    expect(whole.clusters.reduce((sum, { logCount }) => sum + logCount, 0)).toBe(rows.length);
    const known = new Set(whole.clusters.flatMap(({ fingerprint, aliases = [] }) => [fingerprint, ...aliases]));
    for (const part of [rows.slice(0, 1000), rows.slice(500, 1500)]) {
      const { clusters } = await analyse(part);
      expect(clusters.filter(({ fingerprint }) => !known.has(fingerprint))).toEqual([]);
    }
  });
});

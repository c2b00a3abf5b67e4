import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LEVELS } from '../../../src/domain/level.ts';
import type { Level } from '../../../src/domain/level.ts';
import type { MinerProfile } from '../../../src/domain/profile.ts';
import type { LogRow } from '../../../src/domain/row.ts';
import { CLICKHOUSE_USER, clickHousePart, startClickHouse } from '../../parts/clickhouse.ts';
import type { ClickHouse } from '../../parts/clickhouse.ts';
import { shared } from '../../shared.ts';
import { loghubContents, LOGHUB_SETS, maskBait } from '../../mine/drain3/lines.ts';
import { keyBait } from '../../mine/keyed/keyed-lines.ts';
import { answerByGroups } from '../../../src/analyse/answer-by-groups.ts';
import { UNWATCHED } from '../../../src/analyse/load-rows.ts';
import { analyseOptions, answerBothWays, pullJob } from './both-ways.ts';
import { otelLogsTable, otelRecord } from './otel-logs.ts';
import { seededRandom } from '../../bench/seeded-random.ts';

const { path } = await clickHousePart();
const START = Date.UTC(2026, 10, 20, 8);
const PROFILES: readonly MinerProfile[] = ['default', 'drain3'];

/** The line with other digits. */
function varied(line: string, below: (bound: number) => number): string {
  return line.replaceAll(/\d+/g, (run) =>
    below(3) === 0 ? run : Array.from({ length: run.length }, () => String(below(10))).join(''),
  );
}

/** Rows that repeat a few lines with other digits, of all levels and several services, many in one millisecond. */
function rowsOf(lines: readonly string[], count: number, seed: number, spanMs = 3_600_000): LogRow[] {
  const below = seededRandom(seed);
  for (let i = 0; i < 5; i++) below(2);
  return Array.from({ length: count }, () => {
    const message = varied(lines[below(lines.length)] as string, below);
    const service = ['shop', 'stock ', 'pay'][below(3)] as string;
    const level: Level = LEVELS[below(LEVELS.length)] as Level;
    return { timestamp: START + below(spanMs), message, level, service };
  });
}

const NAMES = 'anna boris clara david elena felix gerda henry irene jakob karla lukas maria nora otto paul'.split(' ');

describe.skipIf(path === undefined)('a window that ClickHouse counts', () => {
  let server: ClickHouse;
  let tables = 0;
  beforeAll(async () => {
    server = await startClickHouse(path ?? '', 'secret');
  }, 60_000);
  afterAll(() => server.stop());

  async function tableOf(records: readonly object[], hasTimestampTime = true): Promise<ReadonlyMap<string, string>> {
    const table = `logs_${++tables}`;
    await server.run(otelLogsTable(table, hasTimestampTime));
    await server.insert(table, records);
    return new Map([
      ['url', server.url],
      ['user', CLICKHOUSE_USER],
      ['password', 'secret'],
      ['table', table],
    ]);
  }

  const window = { startMs: START, endMs: START + 24 * 3_600_000 };

  async function compare(rows: readonly LogRow[], profile: MinerProfile, maxTemplates?: number) {
    const values = await tableOf(rows.map(otelRecord), rows.length % 2 === 0);
    const both = await answerBothWays(pullJob(values, window), analyseOptions(profile, maxTemplates));
    expect(both.rows.log_count).toBe(rows.length);
    expect(JSON.stringify(both.groups ?? both.rows)).toBe(JSON.stringify(both.rows));
    return both;
  }

  describe.skipIf(!shared).each(PROFILES)('of real lines, profile %s', (profile) => {
    it.each(LOGHUB_SETS)('has the answer of its rows, byte for byte: %s', async (set) => {
      const { unsettled } = await compare(rowsOf(loghubContents(set), 20_000, 7), profile);
      expect(unsettled).toBeUndefined();
    });
  });

  describe.each(PROFILES)('of made-up lines, profile %s', (profile) => {
    it.each([1, 2, 3, 4])('has the answer of its rows, byte for byte: odd lines %i', async (seed) => {
      const bait = fc.sample(profile === 'drain3' ? maskBait : keyBait, { numRuns: 150, seed });
      const names = NAMES.map((name) => `user ${name} has logged in after 5 ms`);
      const lines = [...bait, ...names].map((line, i) => (i % 9 === 0 ? `${line}\n  at Object.run (a.ts:7)` : line));
      const { unsettled } = await compare(
        rowsOf(
          lines.map((line) => line.toWellFormed()),
          6000,
          seed,
          seed % 2 === 0 ? 40 : 3_600_000,
        ),
        profile,
      );
      expect(unsettled).toBeUndefined();
    });

    it('counts the rows of kinds whose template changes one by one', async () => {
      const lines = NAMES.flatMap((name) => [
        `user ${name} has logged in after 5 ms`,
        `job ${name} of queue ${name} is done`,
        `${name} asks ${name} for page 12 of the book ${name}`,
      ]);
      const { groups } = await compare(rowsOf(lines, 3000, 11), profile);
      expect(groups).toBeDefined();
    });
  });

  it('takes levels from where the rows have them: number, text, the head of the message', async () => {
    const heads = [
      'ERROR',
      '[warn] x',
      'level=error2',
      '<3>',
      'E1120 08:00:00',
      '{"level":50,"msg":"a 5"}',
      'an info of',
    ];
    const messages = heads.flatMap((head) => [
      `${head} took 5 ms`,
      `${head} took 5000 ms`,
      `${'7'.repeat(40)} ${head}`,
    ]);
    const texts = ['', 'WARNING', 'nonsense', 'err', ' Error ', '17'];
    const below = seededRandom(5);
    const records = Array.from({ length: 4000 }, (_, i) => ({
      Timestamp: new Date(START + i).toISOString().slice(0, -1).replace('T', ' '),
      SeverityNumber: [0, 0, 9, 17, 99][below(5)],
      SeverityText: texts[below(texts.length)],
      ServiceName: 'shop',
      Body: varied(messages[below(messages.length)] as string, below),
    }));
    const both = await answerBothWays(pullJob(await tableOf(records), window), analyseOptions('default'));
    expect(JSON.stringify(both.groups)).toBe(JSON.stringify(both.rows));
  });

  it('reads bytes that are no UTF-8 as the rows do', async () => {
    const values = await tableOf([]);
    await server.run(
      `INSERT INTO ${values.get('table')} (Timestamp, SeverityNumber, ServiceName, Body) SELECT ` +
        `toDateTime64('2026-11-20 08:00:00', 9) + number, 9, unhex('73686F70FF'), ` +
        `concat(unhex(['FF','C328','E28228','00','F0288CBC'][number % 5 + 1]), ' disk ', toString(number), unhex('E282')) FROM numbers(500)`,
    );
    const both = await answerBothWays(pullJob(values, window), analyseOptions('default'));
    expect(both.rows.log_count).toBe(500);
    expect(JSON.stringify(both.groups)).toBe(JSON.stringify(both.rows));
  });

  it('is not cut to MAX_ROWS, and pulls no rows', async () => {
    const values = await tableOf(rowsOf(['disk 7 is full', 'order 12 placed'], 5000, 3).map(otelRecord));
    const answer = await answerByGroups(pullJob(values, window, 10), analyseOptions('default'), UNWATCHED);
    expect(answer.analysis).toMatchObject({ log_count: 5000, truncated: false });
  });

  it('says that a service has more templates than have a place', async () => {
    const lines = NAMES.map((name, i) => `${name} ${NAMES[(i * 7) % 16]} alone`);
    const { unsettled } = await compare(rowsOf(lines, 500, 3), 'default', 5);
    expect(unsettled).toBe('a service has more templates than have a place');
  });

  it('says that a message is too long', async () => {
    const rows = [...rowsOf(['disk 7 is full'], 20, 3)];
    rows.push({ timestamp: START, message: `long ${'x'.repeat((1 << 20) + 99)}`, level: 'info', service: 'shop' });
    expect((await compare(rows, 'default')).unsettled).toBe('the window has messages above 1 MiB');
  });

  it('has no clusters where the window is empty', async () => {
    expect((await compare([], 'default')).groups).toEqual({
      log_count: 0,
      cluster_count: 0,
      truncated: false,
      clusters: [],
    });
  });

  it('counts only where it is wanted', async () => {
    const values = new Map(await tableOf(rowsOf(['disk 7 is full'], 20, 3).map(otelRecord)));
    const answer = async () => answerByGroups(pullJob(values, window), analyseOptions('default'), UNWATCHED);
    expect((await answer()).analysis?.log_count).toBe(20);
    values.set('pushdown', 'false');
    expect(await answer()).toEqual({ reason: 'CH_PUSHDOWN is false' });
    values.set('pushdown', 'true').set('col_message', 'SeverityText');
    expect((await answer()).analysis?.log_count).toBe(20);
    values.delete('pushdown');
    expect(await answer()).toEqual({ reason: expect.stringContaining("not the Collector exporter's") });
  });
});

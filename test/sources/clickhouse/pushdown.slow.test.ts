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
import { analyseOptions, answerBothWays, pullJob } from './both-ways.ts';
import { otelLogsTable, otelRecord } from './otel-logs.ts';

const { path } = await clickHousePart();
const START = Date.UTC(2026, 10, 20, 8);
const PROFILES: readonly MinerProfile[] = ['default', 'drain3'];

/** Numbers below a bound, the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** The line with other digits. */
function varied(line: string, below: (bound: number) => number): string {
  return line.replaceAll(/\d+/g, (run) =>
    below(3) === 0 ? run : Array.from({ length: run.length }, () => String(below(10))).join(''),
  );
}

/** Rows that repeat a few lines with other digits, of all levels and several services, many in one millisecond. */
function rowsOf(lines: readonly string[], count: number, seed: number, spanMs = 3_600_000): LogRow[] {
  const below = numbers(seed);
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
    if (both.groups !== undefined) expect(JSON.stringify(both.groups)).toBe(JSON.stringify(both.rows));
    return both;
  }

  describe.skipIf(!shared).each(PROFILES)('profile %s', (profile) => {
    it.each(LOGHUB_SETS)('has the answer of its rows, byte for byte: %s', async (set) => {
      const { unsettled } = await compare(rowsOf(loghubContents(set), 30_000, 7), profile);
      console.log(profile, set, unsettled);
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogRow } from '../../../src/domain/row.ts';
import { CLICKHOUSE } from '../../../src/sources/clickhouse/options.ts';
import { pullClickHouse } from '../../../src/sources/clickhouse/pull-clickhouse.ts';
import { SourceError } from '../../../src/sources/source-error.ts';
import { CLICKHOUSE_USER, clickHousePart, startClickHouse } from '../../parts/clickhouse.ts';
import type { ClickHouse } from '../../parts/clickhouse.ts';
import { collectRows } from '../contract/collect-rows.ts';
import type { CollectOptions } from '../contract/collect-rows.ts';
import { startFaultProxy } from '../contract/fault-proxy.ts';
import { otelLogsTable, otelRecord } from './otel-logs.ts';

const { path } = await clickHousePart();
const START = Date.UTC(2026, 10, 20, 8);
const WINDOW = { startMs: START, endMs: START + 60_000 };

describe.skipIf(path === undefined)('rows of ClickHouse', () => {
  let server: ClickHouse;
  let tables = 0;
  beforeAll(async () => {
    server = await startClickHouse(path ?? '', 'secret-word');
  }, 60_000);
  afterAll(() => server.stop());

  const values = (over: Record<string, string> = {}) =>
    new Map(Object.entries({ url: server.url, user: CLICKHOUSE_USER, password: 'secret-word', ...over }));
  const collect = (over: Record<string, string>, options: Partial<CollectOptions> = {}) =>
    collectRows(CLICKHOUSE, pullClickHouse, { values: values(over), ...WINDOW, ...options });
  const failure = async (over: Record<string, string>, options: Partial<CollectOptions> = {}): Promise<SourceError> => {
    const error: unknown = await collect(over, options).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(SourceError);
    expect((error as SourceError).message).not.toContain('secret-word');
    return error as SourceError;
  };
  /** A table of one's own making; answers its name. */
  const tableOf = async (columns: string, ...rows: string[]): Promise<string> => {
    const name = `own_${++tables}`;
    await server.run(`CREATE TABLE ${name} (${columns}) ENGINE = MergeTree ORDER BY tuple()`);
    for (const row of rows) await server.run(`INSERT INTO ${name} SELECT ${row}`);
    return name;
  };

  const at = '2026-11-20 08:00:07.123456789';
  const epochNs = '1795161607123456789';
  it.each([
    ['DateTime', `toDateTime('${at.slice(0, 19)}')`, 7000],
    ["DateTime('Asia/Tokyo')", `toDateTime('${at.slice(0, 19)}', 'UTC')`, 7000],
    ['Nullable(DateTime)', `toDateTime('${at.slice(0, 19)}')`, 7000],
    ['DateTime64(0)', `toDateTime64('${at}', 0)`, 7000],
    ['DateTime64(3)', `toDateTime64('${at}', 3)`, 7123],
    ['DateTime64(6)', `toDateTime64('${at}', 6)`, 7123],
    ["DateTime64(9, 'America/New_York')", `toDateTime64('${at}', 9, 'UTC')`, 7123],
    ['Nullable(DateTime64(9))', `toDateTime64('${at}', 9)`, 7123],
    ['UInt32', epochNs.slice(0, 10), 7000],
    ['Int64', epochNs.slice(0, 13), 7123],
    ['Nullable(UInt64)', epochNs.slice(0, 16), 7123],
    ['UInt64', epochNs, 7123],
    ['Float64', `${epochNs.slice(0, 10)}.123`, 7123],
    ['Decimal(18, 3)', `toDecimal64('${epochNs.slice(0, 10)}.123', 3)`, 7123],
    ['Float64', epochNs.slice(0, 13), 7123],
    ['String', `'2026-11-20T08:00:07.123456789Z'`, 7123],
    ['String', `'2026-11-20T09:00:07.123+01:00'`, 7123],
    ['LowCardinality(String)', `'2026-11-20 08:00:07'`, 7000],
    ['String', `'${epochNs}'`, 7123],
    ['Nullable(String)', `'${epochNs.slice(0, 10)}.123'`, 7123],
  ])('reads times of type %s: %s', async (type, value, offsetMs) => {
    const table = await tableOf(`t ${type}, m String`, `${value}, 'first'`);
    const own = { table, col_timestamp: 't', col_message: 'm' };
    const one = { timestamp: START + offsetMs, message: 'first', level: 'info', service: 'unknown_service' };
    expect((await collect(own)).rows).toEqual([one]);
    const timestamp = START + offsetMs;
    expect((await collect(own, { startMs: timestamp, endMs: timestamp + 1 })).rows).toEqual([one]);
    expect((await collect(own, { endMs: timestamp })).rows).toEqual([]);
    expect((await collect(own, { startMs: timestamp + 1 })).rows).toEqual([]);
  });

  it.each([
    ["Enum8('warn' = 1, 'ERROR' = 2)", "'ERROR'", 'error'],
    ['LowCardinality(Nullable(String))', "'Warning'", 'warn'],
    ['Nullable(String)', 'NULL', 'fatal'],
    ['UInt8', '3', 'error'],
    ['Int16', '50', 'error'],
    ['String', "'nonsense'", 'fatal'],
    ['Float64', '20', 'debug'],
  ])('reads levels of type %s: %s', async (type, value, level) => {
    const table = await tableOf(
      `t DateTime, m String, l ${type}, s LowCardinality(Nullable(String))`,
      `toDateTime('${at.slice(0, 19)}'), 'FATAL: no room', ${value}, 'shop'`,
    );
    const own = { table, col_timestamp: 't', col_message: 'm', col_level: 'l', col_service: 's' };
    expect((await collect(own)).rows).toMatchObject([{ level, service: 'shop' }]);
  });

  it.each([
    ['Nullable(String)', 'NULL', ''],
    ['FixedString(8)', "'four'", 'four'],
    ['Map(String, String)', "map('b', 'é')", '{"b":"é"}'],
    ['Int32', '17', '17'],
    ['String', "unhex('41FF42C3')", 'A\ufffdB\ufffd'],
  ])('reads messages of type %s: %s', async (type, value, message) => {
    const table = await tableOf(`t DateTime, m ${type}`, `toDateTime('${at.slice(0, 19)}'), ${value}`);
    expect((await collect({ table, col_timestamp: 't', col_message: 'm' })).rows).toMatchObject([{ message }]);
  });

  it('reads a message of a megabyte and lines without an end', async () => {
    const table = await tableOf('t DateTime, m String', `toDateTime('${at.slice(0, 19)}'), repeat('ab\\nc', 262144)`);
    const { rows } = await collect({ table, col_timestamp: 't', col_message: 'm' });
    expect(rows[0]?.message).toHaveLength(1 << 20);
  });

  it('takes names to the letter, whatever stands in them', async () => {
    const name = 'odd ` \\ "name\'; DROP TABLE x';
    const quoted = `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
    await server.run(`CREATE TABLE ${quoted} (${quoted} DateTime, m String) ENGINE = MergeTree ORDER BY tuple()`);
    await server.run(`INSERT INTO ${quoted} SELECT toDateTime('${at.slice(0, 19)}'), 'kept'`);
    const { rows } = await collect({ table: name, col_timestamp: name, col_message: 'm' });
    expect(rows).toMatchObject([{ message: 'kept' }]);
  });

  it.each(['DateTime', 'DateTime64(9)', 'Int64', 'String'])(
    'takes columns that are called as the query calls its own, with times of type %s',
    async (type) => {
      const names = ['ms', 'message', 'service', 'number', 'text'];
      const time = type === 'Int64' ? epochNs.slice(0, 10) : `'${at.slice(0, 19)}'`;
      for (const turn of names.keys()) {
        const [t, m, l, s] = names.map((_, i) => names[(turn + i) % names.length]) as [string, string, string, string];
        const table = await tableOf(
          `${t} ${type}, ${m} String, ${l} String, ${s} String`,
          `${time}, 'm', 'error', 's'`,
        );
        const own = { table, col_timestamp: t, col_message: m, col_level: l, col_service: s };
        const one = { timestamp: START + 7000, message: 'm', level: 'error', service: 's' };
        expect((await collect(own)).rows).toEqual([one]);
      }
    },
  );

  it.each<[number, SourceError['code'], boolean]>([
    [159, 'timed_out', false],
    [160, 'timed_out', false],
    [202, 'rate_limited', true],
    [210, 'vendor_error', true],
  ])('knows exception %i, and whether it passes', async (code, means, passes) => {
    const proxy = await startFaultProxy(server.url);
    const body = `Code: ${code}. DB::Exception: for a test. (TEST) (version 26.7.2.1)\n`;
    proxy.fail({ kind: 'answer', status: 500, body }, 100);
    const error = await failure({ url: proxy.url });
    await proxy.close();
    expect(error.code).toBe(means);
    expect(proxy.requests.length > 1).toBe(passes);
  });

  it("knows the exporter's table with and without TimestampTime, and skips what its key rules out", async () => {
    const rows: LogRow[] = [
      { timestamp: START, message: 'first', level: 'info', service: 'shop' },
      { timestamp: START + 59_999, message: 'last', level: 'error', service: 'stock' },
    ];
    const others = [START - 1, START + 60_000].map((timestamp) => ({ ...(rows[0] as LogRow), timestamp }));
    for (const hasTimestampTime of [true, false]) {
      const table = `otel_${hasTimestampTime}`;
      await server.run(otelLogsTable(table, hasTimestampTime));
      await server.insert(table, [...rows, ...others].map(otelRecord));
      expect((await collect({ table })).rows).toEqual(rows);
    }
  });

  it.each<[string, Record<string, string>, SourceError['code'], RegExp]>([
    ['a wrong password', { password: 'wrong-word' }, 'credentials_refused', /Authentication failed.*check CH_PASSWORD/],
    ['a table that is not there', { table: 'nowhere' }, 'configuration', /no table default\.nowhere/],
    ['a database that is not there', { database: 'nowhere' }, 'configuration', /nowhere/],
    [
      'a column that is not there',
      { table: 'own_1', col_timestamp: 'x' },
      'configuration',
      /no column x.*CH_COL_TIMESTAMP/,
    ],
    [
      'columns that nobody named',
      { table: 'own_1' },
      'configuration',
      /not the Collector exporter's.*CH_COL_TIMESTAMP/,
    ],
    ['a path that is none', { url: '/other' }, 'configuration', /404/],
  ])('says what is wrong with %s', async (_, over, code, words) => {
    if (over['url'] !== undefined) over['url'] = `${server.url}${over['url']}`;
    const error = await failure(over);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });

  it('says that a column of times holds none', async () => {
    const table = await tableOf('t Array(String), m String');
    const error = await failure({ table, col_timestamp: 't', col_message: 'm' });
    expect(error.message).toMatch(/CH_COL_TIMESTAMP has to be a time.*t is Array\(String\)/);
  });

  it('takes an exception in the midst of an answer for an error, not for the end', async () => {
    const name = `own_${++tables}`;
    await server.run(
      `CREATE VIEW ${name} AS SELECT toDateTime('2026-11-20 08:00:07') AS t, ` +
        `toString(throwIf(number = 3000000, 'a row too far')) AS m FROM numbers(4000000)`,
    );
    const error = await failure({ table: name, col_timestamp: 't', col_message: 'm' }, { maxRows: 10_000_000 });
    expect(error.code).toBe('vendor_error');
    expect(error.message).toMatch(/a row too far/);
  });

  it('goes on where an answer broke off, with no row lost or doubled', async () => {
    const table = await tableOf(
      'Timestamp DateTime64(3), Body String',
      `toDateTime64('2026-11-20 08:00:00', 3) + intDiv(number, 3) / 1000, concat('line ', toString(number), repeat('x', 300)) FROM numbers(9000)`,
    );
    const proxy = await startFaultProxy(server.url);
    proxy.fail({ kind: 'cut' }, 3, /limit/);
    const { rows, summary } = await collect({ table, url: proxy.url });
    await proxy.close();
    expect(rows).toHaveLength(9000);
    expect(new Set(rows.map(({ message }) => message)).size).toBe(9000);
    expect(summary.truncated).toBe(false);
    const questions = proxy.requests.filter((line) => line.includes('limit'));
    expect(questions).toHaveLength(4);
  });
});

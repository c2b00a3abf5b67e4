import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogRow } from '../../../src/domain/row.ts';
import { CLICKHOUSE } from '../../../src/sources/clickhouse/options.ts';
import { pullClickHouse } from '../../../src/sources/clickhouse/pull-clickhouse.ts';
import { connectionOf, readRows, streamRows, streamRowsWithProgress } from '../../../src/sources/clickhouse/query.ts';
import type { Query } from '../../../src/sources/clickhouse/query.ts';
import type { SourceClient } from '../../../src/sources/http/source-client.ts';
import { openPull } from '../../../src/sources/pull/run-pull.ts';
import { SourceError } from '../../../src/sources/source-error.ts';
import { CLICKHOUSE_USER, clickHousePart, startClickHouse } from '../../parts/clickhouse.ts';
import type { ClickHouse } from '../../parts/clickhouse.ts';
import { collectRows } from '../contract/collect-rows.ts';
import { otelLogsTable, otelRecord } from './otel-logs.ts';

const { path } = await clickHousePart();
const PASSWORD = 'secret-7f3a9';
const START = Date.UTC(2026, 10, 20, 8);

/** One and the same server, asked by ClickHouse's own client and by the source's. */
describe.skipIf(path === undefined)("ClickHouse's own client and the source's", () => {
  let server: ClickHouse;
  let official: ClickHouseClient;
  let ours: SourceClient;
  beforeAll(async () => {
    server = await startClickHouse(path ?? '', PASSWORD);
    official = officialOf(PASSWORD);
    ours = clientOf();
  }, 60_000);
  afterAll(async () => {
    await official.close();
    await ours.close();
    await server.stop();
  });

  const valuesOf = (password = PASSWORD) =>
    new Map([
      ['url', server.url],
      ['user', CLICKHOUSE_USER],
      ['password', password],
    ]);

  const officialOf = (password: string) =>
    createClient({ url: server.url, username: CLICKHOUSE_USER, password, log: { level: ClickHouseLogLevel.OFF } });

  function clientOf(): SourceClient {
    const options = {
      sink: { service: () => 0, add: () => {} },
      maxRows: 0,
      hostRules: { allowed: [], denied: [], isOpen: false },
      fromRequest: false,
      signal: new AbortController().signal,
    };
    return openPull(CLICKHOUSE, { values: valuesOf(), startMs: 0, endMs: 1 }, options).client;
  }

  const query = (sql: string, parameters: Query['parameters'] = {}): Query => ({ call: 'a test', sql, parameters });

  async function officialRows(sql: string, parameters: Query['parameters'] = {}): Promise<unknown[][]> {
    const answer = await official.query({ query: sql, query_params: parameters, format: 'JSONCompactEachRow' });
    const rows: unknown[][] = [];
    for await (const page of answer.stream<unknown[]>()) for (const row of page) rows.push(row.json());
    return rows;
  }

  async function collect(rows: AsyncIterable<unknown[]>): Promise<unknown[][]> {
    const all: unknown[][] = [];
    for await (const row of rows) all.push(row);
    return all;
  }

  it.each([
    ['plain', 'order 12'],
    ['quotes and backslashes', String.raw`it's "C:\new\table"`],
    ['tabs and lines', 'a\tb\nc\rd'],
    ['other scripts', 'Bestellung für 東京 😀'],
    ['SQL', "'; DROP TABLE otel_logs; --"],
  ])('give a parameter to the server as it is: %s', async (_, text) => {
    const sql = 'SELECT {text:String} AS text, {number:Int64} AS number, length({text:String}) AS bytes';
    const parameters = { text, number: 1_763_625_600_123 };
    const expected = [[text, expect.anything(), expect.anything()]];
    const theirs = await officialRows(sql, parameters);
    expect(theirs).toEqual(expected);
    expect(Number(theirs[0]?.[2])).toBe(Buffer.byteLength(text));
    expect(await readRows(ours, connectionOf(valuesOf()), query(sql, parameters))).toEqual(theirs);
    expect(await collect(streamRows(ours, connectionOf(valuesOf()), query(sql, parameters), 3))).toEqual(theirs);
  });

  it('stream the same rows of an answer that comes in many pieces, with progress and without', async () => {
    const sql =
      "SELECT number AS n, concat('line ', toString(number)) AS line, [number % 3, 1] AS list FROM numbers(200000)";
    const theirs = await officialRows(sql);
    expect(theirs).toHaveLength(200_000);
    expect(await collect(streamRows(ours, connectionOf(valuesOf()), query(sql), 3))).toEqual(theirs);
    const counted = streamRowsWithProgress(ours, connectionOf(valuesOf()), query(sql), 3, () => {});
    expect(await collect(counted)).toEqual(theirs);
  });

  it('hear of the same progress', async () => {
    // A tenth of a second a block of ten rows.
    const sql =
      'SELECT sum(sleepEachRow(0.01)) AS slept FROM numbers(100) SETTINGS max_block_size = 10, max_threads = 1';
    const answer = await official.query({ query: sql, format: 'JSONEachRowWithProgress' });
    const theirs: object[] = [];
    for await (const page of answer.stream<object>()) for (const row of page) theirs.push(row.json());
    const whole = { progress: expect.objectContaining({ total_rows_to_read: '100' }) };
    expect(theirs.filter((event) => 'progress' in event).length).toBeGreaterThan(1);
    expect(theirs).toContainEqual(whole);
    const shares: number[] = [];
    const told = (share: number) => void shares.push(share);
    const rows = await collect(streamRowsWithProgress(ours, connectionOf(valuesOf()), query(sql), 1, told));
    expect(rows).toEqual([[0]]);
    expect(shares.some((share) => share > 0 && share < 1)).toBe(true);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it.each<[string, string, string, SourceError['code']]>([
    ['a syntax that is not SQL', 'SELEKT 1', '62', 'configuration'],
    ['a table that is not there', 'SELECT a FROM no_such_table', '60', 'configuration'],
    ['a column that is not there', 'SELECT no_such_column FROM numbers(1)', '47', 'configuration'],
    ['a limit that is met', 'SELECT number FROM numbers(10) SETTINGS max_rows_to_read = 1', '158', 'vendor_error'],
  ])('are told of %s by the same exception', async (_, sql, code, means) => {
    const theirs = await officialRows(sql).catch((error: unknown) => error);
    expect(theirs).toBeInstanceOf(ClickHouseError);
    expect(theirs).toMatchObject({ code });
    const failure = readRows(ours, connectionOf(valuesOf()), query(sql));
    await expect(failure).rejects.toMatchObject({
      code: means,
      message: expect.stringContaining(`exception ${code}: `),
    });
  });

  it('are refused with a wrong password by the same exception', async () => {
    const wrong = officialOf('guess');
    await expect(wrong.query({ query: 'SELECT 1' })).rejects.toMatchObject({
      code: '516',
      type: 'AUTHENTICATION_FAILED',
    });
    await wrong.close();
    const failure = readRows(ours, connectionOf(valuesOf('guess')), query('SELECT 1'));
    await expect(failure).rejects.toMatchObject({ code: 'credentials_refused', vendor: { status: 403 } });
  });

  it('hear of an exception in the midst of an answer', async () => {
    const sql =
      "SELECT number AS n, throwIf(number = 150000, 'the disk is gone') AS t FROM numbers(200000) SETTINGS max_block_size = 1000";
    await expect(officialRows(sql)).rejects.toThrow(/the disk is gone/);
    const failure = { code: 'vendor_error', message: expect.stringContaining('the disk is gone') };
    await expect(collect(streamRows(ours, connectionOf(valuesOf()), query(sql), 2))).rejects.toMatchObject(failure);
    const counted = streamRowsWithProgress(ours, connectionOf(valuesOf()), query(sql), 2, () => {});
    await expect(collect(counted)).rejects.toMatchObject(failure);
  });

  it('read the same window of a table that the one has filled', async () => {
    const rows = Array.from({ length: 500 }, (_, i): LogRow => {
      const level = i % 7 === 0 ? 'error' : 'info';
      return {
        timestamp: START + i * 1000,
        message: `order ${i} 'placed'\t\\ ü`,
        level,
        service: i % 2 === 0 ? 'shop' : 'pay',
      };
    });
    await server.run(otelLogsTable('otel_logs'));
    await official.insert({ table: 'otel_logs', values: rows.map(otelRecord), format: 'JSONEachRow' });
    const theirs = await officialRows(
      'SELECT Body, ServiceName FROM otel_logs WHERE Timestamp >= fromUnixTimestamp64Milli({start:Int64}) ' +
        'AND Timestamp < fromUnixTimestamp64Milli({end:Int64}) ORDER BY Timestamp',
      { start: START + 10_000, end: START + 400_000 },
    );
    const window = { startMs: START + 10_000, endMs: START + 400_000 };
    const { rows: pulled } = await collectRows(CLICKHOUSE, pullClickHouse, { values: valuesOf(), ...window });
    expect(pulled.map(({ message, service }) => [message, service])).toEqual(theirs);
    expect(pulled).toHaveLength(390);
  });
});

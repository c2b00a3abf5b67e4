import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../../../src/app.ts';
import type { App } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { CLICKHOUSE_USER, clickHousePart, startClickHouse } from '../../parts/clickhouse.ts';
import type { ClickHouse } from '../../parts/clickhouse.ts';
import { askCommandLine } from '../contract/ask-service.ts';
import { otelLogsTable } from './otel-logs.ts';

const { path } = await clickHousePart();
const ROWS = 1_500_000;
const WINDOW = { start: '2026-11-20T08:00:00Z', end: '2026-11-20T10:00:00Z' };

interface Answer {
  log_count: number;
  truncated: boolean;
  pushdown?: { used: boolean; reason?: string };
}

describe.skipIf(path === undefined)('a window that ClickHouse counts, as users see it', () => {
  let server: ClickHouse;
  let app: App;
  let environment: Record<string, string>;
  beforeAll(async () => {
    server = await startClickHouse(path ?? '', 'secret');
    await server.run(otelLogsTable('otel_logs'));
    await server.run(
      'INSERT INTO otel_logs (Timestamp, SeverityText, SeverityNumber, ServiceName, Body) SELECT ' +
        "toDateTime64('2026-11-20 08:00:00', 9) + intDiv(number, 500), 'INFO', 9, 'shop', " +
        `concat('order ', toString(number), ' placed by customer ', toString(cityHash64(number) % 1000)) FROM numbers(${ROWS})`,
    );
    environment = { CH_URL: server.url, CH_USER: CLICKHOUSE_USER, CH_PASSWORD: 'secret', MAX_ROWS: '1000' };
    const ports = { REST_PORT: '0', OTLP_GRPC_PORT: '0', OTLP_HTTP_PORT: '0', WATCH_PORT: '0', SHARDS: '1' };
    app = await startApp(loadConfig({ ...ports, ...environment }, undefined, 1), pino({ level: 'silent' }));
  }, 120_000);
  afterAll(async () => {
    await app.stop();
    await server.stop();
  });

  const post = (call: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${app.ports.rest}${call}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ source: 'clickhouse', ...WINDOW, ...body }),
    });

  it('says so, and how far the count is while it goes on', async () => {
    const answer = await post('/clusters', {}, { accept: 'text/event-stream' });
    const events = (await answer.text()).split('\n\n').flatMap((block) => {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      return event === undefined || data === undefined ? [] : [{ event, data: JSON.parse(data) as object }];
    });
    const counts = events
      .filter(({ event }) => event === 'progress')
      .map(({ data }) => (data as { rows: number }).rows);
    expect(counts.length).toBeGreaterThan(0);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.every((rows) => rows <= ROWS)).toBe(true);
    const result = events.at(-1);
    expect(result?.event).toBe('result');
    expect(result?.data).toMatchObject({ log_count: ROWS, truncated: false, pushdown: { used: true } });
  });

  it('says why it was not counted, in the answer, in the metrics and on standard error', async () => {
    const told = async (call: string, body: object) => ((await (await post(call, body)).json()) as Answer).pushdown;
    const off = await post('/clusters', { credentials: { pushdown: 'false' } });
    expect(await off.json()).toMatchObject({
      log_count: 1000,
      truncated: true,
      pushdown: { used: false, reason: 'CH_PUSHDOWN is false' },
    });
    expect(await told('/clusters', { credentials: { col_message: 'SeverityText' } })).toEqual({
      used: false,
      reason: "the table is not the Collector exporter's: CH_PUSHDOWN=true has it counted too",
    });
    expect(await told('/clusters/train', {})).toEqual({ used: false, reason: 'models take every row' });
    const metrics = await (await fetch(`http://127.0.0.1:${app.ports.rest}/metrics`)).text();
    expect(metrics).toMatch(/^halfspace_source_pushdown_windows_total\{source="clickhouse",used="false"\} 3$/m);

    const args = ['analyse', '--source', 'clickhouse', '--start', WINDOW.start, '--end', WINDOW.end, '--ndjson'];
    const counted = await askCommandLine(args, environment);
    expect(counted).toMatchObject({ code: 0, stderr: '' });
    const read = await askCommandLine(args, { ...environment, CH_PUSHDOWN: 'false' });
    expect(read.code).toBe(0);
    expect(read.stderr).toContain(
      'ClickHouse did not count this window: CH_PUSHDOWN is false; its rows were read one by one',
    );
  }, 120_000);
});

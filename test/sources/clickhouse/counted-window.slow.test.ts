import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../../../src/app/app.ts';
import type { App } from '../../../src/app/app.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { CLICKHOUSE_USER, clickHousePart, startClickHouse } from '../../parts/clickhouse.ts';
import type { ClickHouse } from '../../parts/clickhouse.ts';
import { askCommandLine } from '../contract/ask-service.ts';
import { otelLogsTable } from './otel-logs.ts';

const { path } = await clickHousePart();
const ROWS = 300_000;
const WINDOW = { start: '2026-11-20T08:00:00Z', end: '2026-11-20T10:00:00Z' };

interface Answer {
  log_count: number;
  truncated: boolean;
  pushdown?: { used: boolean; reason?: string };
}

interface Event {
  name: string;
  data: unknown;
}

/** Server-sent events as they come. */
async function* eventsOf(answer: Response): AsyncGenerator<Event> {
  let rest = '';
  for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + part).split('\n\n');
    rest = blocks.pop() as string;
    for (const block of blocks) {
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      if (name !== undefined && data !== undefined) yield { name, data: JSON.parse(data) as unknown };
    }
  }
}

/**
 * The server, whose counts take until `done`: what it says of its progress first comes at once, as a server on the
 * network writes it; the engine in this machine's test gives all of it together with the first rows.
 */
async function startSlowCount(target: string, done: Promise<void>): Promise<{ url: string; stop(): Promise<void> }> {
  const relay = createServer((incoming, answer) => {
    void (async () => {
      const { host: _, connection: _kept, ...headers } = incoming.headers;
      const from = { method: 'POST', headers: headers as Record<string, string>, body: await text(incoming) };
      const reply = await request(`${target}${incoming.url}`, from);
      const lines = (await reply.body.text()).split('\n');
      answer.writeHead(reply.statusCode, { 'content-type': 'application/json' });
      const first = lines.findIndex((line) => line.startsWith('{"progress"'));
      if (first !== -1) {
        answer.write(`${lines.splice(first, 1).join('')}\n`);
        await done;
      }
      answer.end(lines.join('\n'));
    })();
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    stop: () => new Promise((resolve) => void relay.close(() => resolve())),
  };
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
        "toDateTime64('2026-11-20 08:00:00', 9) + intDiv(number, 100), 'INFO', 9, 'shop', " +
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

  it('says how far it is while it is counted', async () => {
    const counting = Promise.withResolvers<void>();
    const slow = await startSlowCount(server.url, counting.promise);
    const answer = await post(
      '/clusters',
      { credentials: { url: slow.url, user: CLICKHOUSE_USER, password: 'secret' } },
      { accept: 'text/event-stream' },
    );
    const counts: number[] = [];
    let last: Event | undefined;
    for await (const event of eventsOf(answer)) {
      last = event;
      if (event.name !== 'progress') continue;
      counts.push((event.data as { rows: number }).rows);
      counting.resolve();
    }
    await slow.stop();
    expect(counts.length).toBeGreaterThan(0);
    expect(counts.every((count) => count > 0 && count <= ROWS)).toBe(true);
    expect(counts).toEqual(counts.toSorted((x, y) => x - y));
    expect(last?.name).toBe('result');
    expect(last?.data).toMatchObject({ log_count: ROWS, truncated: false, pushdown: { used: true } });
  }, 60_000);

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
    expect(metrics).toMatch(/^halfspace_source_pushdown_windows_total\{source="clickhouse",used="false"\} [1-9]/m);

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

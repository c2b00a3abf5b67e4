import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AnomalyLog } from '../../src/live/anomaly-log.ts';
import { packAnomalies } from '../live/anomaly-samples.ts';
import { createEventStream } from '../../src/serve/event-stream.ts';
import { anomalyOf } from './engine-double.ts';
import { startFixture } from './rest-fixture.ts';
import type { RestFixture } from './rest-fixture.ts';
import { blocksOf, openStalledSocket, openStream, parseBlock } from './sse-client.ts';

describe('GET /anomalies/stream', () => {
  let rest: RestFixture;

  beforeEach(async () => {
    rest = await startFixture({ streamsMax: 2, heartbeatMs: 20 });
  });
  afterEach(() => rest.server.stop(0));

  const open = (path = '', headers = {}) => openStream(`${rest.url}/anomalies/stream${path}`, headers);
  const append = (...overs: Parameters<typeof anomalyOf>[0][]) =>
    rest.engine.anomalies.append(packAnomalies(overs.map((over) => anomalyOf(over))));

  test('begins with how to come back, and sends what comes after', async () => {
    append({ message: 'before' });
    const stream = await open();
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    expect((await stream.next())?.text).toBe('retry: 2000\n: heartbeat\nid: 1');
    append({ message: 'line one\nline two\r\n\n\nevent: spoofed\ndata: {}\u2028' });
    const event = await stream.nextEvent();
    expect(event).toMatchObject({ event: 'anomaly', id: '2' });
    expect(event?.data).toEqual({
      id: 2,
      ...anomalyOf({ message: 'line one\nline two\r\n\n\nevent: spoofed\ndata: {}\u2028' }),
    });
    stream.close();
  });

  test('goes on after Last-Event-ID, which wins over since', async () => {
    append({}, {}, {});
    const stream = await open('?since=0', { 'last-event-id': '1' });
    expect((await stream.nextEvent())?.id).toBe('2');
    expect((await stream.nextEvent())?.id).toBe('3');
    stream.close();
  });

  test('since takes an id or a time', async () => {
    append({ timestamp: 1000 }, { timestamp: 2000 }, { timestamp: 3000 });
    const byId = await open('?since=2');
    expect((await byId.nextEvent())?.id).toBe('3');
    byId.close();
    const byTime = await open('?since=1970-01-01T00:00:02Z');
    expect((await byTime.nextEvent())?.id).toBe('2');
    byTime.close();
  });

  test('filters by service, reason and score; heartbeats move the id past what was kept back', async () => {
    const stream = await open('?service=db&reason=error_burst&min_score=0.5');
    const match = { service: 'db', reasons: ['error_burst' as const], hst_score: 0.5 };
    append(match, { ...match, service: 'api' }, { ...match, hst_score: 0.4 }, { ...match, reasons: ['new_template'] });
    expect((await stream.nextEvent())?.id).toBe('1');
    await vi.waitFor(async () => expect((await stream.next())?.text).toBe(': heartbeat\nid: 4'));
    stream.close();
  });

  test('tells with a gap event how many were missed while the reader was away', async () => {
    append(...Array.from({ length: 150 }, () => ({})));
    const stream = await open('', { 'last-event-id': '20' });
    const gap = await stream.nextEvent();
    expect(gap).toMatchObject({ event: 'gap', id: '50', data: { missed: 30, next_id: 51 } });
    expect(await stream.nextEvent()).toMatchObject({ event: 'anomaly', id: '51' });
    expect(rest.server.stream.gaps).toBe(1);
    stream.close();
  });

  test('an id of an earlier run of the process gets all there is', async () => {
    append({}, {});
    const stream = await open('', { 'last-event-id': '4711' });
    expect((await stream.nextEvent())?.id).toBe('1');
    stream.close();
  });

  test('is refused with 503 when all places are taken, and free again when a reader goes', async () => {
    const streams = [await open(), await open()];
    const { status, body, headers } = await rest.call('GET', '/anomalies/stream');
    expect({ status, code: body['code'], after: headers['retry-after'] }).toEqual({
      status: 503,
      code: 'too_many_streams',
      after: '5',
    });
    streams[0]?.close();
    await vi.waitFor(() => expect(rest.server.stream.subscribers).toBe(1));
    const third = await open();
    expect(third.status).toBe(200);
    third.close();
    streams[1]?.close();
  });

  test.each([
    ['?min_score=2', {}, 'min_score must be <= 1, got 2'],
    ['?limit=1', {}, 'unknown query parameter "limit"; allowed: since, service, reason, min_score'],
    ['', { 'last-event-id': 'x' }, 'Last-Event-ID must be the id of an event of this stream; leave it out'],
  ])('%s %j is refused', async (query, headers, detail) => {
    const { status, body } = await rest.call('GET', `/anomalies/stream${query}`, { headers });
    expect({ status, detail: body['detail'] }).toEqual({ status: 400, detail });
  });

  test('says goodbye on shutdown', async () => {
    const stream = await open();
    const stopped = rest.server.stop(5000);
    const texts: string[] = [];
    for (let block = await stream.next(); block !== undefined; block = await stream.next()) texts.push(block.text);
    expect(texts.at(-1)).toBe(': the service is shutting down');
    await stopped;
  });
});

describe('a reader that does not read', () => {
  const BATCH = 500;
  const responses: ServerResponse[] = [];
  let log: AnomalyLog;
  let port: number;
  let stop: () => void;

  async function start(stalledMs: number): Promise<ReturnType<typeof createEventStream>> {
    log = new AnomalyLog({ entriesMax: 1000, bytesMax: 2_000_000 });
    const stream = createEventStream({ subscribersMax: 5, heartbeatMs: 10, stalledMs });
    const server = createServer((_request, response) => {
      responses.push(response);
      stream.subscribe(response, {
        feed: log,
        event: 'anomaly',
        filterKey: '',
        wants: () => true,
        start: { cursor: log.nextId, missed: 0 },
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    stop = () => {
      stream.stop();
      server.closeAllConnections();
      server.close();
    };
    return stream;
  }

  afterEach(() => {
    responses.length = 0;
    stop();
  });

  /** Appends as a shard does, batch by batch, and gives the most that any socket of ours held meanwhile. */
  async function appendMany(count: number): Promise<number> {
    const batch = Array.from({ length: BATCH }, () => anomalyOf({ message: 'x'.repeat(500) }));
    let heldMax = 0;
    for (let i = 0; i < count; i += BATCH) {
      log.append(packAnomalies(batch));
      await nextTurn();
      for (const response of responses) heldMax = Math.max(heldMax, response.writableLength);
    }
    return heldMax;
  }

  test('costs one bounded buffer while 100,000 anomalies come in, and learns of every one that it missed', async () => {
    const stream = await start(60_000);
    const socket = await openStalledSocket(port, '/');
    await vi.waitFor(() => expect(stream.subscribers).toBe(1));
    const heldMax = await appendMany(100_000);
    expect(log.nextId).toBe(100_001);
    expect(heldMax).toBeGreaterThan(0);
    expect(heldMax).toBeLessThan(256 * 1024);
    // It begins to read: what it gets and what it is told to have missed are all there were, in order.
    let missed = 0;
    const ids: number[] = [];
    for await (const block of blocksOf(socket)) {
      const { event, data } = parseBlock(block.replace(/^HTTP.*\r\n\r\n/s, ''));
      if (event === 'anomaly') ids.push(data['id'] as number);
      else if (event === 'gap') missed += data['missed'] as number;
      if (ids.at(-1) === 100_000) break;
    }
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(missed).toBeGreaterThan(0);
    expect(ids.length + missed).toBe(100_000);
    expect(stream.gaps).toBeGreaterThan(0);
  });

  test('is dropped with a last event after a time, while another reader gets everything', async () => {
    const stream = await start(50);
    const stalled = await openStalledSocket(port, '/');
    const good = await openStream(`http://127.0.0.1:${port}/`);
    await vi.waitFor(() => expect(stream.subscribers).toBe(2));
    const received = (async () => {
      let count = 0;
      for (let id = 0; id < 50_000;) {
        const event = await good.nextEvent();
        if (event === undefined) break;
        id = Number(event.id);
        count += event.event === 'gap' ? (event.data['missed'] as number) : 1;
      }
      return count;
    })();
    await appendMany(50_000);
    expect(await received).toBe(50_000);
    await vi.waitFor(() => expect(stream.subscribers).toBe(1));
    let last = '';
    for await (const block of blocksOf(stalled)) last = block;
    expect(parseBlock(last)).toMatchObject({ event: 'dropped', data: { reason: 'too slow' } });
    good.close();
  });
});

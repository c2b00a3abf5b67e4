import { once } from 'node:events';
import { connect } from 'node:http2';
import { credentials, makeClientConstructor, Metadata, status } from '@grpc/grpc-js';
import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SecretSet } from '../../src/security/secret-set.ts';
import type { Anomaly } from '../../src/domain/anomaly.ts';
import { Incidents } from '../../src/incident/incidents.ts';
import { AnomalyLog } from '../../src/live/anomaly-log.ts';
import { IncidentLog } from '../../src/live/incident-log.ts';
import { loadAlertService } from '../../src/watch/watch-definitions.ts';
import { startWatchServer } from '../../src/watch/watch-server.ts';
import type { WatchServer, WatchServerOptions } from '../../src/watch/watch-server.ts';
import { packAnomalies } from '../live/anomaly-samples.ts';
import { anomalyOf } from '../serve/engine-double.ts';

type Event = Record<string, unknown> & { position: string; event: string };
const Client = makeClientConstructor(loadAlertService(), 'AlertService');
const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

async function start(over: Partial<WatchServerOptions> = {}) {
  const anomalies = new AnomalyLog({ entriesMax: 1000, bytesMax: 2_000_000 });
  const incidentLog = new IncidentLog({ changesMax: 100, resolvedMax: 10 });
  const incidents = new Incidents();
  const server = await startWatchServer({
    host: '127.0.0.1',
    port: 0,
    anomalies,
    incidents: incidentLog,
    secrets: undefined,
    tls: undefined,
    ...over,
  });
  stops.push(() => server.stop(0));
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
  stops.push(() => client.close());
  const watch = (request: object = {}, metadata = new Metadata(), options = {}) =>
    (client['Watch'] as (...args: unknown[]) => ClientReadableStream<Event>).call(client, request, metadata, options);
  const append = (...overs: Partial<Anomaly>[]) => {
    const found = overs.map((one) => anomalyOf(one));
    anomalies.append(packAnomalies(found));
    incidentLog.append(found.flatMap((one) => incidents.add(one).changes));
  };
  return { server, anomalies, watch, append };
}

/** The next `count` events; heartbeats only where they are wanted. */
async function take(stream: ClientReadableStream<Event>, count: number, wanted = /^(?!heartbeat)/): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of stream as AsyncIterable<Event>) {
    if (wanted.test(event.event)) events.push(event);
    if (events.length === count) break;
  }
  // Ending the loop ends the stream, but not the call.
  stream.on('error', () => undefined);
  stream.cancel();
  return events;
}

async function failureOf(stream: ClientReadableStream<Event>): Promise<ServiceError> {
  stream.resume();
  return new Promise((resolve) => stream.once('error', (error) => resolve(error as ServiceError)));
}

async function watched(server: WatchServer, count: number): Promise<void> {
  await vi.waitFor(() => expect(server.watchers).toBe(count));
}

describe('Watch', () => {
  test('streams anomalies as they come, whole', async () => {
    const { server, watch, append } = await start();
    append({ message: 'before' });
    const stream = watch({ feed: 'FEED_ANOMALIES' });
    await watched(server, 1);
    append({ trace_id: 'ab'.repeat(16), message: 'line\ntwo \u2028' });
    const [event] = await take(stream, 1);
    expect(event).toMatchObject({
      position: '2',
      anomaly: {
        reasons: ['new_template'],
        service: 'api',
        hst_score: 0.75,
        time_unix_nano: `${Date.UTC(2026, 10, 22)}000000`,
        message: 'line\ntwo \u2028',
        level: 'error',
        trace_id: 'ab'.repeat(16),
      },
    });
    await watched(server, 0);
  });

  test('streams what happens to incidents', async () => {
    const { watch, append } = await start();
    const stream = watch({ feed: 'FEED_INCIDENTS', after: 0 });
    append({ service: 'a' }, { service: 'a' }, { service: 'b' });
    const events = await take(stream, 3);
    expect(events.map(({ incident }) => incident)).toMatchObject([
      { kind: 'INCIDENT_CHANGE_KIND_OPENED', incident: { open: true, services: ['a'], count: '1' } },
      { kind: 'INCIDENT_CHANGE_KIND_UPDATED', incident: { count: '2', reason_counts: { new_template: '2' } } },
      { kind: 'INCIDENT_CHANGE_KIND_OPENED', incident: { service: 'b' } },
    ]);
  });

  test('says how an incident ended', async () => {
    const { watch, append } = await start();
    const stream = watch({ feed: 'FEED_INCIDENTS', after: 0 });
    append({ service: 'a' }, { service: 'b', timestamp: anomalyOf({}).timestamp + 3_600_000 });
    const events = await take(stream, 2);
    expect(events.map(({ incident }) => incident)).toMatchObject([
      { incident: { resolution: '', ongoing_until_unix_nano: '0' } },
      { incident: { open: false, resolution: 'over' } },
    ]);
  });

  test('goes on after a position, and tells how many are gone', async () => {
    const { watch, append } = await start();
    append(...Array.from({ length: 1200 }, () => ({})));
    const after = await take(watch({ after: 1198 }), 2);
    expect(after.map(({ position }) => position)).toEqual(['1199', '1200']);
    const [gap, first] = await take(watch({ after: 50 }), 2);
    expect(gap).toMatchObject({ event: 'gap', position: '200', gap: { missed: '150' } });
    expect(first?.position).toBe('201');
    expect((await take(watch({ after: 4711 }), 1))[0]?.position).toBe('201');
  });

  test('lets pass what is wanted, and heartbeats move the position past the rest', async () => {
    const { watch, append } = await start({ heartbeatMs: 10 });
    append(
      { service: 'db', reasons: ['rate_drop'], hst_score: 0.9 },
      { service: 'db' },
      { service: 'web', hst_score: 0.9 },
    );
    const filter = { services: ['db', 'api'], reasons: ['rate_drop', 'error_burst'], min_score: 0.8, after: 0 };
    const events = await take(watch(filter), 2, /./);
    expect(events.map(({ event, position }) => [event, position])).toEqual([
      ['anomaly', '1'],
      ['heartbeat', '3'],
    ]);
  });

  test('a deadline ends the call, and its place is free', async () => {
    const { server, watch } = await start();
    const error = await failureOf(watch({}, new Metadata(), { deadline: Date.now() + 50 }));
    expect(error.code).toBe(status.DEADLINE_EXCEEDED);
    await watched(server, 0);
  });

  test('a caller that cancels is forgotten', async () => {
    const { server, watch } = await start();
    const stream = watch();
    await watched(server, 1);
    const failed = failureOf(stream);
    stream.cancel();
    expect((await failed).code).toBe(status.CANCELLED);
    await watched(server, 0);
  });

  test('a reason that there is not is refused with those that there are', async () => {
    const { watch } = await start();
    const error = await failureOf(watch({ reasons: ['loud'] }));
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.details).toMatch(/"loud"; allowed: anomaly_score, new_template/);
  });

  test('beyond the places there are a caller is refused', async () => {
    const { server, watch } = await start({ watchersMax: 1 });
    const first = watch();
    await watched(server, 1);
    expect((await failureOf(watch())).code).toBe(status.RESOURCE_EXHAUSTED);
    const failed = failureOf(first);
    first.cancel();
    await failed;
  });

  test('a request larger than any real one is refused', async () => {
    const { watch } = await start();
    const largest = watch({ services: ['x'.repeat(65_000)] });
    const refused = await failureOf(watch({ services: ['x'.repeat(66_000)] }));
    expect([refused.code, refused.details]).toEqual([status.RESOURCE_EXHAUSTED, expect.stringContaining('65536')]);
    const ended = failureOf(largest);
    largest.cancel();
    expect((await ended).code).toBe(status.CANCELLED);
  });

  test('a connection has at most 100 streams, which is told to the client', async () => {
    const { server } = await start();
    const session = connect(`http://127.0.0.1:${server.port}`);
    stops.push(() => session.destroy());
    await once(session, 'remoteSettings');
    expect(session.remoteSettings.maxConcurrentStreams).toBe(100);
  });

  test('S8: more connections than there may be are closed at once, the others go on', async () => {
    const { server, watch, append } = await start({ connectionsMax: 1 });
    const stream = watch();
    await watched(server, 1);
    const second = connect(`http://127.0.0.1:${server.port}`).on('error', () => undefined);
    await once(second, 'close');
    append({});
    expect(await take(stream, 1)).toHaveLength(1);
  });

  test('S1: the signing secret is wanted where there is one', async () => {
    const { watch, append } = await start({ secrets: new SecretSet(['gehe1m']) });
    expect((await failureOf(watch())).code).toBe(status.UNAUTHENTICATED);
    const wrong = new Metadata();
    wrong.set('x-signing-secret', 'secret');
    expect((await failureOf(watch({}, wrong))).code).toBe(status.UNAUTHENTICATED);
    append({});
    const right = new Metadata();
    right.set('x-signing-secret', 'gehe1m');
    expect(await take(watch({ after: 0 }, right), 1)).toHaveLength(1);
    const bearer = new Metadata();
    bearer.set('authorization', 'Bearer gehe1m');
    expect(await take(watch({ after: 0 }, bearer), 1)).toHaveLength(1);
    bearer.set('authorization', 'Bearer secret');
    expect((await failureOf(watch({}, bearer))).code).toBe(status.UNAUTHENTICATED);
  });

  test('a caller hears at once that it is let in, also while nothing happens', async () => {
    const { watch } = await start();
    const stream = watch().on('error', () => undefined);
    const [metadata] = (await once(stream, 'metadata')) as [Metadata];
    expect(metadata.get('content-type')).toEqual(['application/grpc+proto']);
    stream.cancel();
  });

  test('one that does not read is cut off with the position to go on after', async () => {
    const { server, anomalies, watch, append } = await start({ stalledMs: 50 });
    const slow = watch();
    slow.pause();
    await watched(server, 1);
    const cut = new Promise<ServiceError>((resolve) => slow.once('error', (error) => resolve(error as ServiceError)));
    // Until all that connections hold on the way is full.
    const batch = Array.from({ length: 200 }, () => ({ message: 'x'.repeat(10_000) }));
    await vi.waitFor(
      () => {
        append(...batch);
        expect(server.watchers).toBe(0);
      },
      { timeout: 15_000, interval: 5 },
    );
    expect(server.dropped).toBe(1);
    const held = anomalies.nextId - anomalies.firstId;
    expect(held).toBeLessThan(1001);
    slow.resume();
    expect((await cut).details).toMatch(/^too slow: nothing was read for 0.05 s; go on after \d+$/);
  });

  test('says goodbye on shutdown', async () => {
    const { server, watch } = await start();
    const stream = watch();
    await watched(server, 1);
    const failed = failureOf(stream);
    await server.stop(1000);
    expect((await failed).code).toBe(status.UNAVAILABLE);
  });
});

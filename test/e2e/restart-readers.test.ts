import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentials, makeClientConstructor } from '@grpc/grpc-js';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { loadAlertService } from '../../src/watch/watch-definitions.ts';
import { openStream } from '../serve/sse-client.ts';
import { startReceiver } from '../sinks/loopback.ts';
import { fingerprintOfLine, newDataFolder, watchTemplate } from './data-folder.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, grpcSender } from './otlp-client.ts';

const TIMEOUT_MS = 90_000;
const WATCHED = fingerprintOfLine('shop', 'part 1 broke');
const Client = makeClientConstructor(loadAlertService(), 'AlertService');
const ENDS = [
  ['stopped', (halfspace: RunningHalfspace) => halfspace.stop()],
  ['killed', (halfspace: RunningHalfspace) => halfspace.kill()],
] as const;

async function start(env: Record<string, string>): Promise<RunningHalfspace> {
  const halfspace = await startHalfspace(env);
  onTestFinished(() => halfspace.kill());
  return halfspace;
}

/** Sends lines that are told; that they were taken means that they, and what they changed, are on disk. */
async function sendTold(halfspace: RunningHalfspace, from: number, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, i) => `part ${from + i} broke`);
  const request = encodeLogs({ service: 'shop', messages: lines, severityNumber: ERROR });
  expect(await grpcSender(halfspace).send(request)).toMatchObject({ isOk: true });
}

/** Ids and contents of the next events of a stream, as a reader has them. */
async function readEvents(halfspace: RunningHalfspace, path: string, after: string, count: number): Promise<unknown[]> {
  const stream = await openStream(`${halfspace.addresses.rest}${path}`, { 'last-event-id': after });
  onTestFinished(() => stream.close());
  const events: unknown[] = [];
  while (events.length < count) {
    const { event, id, data } = (await stream.nextEvent())!;
    events.push([event, id, data]);
  }
  return events;
}

async function readCall(halfspace: RunningHalfspace, request: object, count: number): Promise<unknown[]> {
  const client = new Client(halfspace.addresses.watch, credentials.createInsecure());
  onTestFinished(() => client.close());
  const watch = client['Watch'] as unknown as (request: object) => ClientReadableStream<{ event: string }>;
  const call = watch.call(client, request);
  const events: unknown[] = [];
  for await (const event of call as AsyncIterable<{ event: string }>) {
    if (event.event !== 'heartbeat') events.push(event);
    if (events.length === count) break;
  }
  call.on('error', () => undefined).cancel();
  return events;
}

test.each(ENDS)(
  'readers of one that was %s go on where they were, over SSE and Watch, with anomalies and with incidents',
  { timeout: TIMEOUT_MS },
  async (_, end) => {
    const env = { DATA_DIR: newDataFolder() };
    const first = await start(env);
    await watchTemplate(first, WATCHED);
    await sendTold(first, 1, 1);
    await sendTold(first, 2, 4);
    const read = async (of: RunningHalfspace, more: number) => [
      await readEvents(of, '/anomalies/stream', '2', 3 + more),
      await readCall(of, { feed: 'FEED_ANOMALIES', after: 2 }, 3 + more),
      // An incident is told as it opens, and when it has twice as many anomalies.
      await readEvents(of, '/incidents/stream', '1', 2),
      await readCall(of, { feed: 'FEED_INCIDENTS', after: 1 }, 2),
    ];
    const before = await read(first, 0);
    await end(first);

    const second = await start(env);
    expect(await read(second, 0)).toEqual(before);
    await sendTold(second, 6, 1);
    const [anomalies] = await read(second, 1);
    expect(anomalies!.slice(0, -1)).toEqual(before[0]);
    expect(anomalies!.at(-1)).toEqual(['anomaly', '6', expect.objectContaining({ id: 6, message: 'part 6 broke' })]);
  },
);

test.each(ENDS)(
  'alerts that one that was %s could not deliver are delivered by the next, under the same ids, and not again',
  { timeout: TIMEOUT_MS },
  async (_, end) => {
    let isBroken = true;
    await using receiver = await startReceiver(() => ({ status: isBroken ? 500 : 200 }));
    const alerts = join(newDataFolder(), 'alerts.yaml');
    writeFileSync(alerts, `sinks: { hook: { type: webhook, url: "${receiver.url}", update_interval_seconds: 0 } }`);
    const env = { DATA_DIR: newDataFolder(), ALERTS_FILE: alerts, SHUTDOWN_GRACE_SECONDS: '1' };
    const first = await start(env);
    await watchTemplate(first, WATCHED);
    await sendTold(first, 1, 1);
    await receiver.until(1);
    await end(first);
    const tried = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
    expect(tried.size).toBe(1);

    isBroken = false;
    const failed = receiver.received.length;
    const second = await start(env);
    await receiver.until(failed + 1);
    await expect.poll(() => second.metric('halfspace_alerts_pending'), { timeout: 20_000 }).toBe(0);
    expect(await second.stop()).toBe(0);
    const delivered = receiver.received.slice(failed);
    expect(new Set(delivered.map(({ headers }) => headers['webhook-id']))).toEqual(tried);
    const opened = { type: 'incident.opened', data: { incident: { service: 'shop' } } };
    expect(JSON.parse(delivered[0]!.body)).toMatchObject(opened);
    const third = await start(env);
    expect(await third.metric('halfspace_alerts_pending')).toBe(0);
    expect(await third.stop()).toBe(0);
    expect(receiver.received, 'what was delivered is not told again').toHaveLength(failed + delivered.length);
  },
);

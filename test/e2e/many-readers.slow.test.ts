import { setTimeout as sleep } from 'node:timers/promises';
import { credentials, makeClientConstructor } from '@grpc/grpc-js';
import type { ClientReadableStream } from '@grpc/grpc-js';
import { Agent, request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { loadAlertService } from '../../src/watch/watch-definitions.ts';
import { blocksOf, openStalledSocket } from '../serve/sse-client.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, grpcSender, messages, portOf } from './otlp-client.ts';
import type { Sent } from './otlp-client.ts';

const READERS = 500;
const CALLS_A_CONNECTION = 50;
const LINES_A_REQUEST = 1000;
const REQUESTS = 50;
/** 10,000 anomalies a second. */
const REQUEST_EVERY_MS = 100;
/** Far less than after what one that does not read is cut off, so none has waited for that one. */
const ANSWER_MS_MAX = 10_000;
const RING = 500;
const Client = makeClientConstructor(loadAlertService(), 'AlertService');

/** What a reader got, and what it was told that it had missed. */
interface Read {
  events: number;
  missed: number;
}

/** Reads server-sent events until the one with `lastId`. */
async function readEvents(blocks: AsyncGenerator<string, void>, lastId: number): Promise<Read> {
  const read = { events: 0, missed: 0 };
  for await (const block of blocks) {
    if (block.includes('\nevent: anomaly\n')) read.events++;
    read.missed += Number(/\nevent: gap\ndata: {"missed":(\d+)/.exec(block)?.[1] ?? 0);
    if (Number(/^id: (\d+)/m.exec(block)?.[1] ?? 0) >= lastId) break;
  }
  return read;
}

/** The same of a call of Watch. */
async function readCall(call: ClientReadableStream<Watched>, lastId: number): Promise<Read> {
  const read = { events: 0, missed: 0 };
  for await (const event of call as AsyncIterable<Watched>) {
    if (event.event === 'anomaly') read.events++;
    read.missed += Number(event.gap?.missed ?? 0);
    if (Number(event.position) >= lastId) break;
  }
  return read;
}

interface Watched {
  position: string;
  event: string;
  gap?: { missed: string };
}

async function openStreams(halfspace: RunningHalfspace): Promise<AsyncGenerator<string, void>[]> {
  const dispatcher = new Agent({ connections: READERS + 10 });
  onTestFinished(() => dispatcher.destroy());
  const url = `${halfspace.addresses.rest}/anomalies/stream?since=0`;
  const answers = await Promise.all(Array.from({ length: READERS }, () => request(url, { dispatcher })));
  return answers.map(({ body }) => blocksOf(body));
}

function openCalls(halfspace: RunningHalfspace): ClientReadableStream<Watched>[] {
  const connections = Array.from(
    { length: READERS / CALLS_A_CONNECTION },
    () => new Client(halfspace.addresses.watch, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
  );
  onTestFinished(() => connections.forEach((client) => client.close()));
  return Array.from({ length: READERS }, (_, i) => {
    const client = connections[i % connections.length]!;
    const watch = client['Watch'] as unknown as (request: object) => ClientReadableStream<Watched>;
    return watch.call(client, { after: 0 });
  });
}

/** Sends a request at each of its times, whether those before are answered or not; how long the answers took. */
function atTheirTimes(send: () => Promise<Sent>): Promise<number[]> {
  const answers = Array.from({ length: REQUESTS }, async (_, i) => {
    await sleep(i * REQUEST_EVERY_MS);
    const sentMs = performance.now();
    expect(await send()).toMatchObject({ isOk: true });
    return performance.now() - sentMs;
  });
  return Promise.all(answers);
}

test('1,000 readers of 10,000 anomalies a second: each learns of every one, and no sender waits for them', async () => {
  const halfspace = await startHalfspace({
    MINER_PROFILE: 'drain3',
    DETECTOR_PROFILE: 'reference',
    ANOMALY_LOG_MAX: String(RING),
  });
  onTestFinished(() => halfspace.kill());
  const sender = grpcSender(halfspace);
  const usual = encodeLogs({ service: 'busy', messages: messages(250, (i) => `request ${i} served`) });
  expect(await sender.send(usual)).toMatchObject({ isOk: true });

  const streams = await openStreams(halfspace);
  const calls = openCalls(halfspace);
  const stalled = await openStalledSocket(portOf(halfspace.addresses.rest), '/anomalies/stream');
  onTestFinished(() => void stalled.destroy());
  await expect.poll(() => halfspace.metric('halfspace_stream_subscribers'), PATIENCE).toBe(READERS + 1);
  await expect.poll(() => halfspace.metric('halfspace_watchers'), PATIENCE).toBe(READERS);

  const storm = encodeLogs({
    service: 'busy',
    severityNumber: ERROR,
    messages: messages(LINES_A_REQUEST, (i) => `request ${i} failed`),
  });
  // Errors are a burst as soon as six lines of ten are.
  const expected = REQUESTS * LINES_A_REQUEST - 374;
  const reading = Promise.all([
    ...streams.map((blocks) => readEvents(blocks, expected)),
    ...calls.map((call) => readCall(call, expected)),
  ]);
  const answersMs = await atTheirTimes(() => sender.send(storm));
  expect(Math.max(...answersMs)).toBeLessThan(ANSWER_MS_MAX);
  expect(await halfspace.metric('halfspace_log_records_scored_total')).toBe(250 + REQUESTS * LINES_A_REQUEST);

  const read = await reading;
  for (const { events, missed } of read) expect(events + missed).toBe(expected);
  for (const { events } of read) expect(events).toBeGreaterThan(0);
  for (const call of calls) call.on('error', () => undefined).cancel();
  expect(await sender.send(usual)).toMatchObject({ isOk: true });
}, 120_000);

const PATIENCE = { timeout: 30_000, interval: 50 };

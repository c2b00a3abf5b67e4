import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openStream } from '../serve/sse-client.ts';
import type { SseClient, SseEvent } from '../serve/sse-client.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, ERROR, grpcSender, messages } from './otlp-client.ts';
import type { Sender } from './otlp-client.ts';

const LOG_MAX = 50;

/** The reference tells every line, which gives a stream to resume. */
const EVERY_LINE_TOLD = { MINER_PROFILE: 'drain3', DETECTOR_PROFILE: 'reference' };

let halfspace: RunningHalfspace;
let sender: Sender;
beforeEach(async () => {
  halfspace = await startHalfspace({ ...EVERY_LINE_TOLD, ANOMALY_LOG_MAX: String(LOG_MAX) });
  sender = grpcSender(halfspace);
  await send(
    messages(300, (i) => `order ${i} paid`),
    'shop',
  );
  return () => halfspace.kill();
});

async function send(lines: string[], service: string, severityNumber?: number): Promise<void> {
  const logs = { service, messages: lines, ...(severityNumber === undefined ? {} : { severityNumber }) };
  expect(await sender.send(encodeLogs(logs))).toMatchObject({ isOk: true });
}

/** Each an anomaly: an error of a kind that was never seen. */
const failures = (from: number, to: number) => messages(to - from, (i) => `part ${'x'.repeat(1 + from + i)} broke`);

async function open(headers: Record<string, string> = {}, query = ''): Promise<SseClient> {
  const stream = await openStream(`${halfspace.addresses.rest}/anomalies/stream${query}`, headers);
  onTestFinished(() => stream.close());
  expect(stream.status).toBe(200);
  return stream;
}

async function take(stream: SseClient, count: number): Promise<SseEvent[]> {
  const events: SseEvent[] = [];
  while (events.length < count) {
    const event = await stream.nextEvent();
    if (event === undefined) throw new Error(`the stream ended after ${events.length} of ${count} events`);
    events.push(event);
  }
  return events;
}

const messagesOf = (events: SseEvent[]) => events.map(({ data }) => data['message']);

describe('a reader of the live stream whose connection dropped', () => {
  test('gets exactly what it missed by its Last-Event-ID, then what is new', async () => {
    const first = await open();
    await first.next();
    await send(failures(0, 5), 'shop', ERROR);
    const seen = await take(first, 3);
    expect(messagesOf(seen)).toEqual(failures(0, 3));
    first.close();
    await send(failures(5, 9), 'shop', ERROR);

    const second = await open({ 'last-event-id': seen.at(-1)?.id ?? '' });
    const missed = await take(second, 6);
    expect(messagesOf(missed)).toEqual(failures(3, 9));
    await send(failures(9, 11), 'shop', ERROR);
    const fresh = await take(second, 2);
    expect(messagesOf(fresh)).toEqual(failures(9, 11));
    const ids = [...seen, ...missed, ...fresh].map(({ id }) => Number(id));
    expect(ids).toEqual(ids.map((_, i) => ids[0]! + i));
  });

  test('gets what it missed of what it asked for, and nothing of other services', async () => {
    await send(
      messages(300, (i) => `bill ${i} sent`),
      'bills',
    );
    const query = '?service=shop';
    const first = await open({}, query);
    await first.next();
    await send(failures(0, 2), 'bills', ERROR);
    await send(failures(2, 4), 'shop', ERROR);
    const seen = await take(first, 1);
    first.close();
    await send(failures(4, 6), 'bills', ERROR);
    await send(failures(6, 8), 'shop', ERROR);
    const second = await open({ 'last-event-id': seen[0]?.id ?? '' }, query);
    expect(messagesOf([...seen, ...(await take(second, 3))])).toEqual([...failures(2, 4), ...failures(6, 8)]);
  });

  test('is told how many are gone when it was away for too long', async () => {
    const first = await open();
    await first.next();
    await send(failures(0, 1), 'shop', ERROR);
    const [seen] = await take(first, 1);
    first.close();
    await send(failures(1, 1 + LOG_MAX + 20), 'shop', ERROR);
    const second = await open({ 'last-event-id': seen?.id ?? '' });
    const [gap, ...rest] = await take(second, 1 + LOG_MAX);
    expect(gap).toMatchObject({ event: 'gap', data: { missed: 20, next_id: Number(seen?.id) + 21 } });
    expect(messagesOf(rest)).toEqual(failures(21, 21 + LOG_MAX));
  });
});

test('a reader that polls gets each anomaly once, from where it left off', async () => {
  await send(failures(0, 3), 'shop', ERROR);
  const first = await anomalies('?since=0&limit=2');
  expect(first.anomalies.map(({ message }) => message)).toEqual(failures(0, 2));
  await send(failures(3, 5), 'shop', ERROR);
  const second = await anomalies(`?since=${first.next_since}`);
  expect(second.anomalies.map(({ message }) => message)).toEqual(failures(2, 5));
  expect((await anomalies(`?since=${second.next_since}`)).anomalies).toEqual([]);
});

async function anomalies(query = ''): Promise<{ anomalies: { message: string }[]; next_since: number }> {
  return (await halfspace.get(`/anomalies${query}`)) as Awaited<ReturnType<typeof anomalies>>;
}

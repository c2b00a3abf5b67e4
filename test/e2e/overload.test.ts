import { once } from 'node:events';
import { beforeEach, describe, expect, test } from 'vitest';
import { MIB } from '../receive/grpc-harness.ts';
import { connectRaw, postHead } from '../receive/http-harness.ts';
import { startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { encodeLogs, grpcSender, httpSender, messages, portOf } from './otlp-client.ts';
import type { Sent } from './otlp-client.ts';

const RECORDS = 4000;
const REQUEST = encodeLogs({
  service: 'busy',
  messages: messages(RECORDS, (i) => `request ${i} took ${i % 91}ms and left ${'words '.repeat(25)}behind`),
});
const SMALL = encodeLogs({ service: 'busy', messages: ['one more'] });

/** What each transport calls "try again later". */
const TRANSPORTS = [
  { over: 'gRPC', open: grpcSender, unavailable: 14 },
  { over: 'HTTP', open: httpSender, unavailable: 503 },
];

let halfspace: RunningHalfspace;
beforeEach(async () => {
  halfspace = await startHalfspace({
    OTLP_MAX_REQUEST_BYTES: String(MIB),
    OTLP_IN_FLIGHT_MAX_BYTES: String(2 * MIB),
  });
  return () => halfspace.kill();
});

const scored = () => halfspace.metric('halfspace_log_records_scored_total');
const held = () => halfspace.metric('halfspace_in_flight_bytes');

function expectToldToComeBack(answers: Sent[], status: number): void {
  for (const answer of answers) {
    expect(answer.status).toBe(status);
    expect(answer.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(answer.retryAfterSeconds).toBeLessThanOrEqual(5);
  }
}

/** A sender that keeps its request open and so holds what it has sent of it. */
async function holdOpen() {
  const client = await connectRaw(portOf(halfspace.addresses.otlp_http));
  client.write(`${postHead(`content-length: ${REQUEST.length}`)}\r\n\r\n`);
  client.write(REQUEST.subarray(0, -1));
  return {
    async finish(): Promise<string> {
      client.write(REQUEST.subarray(-1));
      const [answer] = (await once(client.socket, 'data')) as [Buffer];
      return answer.toString('latin1');
    },
  };
}

test('the requests of these tests are large, and within the limit of one', () => {
  expect(REQUEST.length).toBeGreaterThan(0.6 * MIB);
  expect(REQUEST.length).toBeLessThan(MIB);
});

describe.each(TRANSPORTS)('a service that holds as much as it may, over $over', ({ open, unavailable }) => {
  test('refuses more for a few seconds, forgets nothing it took, and recovers by itself', async () => {
    const sender = open(halfspace);
    const holders = [await holdOpen(), await holdOpen()];
    await expect.poll(held, { timeout: 10_000 }).toBeGreaterThan(2 * (REQUEST.length - MIB / 8));
    const refused = await Promise.all(Array.from({ length: 8 }, () => sender.send(REQUEST)));
    expectToldToComeBack(refused, unavailable);
    expect(await scored()).toBe(0);
    for (const holder of holders) expect(await holder.finish()).toMatch(/^HTTP\/1\.1 200/);
    expect(await sender.send(REQUEST)).toMatchObject({ isOk: true });
    expect(await scored()).toBe(3 * RECORDS);
    expect(await held()).toBe(0);
  });

  test('scores exactly what it said OK to when forty senders come at once', async () => {
    const senders = Array.from({ length: 40 }, () => open(halfspace));
    // All connected and idle before the rush.
    for (const sender of senders) expect(await sender.send(SMALL)).toMatchObject({ isOk: true });
    const answers = await Promise.all(senders.map((sender) => sender.send(REQUEST)));
    const accepted = answers.filter(({ isOk }) => isOk);
    const refused = answers.filter(({ isOk }) => !isOk);
    expect(refused.length).toBeGreaterThan(0);
    expectToldToComeBack(refused, unavailable);
    expect(await scored()).toBe(senders.length + accepted.length * RECORDS);
    expect(await halfspace.metric('halfspace_log_records_received_total')).toBe(await scored());
    for (const sender of senders) expect(await sender.send(REQUEST)).toMatchObject({ isOk: true });
    expect(await scored()).toBe(senders.length + (accepted.length + senders.length) * RECORDS);
    expect(await held()).toBe(0);
  });
});

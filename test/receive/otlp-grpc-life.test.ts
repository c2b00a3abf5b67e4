import { Client, credentials, makeGenericClientConstructor, status } from '@grpc/grpc-js';
import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import { expect, onTestFinished, test } from 'vitest';
import { createAuthenticator } from '../../src/receive/authenticator.ts';
import { SecretSet } from '../../src/security/secret-set.ts';
import {
  EXPORT_PATH,
  call,
  connectClient,
  connectHttp2,
  connectRaw,
  encodeRequest,
  frame,
  gatedIntake,
  rawCall,
  startReceiver,
} from './grpc-harness.ts';

const REQUEST = encodeRequest('GET /index.html 200');
const LOGS_SERVICE = 'opentelemetry.proto.collector.logs.v1.LogsService';

interface Status {
  status: string;
}

type Done<Answer> = (error: ServiceError | null, answer: Answer) => void;

interface HealthClient extends Client {
  check(request: { service: string }, done: Done<Status>): void;
  list(request: object, done: Done<{ statuses: Record<string, Status> }>): void;
  watch(request: { service: string }): ClientReadableStream<Status>;
}

function connectHealth(port: number): HealthClient {
  const HealthClientOf = makeGenericClientConstructor(service, 'Health');
  const options = { 'grpc.use_local_subchannel_pool': 1 };
  const client = new HealthClientOf(`127.0.0.1:${port}`, credentials.createInsecure(), options);
  onTestFinished(() => client.close());
  return client as unknown as HealthClient;
}

function check(client: HealthClient, name = ''): Promise<string> {
  return new Promise((resolve) => {
    client.check({ service: name }, (error, answer) => resolve(error === null ? answer.status : status[error.code]));
  });
}

test('G26: health is NOT_SERVING until told so, for the server and for the service; unknown names are NOT_FOUND', async () => {
  const receiver = await startReceiver();
  const client = connectHealth(receiver.port);
  expect(await check(client)).toBe('NOT_SERVING');
  receiver.setServing(true);
  expect(await check(client)).toBe('SERVING');
  expect(await check(client, LOGS_SERVICE)).toBe('SERVING');
  expect(await check(client, '__proto__')).toBe('NOT_FOUND');
  receiver.setServing(false);
  expect(await check(client, LOGS_SERVICE)).toBe('NOT_SERVING');
  const { statuses } = await new Promise<{ statuses: object }>((resolve) => {
    client.list({}, (_error, answer) => resolve(answer));
  });
  expect(Object.keys(statuses).toSorted()).toEqual(['', LOGS_SERVICE]);
});

test('G26: health asks for no token, as probes have none', async () => {
  const receiver = await startReceiver({ auth: createAuthenticator(new SecretSet(['s'])) });
  receiver.setServing(true);
  expect(await check(connectHealth(receiver.port))).toBe('SERVING');
});

test('G26: watchers are told of changes, at most 100 of them', async () => {
  const receiver = await startReceiver({ streamsMax: 200 });
  const client = connectHealth(receiver.port);
  const seen: string[] = [];
  const watch = client.watch({ service: '' });
  watch.on('data', (answer: Status) => seen.push(answer.status));
  watch.on('error', () => undefined);
  await expect.poll(() => seen).toEqual(['NOT_SERVING']);
  receiver.setServing(true);
  await expect.poll(() => seen).toEqual(['NOT_SERVING', 'SERVING']);
  const refusals: number[] = [];
  let answers = 0;
  for (let i = 0; i < 100; i++) {
    const more = client.watch({ service: `name ${i}` });
    more.on('data', () => answers++);
    more.on('error', (error: ServiceError) => refusals.push(error.code));
  }
  await expect.poll(() => [answers, refusals]).toEqual([99, [status.RESOURCE_EXHAUSTED]]);
  watch.cancel();
});

test('G26: a health request larger than any real one is refused', async () => {
  const receiver = await startReceiver();
  const path = '/grpc.health.v1.Health/Check';
  const answer = await call(connectClient(receiver.port), Buffer.alloc(5000), {}, { path });
  expect(answer.code).toBe(status.RESOURCE_EXHAUSTED);
});

test('G28: stopping says NOT_SERVING, lets requests in flight finish and takes no more', async () => {
  const gate = gatedIntake();
  const receiver = await startReceiver({ intake: gate.intake });
  receiver.setServing(true);
  const watched: string[] = [];
  const watch = connectHealth(receiver.port).watch({ service: '' });
  watch.on('data', (answer: Status) => watched.push(answer.status));
  watch.on('error', () => undefined);
  const inFlight = call(connectClient(receiver.port), REQUEST);
  await expect.poll(gate.waiting).toBe(1);
  await expect.poll(() => watched).toEqual(['SERVING']);
  const busy = await connectHttp2(receiver.port);
  const halfSent = rawCall(busy, [frame(REQUEST).subarray(0, 9)], {}, { keepOpen: true });
  let isStopped = false;
  const stopped = receiver.stop(3000).then(() => (isStopped = true));
  await expect.poll(() => watched).toEqual(['SERVING', 'NOT_SERVING']);
  const late = await call(connectClient(receiver.port), REQUEST, {}, { deadline: Date.now() + 300 });
  expect(late.code).not.toBe(status.OK);
  expect(isStopped).toBe(false);
  gate.open();
  expect((await inFlight).code).toBe(status.OK);
  busy.destroy();
  await halfSent;
  await stopped;
  const { closed } = await connectRaw(receiver.port);
  await closed;
});

test('G28: what does not finish within the grace is cut off', async () => {
  const gate = gatedIntake();
  const receiver = await startReceiver({ intake: gate.intake });
  const stuck = call(connectClient(receiver.port), REQUEST);
  const { closed } = await connectRaw(receiver.port);
  await expect.poll(gate.waiting).toBe(1);
  await receiver.stop(50);
  expect((await stuck).code).toBe(status.UNAVAILABLE);
  await closed;
  gate.open();
});

test('G28: a connection without a request does not hold up a stop', async () => {
  const receiver = await startReceiver();
  const client = connectClient(receiver.port);
  await call(client, REQUEST);
  const before = performance.now();
  await receiver.stop(60_000);
  expect(performance.now() - before).toBeLessThan(10_000);
});

test('a sender that goes away in the middle of a request leaves nothing behind', async () => {
  const gate = gatedIntake();
  const receiver = await startReceiver({ intake: gate.intake });
  const session = await connectHttp2(receiver.port);
  const whole = frame(Buffer.alloc(1 << 20));
  const half = rawCall(session, [whole.subarray(0, 1 << 19)], {}, { keepOpen: true });
  const sent = rawCall(session, [whole]);
  await expect.poll(gate.waiting).toBe(1);
  await expect.poll(() => receiver.budget.bytesUsed).toBe(2 << 20);
  session.destroy();
  await Promise.all([half, sent]);
  await expect.poll(() => receiver.budget.bytesUsed).toBe(1 << 20);
  gate.open();
  await expect.poll(() => receiver.budget.bytesUsed).toBe(0);
});

test('a call that is reset before its end is not handed over, even when its message is whole', async () => {
  const receiver = await startReceiver();
  const session = await connectHttp2(receiver.port);
  const stream = session.request({ ':method': 'POST', ':path': EXPORT_PATH, 'content-type': 'application/grpc' });
  stream.write(frame(REQUEST));
  await expect.poll(() => receiver.budget.bytesUsed).toBe(REQUEST.length);
  stream.destroy();
  await expect.poll(() => receiver.budget.bytesUsed).toBe(0);
  expect(receiver.accepted).toEqual([]);
});

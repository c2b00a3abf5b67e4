import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { createAuthenticator } from '../../src/receive/authenticator.ts';
import { SecretSet } from '../../src/security/secret-set.ts';
import { ByteBudget } from '../../src/receive/byte-budget.ts';
import {
  EXPORT_PATH,
  MIB,
  PREFACE,
  call,
  connectClient,
  connectHttp2,
  connectRaw,
  encodeRequest,
  frame,
  rawCall,
  startReceiver,
} from './grpc-harness.ts';
import { ATTACKS } from './http2-frames.ts';

const REQUEST = encodeRequest('GET /index.html 200');
const COMPRESSED = 1;

test('S1: without a token every method and path is UNAUTHENTICATED, known or not', async () => {
  const auth = createAuthenticator(new SecretSet(['secret']));
  const receiver = await startReceiver({ auth });
  const session = await connectHttp2(receiver.port);
  const paths = [
    EXPORT_PATH,
    EXPORT_PATH.replace('logs', 'metrics'),
    '/',
    '/metrics',
    '/a.B/C',
    '/grpc.channelz.v1.C/G',
  ];
  for (const path of paths) {
    for (const method of ['POST', 'GET', 'PUT', 'DELETE', 'OPTIONS']) {
      for (const contentType of ['application/grpc', 'application/grpc-web', 'text/html']) {
        const headers = { ':path': path, ':method': method, 'content-type': contentType };
        expect((await rawCall(session, [], headers)).code).toBe(status.UNAUTHENTICATED);
      }
    }
  }
});

test('S1: of a body of 64 MiB without a token no more is taken than the window of one stream', async () => {
  const auth = createAuthenticator(new SecretSet(['secret']));
  const receiver = await startReceiver({ auth });
  const session = await connectHttp2(receiver.port);
  const answer = await rawCall(session, [frame(Buffer.alloc(64 * MIB))]);
  expect(answer.code).toBe(status.UNAUTHENTICATED);
  expect(session.socket.bytesWritten).toBeLessThan(2 * MIB);
});

test.each([
  ['gzip', gzipSync(Buffer.alloc(65 * MIB))],
  ['deflate', deflateSync(Buffer.alloc(65 * MIB))],
  ['deflate', deflateRawSync(Buffer.alloc(65 * MIB))],
  ['zstd', zstdCompressSync(Buffer.alloc(65 * MIB))],
])(
  'S7: a %s bomb of 65 MiB is RESOURCE_EXHAUSTED, also inside another, and the next request goes through',
  async (encoding, bomb) => {
    const receiver = await startReceiver();
    const session = await connectHttp2(receiver.port);
    const headers = { 'grpc-encoding': encoding };
    expect((await rawCall(session, [frame(bomb, COMPRESSED)], headers)).code).toBe(status.RESOURCE_EXHAUSTED);
    expect((await rawCall(session, [frame(REQUEST)], headers)).code).toBe(status.OK);
    const nested = gzipSync(bomb);
    const inner = await rawCall(session, [frame(nested, COMPRESSED)], { 'grpc-encoding': 'gzip' });
    expect(inner.code).toBe(status.OK);
    expect(receiver.accepted[1]?.byteLength).toBe(bomb.byteLength);
  },
);

test('S7: a gzip bomb of many members is RESOURCE_EXHAUSTED', async () => {
  const receiver = await startReceiver();
  const member = gzipSync(Buffer.alloc(MIB));
  const bomb = Buffer.concat(Array<Buffer>(100).fill(member));
  const headers = { 'grpc-encoding': 'gzip' };
  const answer = await rawCall(await connectHttp2(receiver.port), [frame(bomb, COMPRESSED)], headers);
  expect(answer.code).toBe(status.RESOURCE_EXHAUSTED);
});

test('S8: sockets that say nothing, or only the preface, and half-sent requests are closed in time (scaled: 200 idle, 50 slow, 0.3 s)', async () => {
  const receiver = await startReceiver({ receiveTimeoutMs: 300 });
  const good = connectClient(receiver.port);
  await call(good, REQUEST);
  const idle = await Promise.all(Array.from({ length: 200 }, () => connectRaw(receiver.port)));
  idle.slice(0, 100).forEach(({ socket }) => socket.write(PREFACE.subarray(0, 24)));
  const slow = Array.from({ length: 50 }, async () => {
    const session = await connectHttp2(receiver.port);
    return rawCall(session, [frame(REQUEST).subarray(0, 20)], {}, { keepOpen: true });
  });
  const answers = await Promise.all(slow);
  expect(new Set(answers.map((answer) => answer.code))).toEqual(new Set([status.DEADLINE_EXCEEDED]));
  await Promise.all(idle.map(({ closed }) => closed));
  expect((await call(good, REQUEST)).code).toBe(status.OK);
});

test('S8: one byte now and then does not keep a request alive', async () => {
  const receiver = await startReceiver({ receiveTimeoutMs: 300 });
  const session = await connectHttp2(receiver.port);
  const stream = session.request({ ':method': 'POST', ':path': EXPORT_PATH, 'content-type': 'application/grpc' });
  stream.on('error', () => undefined);
  stream.write(frame(Buffer.alloc(0), 0, 1000));
  const dripping = setInterval(() => stream.write(Buffer.of(0)), 20);
  const code = await new Promise((resolve) => stream.on('response', (headers) => resolve(headers['grpc-status'])));
  clearInterval(dripping);
  expect(Number(code)).toBe(status.DEADLINE_EXCEEDED);
});

test('S8: more connections than allowed are closed at once, the others go on', async () => {
  const receiver = await startReceiver({ connectionsMax: 5 });
  const client = connectClient(receiver.port);
  await call(client, REQUEST);
  await Promise.all(Array.from({ length: 4 }, () => connectRaw(receiver.port)));
  const { closed } = await connectRaw(receiver.port);
  await closed;
  expect((await call(client, REQUEST)).code).toBe(status.OK);
});

test('S9: unfinished requests hold no more than the budget, those over it are told to try again (scaled: 10 x 20 x 1 MiB)', async () => {
  const budget = new ByteBudget(16 * MIB);
  const receiver = await startReceiver({ budget });
  const sessions = await Promise.all(Array.from({ length: 10 }, () => connectHttp2(receiver.port)));
  const half = frame(Buffer.alloc(2 * MIB)).subarray(0, MIB);
  let most = 0;
  const refused: number[] = [];
  let told = 0;
  const open = sessions.flatMap((session) =>
    Array.from({ length: 20 }, async () => {
      const { code, headers } = await rawCall(session, [half], {}, { keepOpen: true });
      most = Math.max(most, budget.bytesUsed);
      if (code !== -1) refused.push(code);
      if (headers['grpc-status-details-bin'] !== undefined) told++;
    }),
  );
  await expect.poll(() => refused.length).toBeGreaterThan(100);
  expect(new Set(refused)).toEqual(new Set([status.UNAVAILABLE]));
  expect(told).toBe(refused.length);
  expect(most).toBeLessThanOrEqual(16 * MIB);
  expect(most).toBeGreaterThan(8 * MIB);
  for (const session of sessions) session.destroy();
  await Promise.all(open);
  expect((await call(connectClient(receiver.port), REQUEST)).code).toBe(status.OK);
});

test('S9: a length that is only announced holds next to nothing', async () => {
  const budget = new ByteBudget(16 * MIB);
  const receiver = await startReceiver({ budget });
  const session = await connectHttp2(receiver.port);
  const announced = frame(Buffer.alloc(100), 0, 15 * MIB);
  const open = Array.from({ length: 50 }, () => rawCall(session, [announced], {}, { keepOpen: true }));
  await expect.poll(() => budget.bytesUsed).toBe(50 * 16_384);
  session.destroy();
  await Promise.all(open);
});

test.each(Object.entries(ATTACKS))(
  'S13: %s ends or passes, and the next call is answered (scaled: one connection, 20,000 frames)',
  async (_, attack) => {
    const receiver = await startReceiver({ receiveTimeoutMs: 500 });
    const client = connectClient(receiver.port);
    await call(client, REQUEST);
    const { socket, closed } = await connectRaw(receiver.port);
    const written = new Promise<void>((resolve) => void socket.write(attack(20_000), () => resolve()));
    await Promise.race([written, closed]);
    expect((await call(client, REQUEST, {}, { deadline: Date.now() + 5000 })).code).toBe(status.OK);
    expect(receiver.budget.bytesUsed).toBe(0);
  },
);

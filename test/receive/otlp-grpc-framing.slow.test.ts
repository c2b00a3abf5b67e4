import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodingIntake } from './decoding-intake.ts';
import { connectHttp2, encodeRequest, frame, rawCall, startReceiver } from './grpc-harness.ts';

const REQUEST = encodeRequest('GET /index.html 200', 'GET /favicon.ico 404');
const COMPRESSED = 1;

test.each([
  ['gzip', gzipSync(REQUEST)],
  ['deflate', deflateSync(REQUEST)],
  ['deflate', deflateRawSync(REQUEST)],
  ['zstd', zstdCompressSync(REQUEST)],
])('G2: %s is taken as grpc-encoding', async (encoding, packed) => {
  const receiver = await startReceiver();
  const session = await connectHttp2(receiver.port);
  const answer = await rawCall(session, [frame(packed, COMPRESSED)], { 'grpc-encoding': encoding });
  expect(answer.code).toBe(status.OK);
  expect(answer.headers['grpc-accept-encoding']).toBe('identity,gzip,deflate,zstd');
  expect(receiver.accepted.map((bytes) => REQUEST.equals(bytes))).toEqual([true]);
});

test.each(['snappy', 'br', 'GZIP', 'x-unknown'])(
  'G3: the unknown encoding %s is UNIMPLEMENTED, and grpc-accept-encoding does not list it',
  async (encoding) => {
    const receiver = await startReceiver();
    const session = await connectHttp2(receiver.port);
    const answer = await rawCall(session, [frame(REQUEST, COMPRESSED)], { 'grpc-encoding': encoding });
    expect(answer.code).toBe(status.UNIMPLEMENTED);
    expect(answer.headers['grpc-accept-encoding']).toBe('identity,gzip,deflate,zstd');
  },
);

test.each([{}, { 'grpc-encoding': 'identity' }])('G4: the compressed flag with %o is INTERNAL', async (headers) => {
  const receiver = await startReceiver();
  const answer = await rawCall(await connectHttp2(receiver.port), [frame(REQUEST, COMPRESSED)], headers);
  expect(answer.code).toBe(status.INTERNAL);
  expect(receiver.accepted).toEqual([]);
});

test('G4: a flag other than 0 and 1 is INTERNAL', async () => {
  const receiver = await startReceiver();
  const session = await connectHttp2(receiver.port);
  for (const flag of [2, 3, 0x80, 0xff]) {
    expect((await rawCall(session, [frame(REQUEST, flag)], { 'grpc-encoding': 'gzip' })).code).toBe(status.INTERNAL);
  }
});

test.each(['gzip', 'zstd', 'snappy'])('G5: grpc-encoding %s without the flag is OK', async (encoding) => {
  const receiver = await startReceiver();
  const session = await connectHttp2(receiver.port);
  expect((await rawCall(session, [frame(REQUEST)], { 'grpc-encoding': encoding })).code).toBe(status.OK);
});

test('G6: corrupt and cut gzip is an error that the sender does not repeat, and the process lives', async () => {
  const receiver = await startReceiver();
  const session = await connectHttp2(receiver.port);
  const packed = gzipSync(REQUEST);
  const corrupt = Buffer.from(packed);
  corrupt[corrupt.length - 6]! ^= 0xff;
  for (const bytes of [packed.subarray(0, -1), packed.subarray(0, 4), corrupt, REQUEST, Buffer.alloc(0)]) {
    const answer = await rawCall(session, [frame(bytes, COMPRESSED)], { 'grpc-encoding': 'gzip' });
    expect(answer.code).toBe(status.INVALID_ARGUMENT);
  }
  const whole = await rawCall(session, [frame(packed, COMPRESSED)], { 'grpc-encoding': 'gzip' });
  expect(whole.code).toBe(status.OK);
});

test('G8: a length of 4 GiB is RESOURCE_EXHAUSTED before anything else is sent', async () => {
  const receiver = await startReceiver();
  const session = await connectHttp2(receiver.port);
  const answer = await rawCall(session, [frame(Buffer.alloc(0), 0, 0xffffffff)], {}, { keepOpen: true });
  expect(answer.code).toBe(status.RESOURCE_EXHAUSTED);
  expect(answer.message).toBe('request is 4294967295 bytes, the limit is 67108864 bytes');
});

test('G8: a length larger than what follows is an error, and holds no memory', async () => {
  const receiver = await startReceiver();
  const answer = await rawCall(await connectHttp2(receiver.port), [frame(REQUEST, 0, 60 << 20)]);
  expect(answer.code).toBe(status.INTERNAL);
  expect(answer.message).toBe(`request ends after ${REQUEST.length + 5} bytes, expected ${(60 << 20) + 5}`);
});

test('a message is put together whatever frames it comes in', async () => {
  const receiver = await startReceiver();
  const session = await connectHttp2(receiver.port);
  const whole = frame(REQUEST);
  const singleBytes = Array.from(whole, (byte) => Buffer.of(byte));
  expect((await rawCall(session, singleBytes)).code).toBe(status.OK);
  expect((await rawCall(session, [whole.subarray(0, 3), whole.subarray(3, 5), whole.subarray(5)])).code).toBe(0);
  expect((await rawCall(session, [Buffer.alloc(0), whole, Buffer.alloc(0)])).code).toBe(status.OK);
  const large = Buffer.alloc(3 << 20, REQUEST);
  const pieces = Array.from({ length: 30 }, (_, i) => frame(large).subarray(i * 110_000, (i + 1) * 110_000));
  expect((await rawCall(session, pieces)).code).toBe(status.OK);
  expect(receiver.accepted.map((bytes) => bytes.length)).toEqual([...Array(3).fill(REQUEST.length), large.length]);
  expect(large.equals(receiver.accepted[3]!)).toBe(true);
});

test.each([
  ['', 'application/grpc', 'POST', 200],
  ['proto', 'application/grpc+proto', 'POST', 200],
  ['parameters', 'application/grpc;charset=utf-8', 'POST', 200],
  ['upper case', 'Application/gRPC', 'POST', 200],
  ['grpc-web', 'application/grpc-web', 'POST', 415],
  ['grpc-web text', 'application/grpc-web-text+proto', 'POST', 415],
  ['JSON', 'application/json', 'POST', 415],
  ['protobuf', 'application/x-protobuf', 'POST', 415],
  ['nothing', undefined, 'POST', 415],
  ['GET', 'application/grpc', 'GET', 405],
  ['PUT', 'application/grpc', 'PUT', 405],
])('G19: %s: content-type %s by %s gets HTTP %i', async (_, contentType, method, expected) => {
  const receiver = await startReceiver();
  const session = await connectHttp2(receiver.port);
  const headers = { ':method': method, 'content-type': contentType };
  const answer = await rawCall(session, method === 'GET' ? [] : [frame(REQUEST)], headers);
  expect(answer.headers[':status']).toBe(expected);
  expect(answer.code).toBe(expected === 200 ? 0 : 3);
  expect(answer.headers['allow']).toBe(expected === 405 ? 'POST' : undefined);
});

test('G21: two messages, or none, are UNIMPLEMENTED', async () => {
  const receiver = await startReceiver();
  const session = await connectHttp2(receiver.port);
  expect((await rawCall(session, [frame(REQUEST), frame(REQUEST)])).code).toBe(status.UNIMPLEMENTED);
  expect((await rawCall(session, [])).code).toBe(status.UNIMPLEMENTED);
  expect(receiver.accepted).toEqual([]);
  expect((await rawCall(session, [frame(REQUEST).subarray(0, 3)])).code).toBe(status.INTERNAL);
});

test('G22, S14: 60 KB of metadata pass, of 100 KB the stream is refused, and the connection goes on', async () => {
  const receiver = await startReceiver();
  const session = await connectHttp2(receiver.port);
  const large = (bytes: number): Record<string, string> => ({ 'x-padding': 'p'.repeat(bytes) });
  expect((await rawCall(session, [frame(REQUEST)], large(60_000))).code).toBe(status.OK);
  const refused = await rawCall(session, [frame(REQUEST)], large(100_000));
  expect(refused.code).toBe(-1);
  expect(refused.rstCode).not.toBe(0);
  expect((await rawCall(session, [frame(REQUEST)])).code).toBe(status.OK);
});

test('S15: 10,000 mutated frames are all answered, by a status of the defined set', async () => {
  const receiver = await startReceiver({ intake: decodingIntake() });
  const session = await connectHttp2(receiver.port);
  const defined = new Set<number>([
    status.OK,
    status.INVALID_ARGUMENT,
    status.RESOURCE_EXHAUSTED,
    status.UNIMPLEMENTED,
    status.INTERNAL,
  ]);
  const seeds = [frame(REQUEST), frame(gzipSync(REQUEST), 1), frame(zstdCompressSync(REQUEST), 1), Buffer.alloc(0)];
  const mutated = fc.tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 }),
    fc.nat(250),
    fc.uint8Array({ maxLength: 20 }),
    fc.constantFrom('identity', 'gzip', 'deflate', 'zstd', 'snappy'),
  );
  const runs = Number(process.env['FUZZ_RUNS'] ?? 10_000);
  await fc.assert(
    fc.asyncProperty(mutated, async ([seed, changes, cut, tail, encoding]) => {
      const bytes = Buffer.concat([seed.subarray(0, cut), tail]);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      const { code } = await rawCall(session, [bytes], { 'grpc-encoding': encoding });
      expect(defined).toContain(code);
    }),
    { numRuns: runs, seed: 4317 },
  );
  expect(receiver.budget.bytesUsed).toBe(0);
});

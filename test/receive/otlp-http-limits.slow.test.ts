import { connect as connectHttp2 } from 'node:http2';
import { Readable } from 'node:stream';
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { ByteBudget } from '../../src/receive/byte-budget.ts';
import { JSON_TYPE, MIB, PROTOBUF, connectRaw, postHead, send, startReceiver } from './http-harness.ts';

const BODY = Buffer.from('a log line 0123456789\n'.repeat(5000));

type Pack = (bytes: Buffer) => Buffer;
const ENCODINGS: [name: string, pack: Pack][] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['GZIP', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['zlib', deflateSync],
  ['zstd', zstdCompressSync],
  ['identity', (bytes) => bytes],
  ['', (bytes) => bytes],
];

function encoded(encoding: string, contentType = PROTOBUF): { headers: Record<string, string> } {
  return { headers: { 'content-type': contentType, 'content-encoding': encoding } };
}

test.each(ENCODINGS)('H16: content-encoding "%s" is undone', async (encoding, pack) => {
  const { url, accepted, events } = await startReceiver();
  const packed = pack(BODY);
  expect((await send(url, packed, encoded(encoding))).status).toBe(200);
  expect(BODY.equals(accepted[0] ?? Buffer.alloc(0))).toBe(true);
  expect(events[0]?.bytes).toBe(packed.length);
});

test('H16: a gzip body of several members is all of them', async () => {
  const { url, accepted } = await startReceiver();
  await send(url, Buffer.concat([gzipSync(BODY), gzipSync(BODY)]), encoded('gzip'));
  expect(accepted[0]?.byteLength).toBe(2 * BODY.length);
});

test.each(['gzip', 'deflate', 'zstd'])('H17: bytes that are not %s are 400 with the reason', async (encoding) => {
  const { url } = await startReceiver();
  const answer = await send(url, '\x07not compressed at all', encoded(encoding, JSON_TYPE));
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text)).toMatchObject({ code: 3, message: expect.stringContaining(encoding) });
});

test.each(ENCODINGS.slice(0, 7))('H17: a truncated %s body is 400', async (encoding, pack) => {
  const { url } = await startReceiver();
  const packed = pack(BODY);
  expect((await send(url, packed.subarray(0, packed.length - 9), encoded(encoding))).status).toBe(400);
});

test.each(['nosuchcompression', 'br', 'snappy', 'gzip, gzip', 'gzip,identity', '__proto__', 'constructor'])(
  'H18: content-encoding "%s" is 400 with what is supported',
  async (encoding) => {
    const { url } = await startReceiver();
    const answer = await send(url, BODY, encoded(encoding));
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('gzip, deflate, zstd, identity');
  },
);

test('H19: what a decoder throws does not end the process, and the next request is served', async () => {
  const { url } = await startReceiver({
    transcodeJson: () => {
      throw new RangeError('Maximum call stack size exceeded');
    },
  });
  expect((await send(url, '{}', { headers: { 'content-type': JSON_TYPE } })).status).toBe(503);
  expect((await send(url, BODY)).status).toBe(200);
});

test('H12: a body of the limit is taken, one byte more is 413, declared or chunked', async () => {
  const { url, accepted, events } = await startReceiver({ requestBytesMax: 3 * MIB });
  expect((await send(url, Buffer.alloc(3 * MIB))).status).toBe(200);
  expect((await send(url, Readable.from([Buffer.alloc(2 * MIB), Buffer.alloc(MIB)]))).status).toBe(200);
  expect(accepted.map((bytes) => bytes.byteLength)).toEqual([3 * MIB, 3 * MIB]);
  expect((await send(url, Buffer.alloc(3 * MIB + 1))).status).toBe(413);
  expect((await send(url, Readable.from([Buffer.alloc(3 * MIB), Buffer.alloc(1)]))).status).toBe(413);
  expect(accepted).toHaveLength(2);
  expect(events.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'resource_exhausted', 'resource_exhausted']);
});

test('H12: 413 names the limit and has no Retry-After', async () => {
  const { url } = await startReceiver({ requestBytesMax: 100 });
  const answer = await send(url, Buffer.alloc(101), { headers: { 'content-type': JSON_TYPE } });
  expect(answer.status).toBe(413);
  expect(JSON.parse(answer.text)).toEqual({ code: 8, message: 'request body is 101 bytes, the limit is 100 bytes' });
  expect(answer.headers['retry-after']).toBeUndefined();
});

test.each(ENCODINGS.slice(0, 7))('H20: %s that inflates beyond the limit is 413', async (encoding, pack) => {
  const { url, accepted, budget } = await startReceiver({ requestBytesMax: 4 * MIB });
  const before = budget.bytesUsed;
  expect((await send(url, pack(Buffer.alloc(4 * MIB + 1)), encoded(encoding))).status).toBe(413);
  expect((await send(url, pack(Buffer.alloc(4 * MIB)), encoded(encoding))).status).toBe(200);
  expect(accepted).toHaveLength(1);
  expect(budget.bytesUsed).toBe(before);
});

test('H20: gzip within gzip is inflated once', async () => {
  const { url, accepted } = await startReceiver({ requestBytesMax: MIB });
  const inner = gzipSync(Buffer.alloc(64 * MIB));
  await send(url, gzipSync(inner), encoded('gzip'));
  expect(inner.equals(accepted[0] ?? Buffer.alloc(0))).toBe(true);
});

test('H13: a spent budget is 503 with Retry-After, and what is freed serves the next', async () => {
  const budget = new ByteBudget(2 * MIB);
  const { url } = await startReceiver({ budget });
  expect(budget.tryAcquire(MIB)).toBe(true);
  const refused = await send(url, Buffer.alloc(MIB + 1));
  expect(refused.status).toBe(503);
  expect(refused.headers['retry-after']).toBe('1');
  budget.release(MIB);
  expect((await send(url, Buffer.alloc(MIB + 1))).status).toBe(200);
});

test('S9: bytes of unfinished bodies count as they come, and are given back when their sender goes', async () => {
  const budget = new ByteBudget(MIB);
  const { url, port } = await startReceiver({ budget });
  const senders = await Promise.all(Array.from({ length: 10 }, () => connectRaw(port)));
  for (const { write } of senders) {
    write(`${postHead('content-length: 60000000')}\r\n\r\n`);
    write(Buffer.alloc(100 * 1024));
  }
  await expect.poll(() => budget.bytesUsed).toBe(10 * 100 * 1024);
  const refused = await send(url, Buffer.alloc(100 * 1024));
  expect(refused.status).toBe(503);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  for (const { socket } of senders) socket.destroy();
  await expect.poll(() => budget.bytesUsed).toBe(0);
  expect((await send(url, Buffer.alloc(100 * 1024))).status).toBe(200);
});

test('the budget holds a body until the intake is done with it, whatever came of its memory', async () => {
  const gate = Promise.withResolvers<void>();
  const { url, budget } = await startReceiver({
    intake: {
      async accept(bytes) {
        structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
        await gate.promise;
        return { records: 1, rejected: 0, message: '' };
      },
    },
  });
  const answers = [send(url, BODY), send(url, gzipSync(BODY), encoded('gzip'))];
  await expect.poll(() => budget.bytesUsed).toBe(2 * BODY.length);
  gate.resolve();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
  await expect.poll(() => budget.bytesUsed).toBe(0);
});

test.each([
  ['in one piece', 1 << 20],
  ['in small pieces', 977],
  ['byte by byte', 1],
])('a body arrives whole %s, in memory that nothing else uses', async (_, step) => {
  const { port, accepted } = await startReceiver();
  const bytes = Buffer.from(Array.from({ length: step === 1 ? 300 : 300_000 }, (__, at) => at % 251));
  const { write, until } = await connectRaw(port);
  write(`${postHead(`content-length: ${bytes.length}`)}\r\n\r\n`);
  for (let at = 0; at < bytes.length; at += step) {
    write(bytes.subarray(at, at + step));
    if (step === 1) await new Promise(setImmediate);
  }
  await until(/200 OK/);
  expect(bytes.equals(accepted[0] as Uint8Array)).toBe(true);
  expect(accepted[0]?.buffer.byteLength).toBe(bytes.length);
});

test('a chunked body of one-byte chunks is gathered', async () => {
  const { port, accepted } = await startReceiver();
  const { write, until } = await connectRaw(port);
  write(`${postHead('transfer-encoding: chunked')}\r\n\r\n`);
  write('1\r\nx\r\n'.repeat(200_000));
  write('0\r\n\r\n');
  await until(/200 OK/);
  expect(accepted[0]?.byteLength).toBe(200_000);
});

test('S14: headers of 60 KB are read; 100 KB are refused, and another connection does not notice', async () => {
  const { url, port } = await startReceiver();
  const withPadding = (bytes: number): string => postHead('content-length: 0', `x-pad: ${'p'.repeat(bytes)}`);
  const good = await connectRaw(port);
  good.write(`${withPadding(60_000)}\r\n\r\n`);
  await good.until(/^HTTP\/1.1 200/);
  const greedy = await connectRaw(port);
  greedy.write(`${withPadding(100_000)}\r\n\r\n`);
  expect(await greedy.closed()).toMatch(/^HTTP\/1.1 431 /);
  good.write(`${postHead('content-length: 0')}\r\n\r\n`);
  await good.until(/200 OK.*200 OK/s);
  expect((await send(url, BODY)).status).toBe(200);
});

test('S14: over HTTP/2 a request with 100 KB of headers is refused, and its connection lives on', async () => {
  const { port } = await startReceiver();
  const session = connectHttp2(`http://127.0.0.1:${port}`, { maxSendHeaderBlockLength: 1 << 20 });
  onTestFinished(() => session.destroy());
  const post = (padding: number): Promise<unknown> => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const stream = session.request({
      ':method': 'POST',
      ':path': '/v1/logs',
      'content-type': PROTOBUF,
      ...Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`x-pad-${at}`, 'p'.repeat(padding / 10)])),
    });
    stream.on('response', (headers) => resolve(headers[':status']));
    stream.on('error', resolve).end();
    return promise;
  };
  expect(await post(60_000)).toBe(200);
  expect(await post(100_000)).not.toBe(200);
  expect(await post(1000)).toBe(200);
});

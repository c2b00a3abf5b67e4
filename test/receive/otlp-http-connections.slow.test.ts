import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import type { IntakeResult } from '../../src/receive/log-intake.ts';
import { PIPELINED_MAX } from '../../src/security/http1-pipelines.ts';
import { JSON_TYPE, MIB, PROTOBUF, connectRaw, fullSuccess, postHead, send, startReceiver } from './http-harness.ts';

const EMPTY_POST = `${postHead('content-length: 0')}\r\n\r\n`;

function keepAliveAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return agent;
}

test('H24: a connection is kept between requests, and promised to be for longer than 60 s', async () => {
  const { port } = await startReceiver();
  const client = await connectRaw(port);
  for (let request = 0; request < 3; request++) client.write(EMPTY_POST);
  const answers = await client.until(/(200 OK.*){3}/s);
  expect(answers.toLowerCase()).not.toContain('connection: close');
  expect(Number(/keep-alive: timeout=(\d+)/i.exec(answers)?.[1])).toBeGreaterThan(60);
});

test('H24: a connection is kept after a refusal whose body is small', async () => {
  const { url } = await startReceiver();
  const agent = keepAliveAgent();
  const headers = { 'content-type': 'text/plain' };
  expect((await send(url, Buffer.alloc(200_000), { agent, headers })).headers.connection).toBe('keep-alive');
  expect((await send(url, Buffer.alloc(200_000), { agent })).status).toBe(200);
});

test('S13: of POSTs that do not wait for answers a few are taken, each is acknowledged, and the connection ends', async () => {
  let over = 0;
  const intake = { accept: () => new Promise<IntakeResult>((resolve) => setImmediate(resolve, fullSuccess())) };
  const { port, events } = await startReceiver({ intake, onPipelineOver: () => void over++ });
  const client = await connectRaw(port);
  client.write(EMPTY_POST.repeat(1000));
  const answers = await client.closed();
  expect(events.map(({ outcome }) => outcome)).toEqual(Array.from({ length: PIPELINED_MAX }, () => 'ok'));
  expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(PIPELINED_MAX);
  expect(over).toBe(1);
});

test('H24: a connection is kept after a refusal in the middle of a body', async () => {
  const { url } = await startReceiver({ requestBytesMax: 100_000 });
  const agent = keepAliveAgent();
  const headers = { 'content-type': JSON_TYPE, 'content-length': 200_000 };
  expect((await send(url, Buffer.alloc(200_000), { agent, headers })).status).toBe(413);
  expect((await send(url, '{}', { agent })).status).toBe(200);
});

test('H25: headers that do not end are 408, and so is a connection closed that sends nothing', async () => {
  const { port } = await startReceiver({ receiveTimeoutMs: 200 });
  const silent = await connectRaw(port);
  const slow = await connectRaw(port);
  slow.write('POST /v1/logs HTTP/1.1\r\nhost: test\r\nx-slow: ');
  expect(await slow.closed()).toMatch(/^HTTP\/1.1 408 .*connection: close/is);
  expect(await silent.closed()).toBe('');
});

test('H25: a body that does not end is 408 in the encoding of the request', async () => {
  const { port, events } = await startReceiver({ receiveTimeoutMs: 200 });
  const slow = await connectRaw(port);
  slow.write(`${postHead('content-length: 1000').replace(PROTOBUF, JSON_TYPE)}\r\n\r\n{"a`);
  const answer = await slow.until(/after 0.2 s/);
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(answer).toContain(`content-type: ${JSON_TYPE}\r\n`);
  expect(events.map(({ outcome }) => outcome)).toEqual(['deadline_exceeded']);
});

test('H25: a body that keeps trickling is 408 all the same', async () => {
  const { port } = await startReceiver({ receiveTimeoutMs: 300 });
  const slow = await connectRaw(port);
  slow.write(`${postHead('transfer-encoding: chunked')}\r\n\r\n`);
  const drip = setInterval(() => slow.write('1\r\nx\r\n'), 20);
  onTestFinished(() => clearInterval(drip));
  expect(await slow.closed()).toMatch(/^HTTP\/1.1 408 /);
});

test('H26: a body in chunks is taken, gathered', async () => {
  const { url, accepted } = await startReceiver();
  const answer = await send(url, Readable.from([Buffer.from('ab'), Buffer.from('cd')]));
  expect(answer.status).toBe(200);
  expect(Buffer.from(accepted[0] as Uint8Array).toString()).toBe('abcd');
});

test('H26: a sender that expects 100-continue is told to go on once', async () => {
  const { port, accepted } = await startReceiver();
  const client = await connectRaw(port);
  client.write(`${postHead('content-length: 2', 'expect: 100-continue')}\r\n\r\n`);
  expect(await client.until(/100 Continue\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  client.write('ab');
  expect(await client.until(/200 OK/)).not.toMatch(/Continue.*Continue/s);
  expect(accepted).toHaveLength(1);
});

test.each([
  ['too large a body', { requestBytesMax: 10 }, ['content-length: 11'], 413],
  ['an encoding that is not known', {}, ['content-length: 2', 'content-encoding: br'], 400],
])('H26: a sender that expects 100-continue is refused at once for %s', async (_, options, headers, status) => {
  const { port } = await startReceiver(options);
  const client = await connectRaw(port);
  client.write(`${postHead('expect: 100-continue', ...headers)}\r\n\r\n`);
  expect(await client.until(/\r\n\r\n/)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

test('H28: an old connection is closed with its next answer', async () => {
  const { url } = await startReceiver({ connectionAgeMaxMs: 0 });
  const agent = keepAliveAgent();
  expect((await send(url, '', { agent })).headers.connection).toBe('keep-alive');
  expect((await send(url, '', { agent })).headers.connection).toBe('close');
  expect((await send(url, '', { agent })).headers.connection).toBe('keep-alive');
});

test.each([
  ['both lengths', 'content-length: 5\r\ntransfer-encoding: chunked', '0\r\n\r\nGET / HTTP/1.1\r\n\r\n'],
  ['both lengths, the other way round', 'transfer-encoding: chunked\r\ncontent-length: 5', '0\r\n\r\nab'],
  ['two different lengths', 'content-length: 5\r\ncontent-length: 6', 'abcdef'],
  ['a length that is no number', 'content-length: 5, 6', 'abcdef'],
  ['an encoding behind chunked', 'transfer-encoding: chunked, identity', '0\r\n\r\n'],
  ['an obfuscated encoding', 'transfer-encoding: xchunked', '0\r\n\r\n'],
  ['a bare line feed in headers', 'content-length: 0\nx: y', ''],
  ['a folded header', 'content-length: 0\r\nx: a\r\n b', ''],
])('H30: a request with %s is refused and its connection closed', async (_, headers, body) => {
  const { port, accepted } = await startReceiver();
  const client = await connectRaw(port);
  client.write(`${postHead(headers)}\r\n\r\n${body}`);
  expect(await client.closed()).toMatch(/^HTTP\/1.1 400 (?!.*HTTP\/1.1)/s);
  expect(accepted).toEqual([]);
});

test('H30: garbage behind a request that is being scored is not taken for its answer', async () => {
  const gate = Promise.withResolvers<void>();
  const { port, budget } = await startReceiver({ intake: { accept: () => gate.promise.then(() => fullSuccess()) } });
  const client = await connectRaw(port);
  client.write(`${postHead('content-length: 2')}\r\n\r\nab`);
  await expect.poll(() => budget.bytesUsed).toBe(2);
  client.write('garbage\r\n\r\n');
  expect(await client.closed()).toBe('');
  gate.resolve();
});

test('a sender that goes away in a body is counted and forgotten', async () => {
  const { port, budget, events } = await startReceiver();
  const client = await connectRaw(port);
  client.write(`${postHead('content-length: 1000')}\r\n\r\nabc`);
  await expect.poll(() => budget.bytesUsed).toBe(3);
  client.socket.destroy();
  await expect.poll(() => events.map(({ outcome }) => outcome)).toEqual(['invalid_argument']);
  expect(budget.bytesUsed).toBe(0);
});

test('connections beyond the limit are closed at once, those within are served', async () => {
  const { port } = await startReceiver({ connectionsMax: 2 });
  const [first, second] = [await connectRaw(port), await connectRaw(port)];
  const third = await connectRaw(port);
  expect(await third.closed()).toBe('');
  for (const client of [first, second]) {
    client.write(EMPTY_POST);
    await client.until(/200 OK/);
  }
  first.socket.destroy();
  await expect
    .poll(async () => {
      const next = await connectRaw(port);
      next.write(EMPTY_POST);
      return Promise.race([next.until(/200 OK/).catch(() => ''), next.closed()]);
    })
    .toContain('200 OK');
});

test('a port that is in use fails the start with its name', async () => {
  const { port } = await startReceiver();
  await expect(startReceiver({ port })).rejects.toThrow(String(port));
});

test('stop: in-flight requests finish on a connection that then closes, idle connections go, nothing new comes', async () => {
  const gate = Promise.withResolvers<void>();
  const receiver = await startReceiver({ intake: { accept: () => gate.promise.then(() => fullSuccess()) } });
  const silent = await connectRaw(receiver.port);
  const idle = await connectRaw(receiver.port);
  idle.write(EMPTY_POST.replace('POST', 'GET'));
  await idle.until(/405/);
  const busy = await connectRaw(receiver.port);
  busy.write(`${postHead('content-length: 2')}\r\n\r\nab`);
  await expect.poll(() => receiver.budget.bytesUsed).toBe(2);

  const stopped = receiver.stop(60_000);
  expect(await silent.closed()).toBe('');
  expect(await idle.closed()).not.toContain('200');
  await expect(send(receiver.url, '')).rejects.toThrow('ECONNREFUSED');
  gate.resolve();
  expect(await busy.closed()).toMatch(/^HTTP\/1.1 200 OK.*connection: close/is);
  await stopped;
});

test('H14: a request that is half there when the receiver stops gets 503 with Retry-After', async () => {
  const receiver = await startReceiver();
  const late = await connectRaw(receiver.port);
  late.write(EMPTY_POST.slice(0, 30));
  // The bytes are with the parser once another request on a later connection has been answered.
  expect((await send(receiver.url, '')).status).toBe(200);
  const stopped = receiver.stop(60_000);
  late.write(EMPTY_POST.slice(30));
  expect(await late.closed()).toMatch(/^HTTP\/1.1 503 .*connection: close\r\n.*retry-after: [1-5]\r\n/is);
  await stopped;
});

test('stop: what does not finish in the time of grace is cut off', async () => {
  const gate = Promise.withResolvers<void>();
  const receiver = await startReceiver({ intake: { accept: () => gate.promise.then(() => fullSuccess()) } });
  const stuck = await connectRaw(receiver.port);
  stuck.write(`${postHead('content-length: 2')}\r\n\r\nab`);
  await expect.poll(() => receiver.budget.bytesUsed).toBe(2);
  await receiver.stop(50);
  expect(await stuck.closed()).toBe('');
  gate.resolve();
});

test('stop: called twice, it is done once', async () => {
  const receiver = await startReceiver();
  await Promise.all([receiver.stop(1000), receiver.stop(1000)]);
  await receiver.stop(1000);
  await expect(send(receiver.url, Buffer.alloc(MIB))).rejects.toThrow('ECONNREFUSED');
});

import { Agent } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, onTestFinished, test } from 'vitest';
import { ByteBudget } from '../../src/receive/byte-budget.ts';
import { JSON_TYPE, MIB, PROTOBUF, connectRaw, postHead, send, startReceiver } from './http-harness.ts';
import type { RawClient } from './http-harness.ts';
import { decodingIntake } from './decoding-intake.ts';
import { peakMemoryGrowth } from './peak-memory.ts';
import { startProcess } from './start-process.ts';

function connectMany(port: number, count: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, () => connectRaw(port)));
}

test('S8 (scaled: 600 sockets for 6,000): silent and slow sockets are closed in time, a good client is served all along', async () => {
  const { url, port } = await startReceiver({ receiveTimeoutMs: 1500, connectionsMax: 2000 });
  const silent = await connectMany(port, 500);
  const slowHeaders = await connectMany(port, 50);
  const slowBodies = await connectMany(port, 50);
  const drip = setInterval(() => {
    for (const client of slowHeaders) client.write('x');
    for (const client of slowBodies) client.write('1\r\nx\r\n');
  }, 50);
  onTestFinished(() => clearInterval(drip));
  for (const client of slowHeaders) client.write('POST /v1/logs HTTP/1.1\r\nx-slow: ');
  for (const client of slowBodies) client.write(`${postHead('transfer-encoding: chunked')}\r\n\r\n`);

  const attack = { over: false };
  const answers = Promise.all([...silent, ...slowHeaders, ...slowBodies].map((client) => client.closed()));
  void answers.then(() => (attack.over = true));
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  onTestFinished(() => agent.destroy());
  let served = 0;
  while (!attack.over) {
    expect((await send(url, 'good', { agent })).status).toBe(200);
    served++;
  }
  expect(served).toBeGreaterThan(20);
  const closed = await answers;
  expect(closed.slice(0, 500).join('')).toBe('');
  for (const answer of closed.slice(500)) expect(answer).toMatch(/^HTTP\/1.1 408 /);
});

test('S9: 50 connections with 60 MiB bodies that never end are refused and cost no more than the budget', async () => {
  const budget = new ByteBudget(64 * MIB);
  const { url, port } = await startReceiver({ budget, receiveTimeoutMs: 3000 });
  const clients = await connectMany(port, 50);
  const piece = Buffer.alloc(64 * 1024);
  const growth = await peakMemoryGrowth(async () => {
    for (const client of clients) {
      client.write(`${postHead(`content-length: ${60 * MIB}`)}\r\n\r\n`);
      const more = (): void => {
        while (client.socket.writable && client.socket.bytesWritten < 59 * MIB && client.socket.write(piece));
      };
      client.socket.on('drain', more);
      more();
    }
    await expect.poll(() => clients.filter((client) => client.received() !== '').length, { timeout: 15_000 }).toBe(50);
  });
  const answers = clients.map((client) => client.received());
  const refused = answers.filter((answer) => /^HTTP\/1.1 503 .*retry-after: [1-5]\r\n/is.test(answer));
  const tooSlow = answers.filter((answer) => answer.startsWith('HTTP/1.1 408 '));
  // What one that was refused gave back serves another, until its time is up.
  expect(refused.length).toBeGreaterThan(10);
  expect(refused.length + tooSlow.length).toBe(50);
  // The clients of this process come on top, and what malloc has yet to give back to the system.
  expect(growth).toBeLessThan((64 + 128) * MIB);
  await expect.poll(() => budget.bytesUsed).toBe(0);
  expect((await send(url, Buffer.alloc(32 * MIB))).status).toBe(200);
});

test('S9: 100 streams of each of 5 HTTP/2 connections count against the same budget', async () => {
  const budget = new ByteBudget(16 * MIB);
  const { port, url } = await startReceiver({ budget });
  let refused = 0;
  const growth = await peakMemoryGrowth(async () => {
    for (let connection = 0; connection < 5; connection++) {
      const session = connectHttp2(`http://127.0.0.1:${port}`, { maxSessionMemory: 500 });
      onTestFinished(() => session.destroy());
      for (let stream = 0; stream < 100; stream++) {
        const request = session.request({ ':method': 'POST', ':path': '/v1/logs', 'content-type': PROTOBUF });
        request
          .on('error', () => undefined)
          .on('response', ({ ':status': status }) => (refused += Number(status === 503)));
        request.write(Buffer.alloc(100 * 1024));
      }
    }
    await expect.poll(() => refused, { timeout: 10_000 }).toBeGreaterThan(300);
  });
  expect(budget.bytesUsed).toBeLessThanOrEqual(16 * MIB);
  expect(growth).toBeLessThan(16 * MIB + 160 * MIB);
  expect((await send(url, Buffer.alloc(8 * MIB))).status).toBe(503);
});

function deepJson(depth: number): string {
  const body = `${'{"arrayValue":{"values":['.repeat(depth)}${']}}'.repeat(depth)}`;
  return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${body}}]}]}]}`;
}

function oneRecord(record: object): string {
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
}

const attributes = Array.from({ length: 10_000 }, (_, at) => ({
  key: `key-${at}`,
  value: { stringValue: `value ${at}` },
}));

test.each([
  ['a line of 1 MiB', oneRecord({ body: { stringValue: 'word '.repeat(MIB / 5) } }), [200]],
  ['10,000 attributes', oneRecord({ body: { stringValue: 'x' }, attributes }), [200]],
  ['JSON 20,000 levels deep', deepJson(20_000), [200, 400]],
  ['unknown JSON 20,000 levels deep', `{"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, [200, 400]],
  ['brackets that never close', `{"x":${'['.repeat(500_000)}`, [400]],
])('S12: %s is answered, and the event loop never stands still for 200 ms', async (_, body, statuses) => {
  const { url } = await startReceiver({ intake: decodingIntake() });
  const headers = { 'content-type': JSON_TYPE };
  expect((await send(url, '{}', { headers })).status).toBe(200);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const answers = [
    await send(url, body, { headers }),
    await send(url, body, { headers }),
    await send(url, '{}', { headers }),
  ];
  await new Promise((resolve) => setTimeout(resolve, 20));
  delay.disable();
  expect(statuses).toContain(answers[0]?.status);
  expect(statuses).toContain(answers[1]?.status);
  expect(answers[2]?.status).toBe(200);
  expect(delay.max / 1e6).toBeLessThan(200);
});

test('S9: refused bodies in chunks of a byte, on 50 connections, cost less than 64 MiB', async () => {
  const server = await startProcess('http');
  const clients = await connectMany(server.port, 50);
  const head = postHead('transfer-encoding: chunked').replace('/v1/logs', '/nothing');
  for (const { write } of clients) write(`${head}\r\n\r\n${'1\r\nx\r\n'.repeat(200_000)}`);
  for (const answer of await Promise.all(clients.map((client) => client.closed()))) {
    expect(answer).toMatch(/^HTTP\/1.1 404 /);
  }
  expect((await server.memory()).growth).toBeLessThan(64 * MIB);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { credentials } from '@grpc/grpc-js';
import { service as HEALTH } from 'grpc-health-check';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { usePart } from '../parts/part.ts';
import { connectClient, connectHttp2, encodeRequest, frame, rawCall } from '../receive/grpc-harness.ts';
import { connectRaw, postHead } from '../receive/http-harness.ts';
import { openStream } from '../serve/sse-client.ts';
import { spawnHalfspace, startHalfspace } from './halfspace.ts';
import type { RunningHalfspace } from './halfspace.ts';
import { grpcSender, httpSender, portOf } from './otlp-client.ts';

const GRACE_SECONDS = 3;
const REQUEST = encodeRequest('the last words of a sender');
const HALF = REQUEST.length >> 1;

let halfspace: RunningHalfspace;
beforeEach(async () => {
  halfspace = await startHalfspace({ SHUTDOWN_GRACE_SECONDS: String(GRACE_SECONDS) });
  return () => halfspace.kill();
});

/** A gRPC export of which one half is under way; `finish` sends the other. */
async function halfGrpcExport() {
  const session = await connectHttp2(portOf(halfspace.addresses.otlp_grpc));
  const stream = session.request({
    ':method': 'POST',
    ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const framed = frame(REQUEST);
  let status = -1;
  stream.on('trailers', (trailers) => (status = Number(trailers['grpc-status'])));
  stream.on('error', () => undefined);
  stream.resume();
  const closed = once(stream, 'close');
  stream.write(framed.subarray(0, HALF));
  return {
    async finish(): Promise<number> {
      stream.end(framed.subarray(HALF));
      await closed;
      return status;
    },
    closed,
  };
}

/** The same over HTTP. */
async function halfHttpExport() {
  const client = await connectRaw(portOf(halfspace.addresses.otlp_http));
  client.write(`${postHead(`content-length: ${REQUEST.length}`)}\r\n\r\n`);
  client.write(REQUEST.subarray(0, HALF));
  return {
    async finish(): Promise<string> {
      client.write(REQUEST.subarray(HALF));
      return client.until(/^HTTP\/1\.1 \d+/);
    },
    closed: client.closed(),
  };
}

const PATIENCE = { timeout: 10_000 };

/** The service has got the first halves of so many exports. */
const untilHeld = (exports = 2) =>
  expect.poll(() => halfspace.metric('halfspace_in_flight_bytes'), PATIENCE).toBeGreaterThanOrEqual(exports * HALF);

const readiness = async () => (await fetch(`${halfspace.addresses.rest}/ready`)).status;

/** Asks it to stop; resolves once it has begun to. */
async function beginToStop(): Promise<void> {
  halfspace.signal('SIGTERM');
  await expect.poll(readiness, PATIENCE).toBe(503);
}

describe('a service that is told to stop', () => {
  test('finishes the exports in flight, over both transports, and ends with 0', async () => {
    const exports = [await halfGrpcExport(), await halfHttpExport()] as const;
    await untilHeld();
    await beginToStop();
    expect(await exports[0].finish()).toBe(0);
    expect(await exports[1].finish()).toMatch(/^HTTP\/1\.1 200/);
    expect(await halfspace.exited).toBe(0);
  });

  test('accepts no further export, and says at /ready why, while /health stays well', async () => {
    const held = await halfGrpcExport();
    const heldToo = await halfHttpExport();
    const senders = [grpcSender(halfspace), httpSender(halfspace)] as const;
    for (const sender of senders) expect(await sender.send(REQUEST)).toMatchObject({ isOk: true });
    await untilHeld();
    await beginToStop();
    expect(await halfspace.get('/ready')).toMatchObject({ reasons: ['shutting down'] });
    expect((await fetch(`${halfspace.addresses.rest}/health`)).status).toBe(200);
    expect(await senders[0].send(REQUEST)).toMatchObject({ status: 14 });
    await expect(senders[1].send(REQUEST)).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
    await Promise.all([held.finish(), heldToo.finish()]);
    expect(await halfspace.exited).toBe(0);
  });

  test('refuses a further export on a connection that another keeps open, and lets it be sent again', async () => {
    const session = await connectHttp2(portOf(halfspace.addresses.otlp_grpc));
    const first = rawCall(session, [frame(REQUEST).subarray(0, HALF)], {}, { keepOpen: true });
    const second = await connectRaw(portOf(halfspace.addresses.otlp_http));
    // Two requests on one connection, the second behind the first.
    second.write(`${postHead(`content-length: ${REQUEST.length}`)}\r\n\r\n`);
    second.write(REQUEST.subarray(0, HALF));
    await untilHeld();
    const goneAway = once(session, 'goaway');
    await beginToStop();
    await goneAway;
    second.write(REQUEST.subarray(HALF));
    second.write(`${postHead(`content-length: ${REQUEST.length}`)}\r\n\r\n`);
    second.write(REQUEST);
    const answers = (await second.closed()).match(/HTTP\/1\.1 \d+/g);
    expect(answers?.[0]).toBe('HTTP/1.1 200');
    expect(answers?.slice(1)).not.toContain('HTTP/1.1 200');
    session.destroy();
    await first;
    expect(await halfspace.exited).toBe(0);
  });

  test('cuts clients that never finish when the grace is over, and ends with 0', async () => {
    const exports = [await halfGrpcExport(), await halfHttpExport()];
    const call = await connectRaw(portOf(halfspace.addresses.rest));
    const head = 'POST /anomalies/detect HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
    call.write(`${head}content-length: 100\r\n\r\n{"logs":`);
    const stream = await openStream(`${halfspace.addresses.rest}/anomalies/stream`);
    await stream.next();
    await untilHeld();
    const began = performance.now();
    halfspace.signal('SIGTERM');
    await Promise.all(exports.map(({ closed }) => closed));
    for (let block = await stream.next(); block !== undefined; block = await stream.next());
    await call.closed();
    expect(await halfspace.exited).toBe(0);
    const seconds = (performance.now() - began) / 1000;
    expect(seconds).toBeGreaterThan(GRACE_SECONDS * 0.9);
    // One grace over all that has to stop, and room for a slow machine.
    expect(seconds).toBeLessThan(GRACE_SECONDS * 1.8);
  });

  test('ends at once when nobody is connected but idle', async () => {
    for (const sender of [grpcSender(halfspace), httpSender(halfspace)]) await sender.send(REQUEST);
    const stream = await openStream(`${halfspace.addresses.rest}/anomalies/stream`);
    await stream.next();
    const began = performance.now();
    halfspace.signal('SIGTERM');
    expect(await halfspace.exited).toBe(0);
    expect((performance.now() - began) / 1000).toBeLessThan(GRACE_SECONDS * 0.9);
  });
});

const probe = await usePart('grpc-health-probe');

describe.skipIf(probe.missing !== undefined)('the health probe of gRPC', () => {
  /** Exit code (0 serving, 2 no connection, 4 not serving) and what it says. */
  async function ask(...args: string[]): Promise<{ code: number; said: string }> {
    const child = spawn(probe.path ?? '', ['-addr', halfspace.addresses.otlp_grpc, ...args]);
    let said = '';
    for (const out of [child.stdout, child.stderr]) out.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, said };
  }

  test('says SERVING of the server and of its logs service, until SIGTERM: then nothing listens any more', async () => {
    for (const service of ['', 'opentelemetry.proto.collector.logs.v1.LogsService']) {
      const { code, said } = await ask('-service', service);
      expect(said).toContain('status: SERVING');
      expect(code).toBe(0);
    }
    expect((await ask('-service', 'no.such.Service')).said).toContain('NotFound');
    const held = await halfGrpcExport();
    await untilHeld(1);
    await beginToStop();
    const { code } = await ask();
    expect(code).toBe(2);
    expect(await held.finish()).toBe(0);
    expect(await halfspace.exited).toBe(0);
  });

  test('that watches is told NOT_SERVING on SIGTERM', async () => {
    const client = connectClient(portOf(halfspace.addresses.otlp_grpc), credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = HEALTH['Watch']!;
    const watch = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service: '' });
    const statuses: string[] = [];
    watch.on('data', (answer: object) => statuses.push((answer as { status: string }).status));
    const ended = new Promise<void>((resolve) => void watch.on('error', () => resolve()).on('end', resolve));
    onTestFinished(() => watch.cancel());
    await expect.poll(() => statuses, PATIENCE).toEqual(['SERVING']);
    halfspace.signal('SIGTERM');
    await ended;
    expect(statuses).toEqual(['SERVING', 'NOT_SERVING']);
    expect(await halfspace.exited).toBe(0);
  });
});

test('who ends it as soon as it says that it is ready has it end in order', async () => {
  // The signal races with what the service does next: each round is a chance for it to be too early.
  for (let round = 0; round < 8; round++) {
    const child = spawnHalfspace();
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const isNews = !said.includes('"msg":"ready"');
      said += chunk.toString();
      // Once: who asks twice will not wait.
      if (isNews && said.includes('"msg":"ready"')) child.kill('SIGTERM');
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(said).toContain('"msg":"stopped"');
  }
}, 60_000);

test('who reads its log no longer does not keep it from ending', { timeout: 60_000 }, async () => {
  for (let i = 0; i < 4; i++) {
    const child = spawnHalfspace();
    onTestFinished(() => void child.kill('SIGKILL'));
    const closed = once(child, 'close') as Promise<[number | null]>;
    let said = '';
    while (!said.includes('"ready"')) said += String((await once(child.stdout, 'data')) as [Buffer]);
    child.stdout.destroy();
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(0);
  }
});

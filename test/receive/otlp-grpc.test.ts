import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { compressionAlgorithms, credentials, status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { createAuthenticator } from '../../src/receive/authenticator.ts';
import { SecretSet } from '../../src/security/secret-set.ts';
import { ExportError } from '../../src/receive/export-error.ts';
import { decodingIntake } from './decoding-intake.ts';
import {
  MIB,
  PREFACE,
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

const REQUEST = encodeRequest('GET /index.html 200', 'GET /favicon.ico 404');
const { identity: NONE, gzip: GZIP, deflate: DEFLATE } = compressionAlgorithms;

test('G1: LogsService/Export hands the request over as the bytes that were sent', async () => {
  const receiver = await startReceiver();
  expect((await call(connectClient(receiver.port), REQUEST)).code).toBe(status.OK);
  expect(receiver.accepted.map((bytes) => REQUEST.equals(bytes))).toEqual([true]);
  expect(receiver.events).toEqual([{ transport: 'grpc', outcome: 'ok', bytes: REQUEST.length + 5 }]);
});

test.each([
  ['no compression', NONE],
  ['gzip', GZIP],
  ['deflate', DEFLATE],
])('G2: a request with %s is taken', async (_, algorithm) => {
  const receiver = await startReceiver();
  const client = connectClient(receiver.port, undefined, { 'grpc.default_compression_algorithm': algorithm });
  expect((await call(client, REQUEST)).code).toBe(status.OK);
  expect(receiver.accepted.map((bytes) => REQUEST.equals(bytes))).toEqual([true]);
});

test('G7: a request over the limit is RESOURCE_EXHAUSTED without RetryInfo, before and after decompression', async () => {
  const receiver = await startReceiver({ requestBytesMax: MIB });
  const plain = connectClient(receiver.port);
  const gzip = connectClient(receiver.port, undefined, { 'grpc.default_compression_algorithm': GZIP });
  for (const client of [plain, gzip]) {
    const fits = await call(client, Buffer.alloc(MIB));
    expect(fits.code).toBe(status.OK);
    const over = await call(client, Buffer.alloc(MIB + 1));
    expect(over.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(over.details).toContain(`the limit is ${MIB} bytes`);
    expect(over.metadata.get('grpc-status-details-bin')).toEqual([]);
  }
  expect(receiver.accepted.length).toBe(2);
});

test('G7: 64 MiB go through at the default limit', async () => {
  const receiver = await startReceiver();
  const largest = Buffer.alloc(64 * MIB, 'log ');
  expect((await call(connectClient(receiver.port), largest)).code).toBe(status.OK);
  expect(receiver.accepted.map((bytes) => largest.equals(bytes))).toEqual([true]);
});

test('G9: an empty request is OK', async () => {
  const receiver = await startReceiver({ intake: decodingIntake() });
  expect((await call(connectClient(receiver.port), Buffer.alloc(0))).code).toBe(status.OK);
});

test('G17: 100 requests at a time on one connection, and the cap on streams is told to the client', async () => {
  const gate = gatedIntake();
  const receiver = await startReceiver({ intake: gate.intake, streamsMax: 100 });
  const client = connectClient(receiver.port);
  const calls = Array.from({ length: 150 }, () => call(client, REQUEST));
  await expect.poll(gate.waiting).toBe(100);
  gate.open();
  expect(new Set((await Promise.all(calls)).map((answer) => answer.code))).toEqual(new Set([status.OK]));
  const session = await connectHttp2(receiver.port);
  expect(session.remoteSettings.maxConcurrentStreams).toBe(100);
});

test.each([
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'out of the traces pipeline'],
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'out of the metrics pipeline'],
  ['/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export', 'out of the profiles pipeline'],
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Import', 'no such method'],
  ['/', 'no such method'],
])('G18, D20: %s is UNIMPLEMENTED with a sentence', async (path, sentence) => {
  const receiver = await startReceiver();
  const { code, details } = await call(connectClient(receiver.port), REQUEST, {}, { path });
  expect(code).toBe(status.UNIMPLEMENTED);
  expect(details).toContain(sentence);
});

test.each(['', '5', 'S', '5s', '-5S', '123456789S', '5 S', '1.5S'])(
  'G20: a grpc-timeout of %j is an error',
  async (timeout) => {
    const receiver = await startReceiver();
    const answer = await rawCall(await connectHttp2(receiver.port), [frame(REQUEST)], { 'grpc-timeout': timeout });
    expect(answer).toMatchObject({ code: status.INTERNAL });
    expect(receiver.accepted).toEqual([]);
  },
);

test('G23: a connection that answers no ping is ended', async () => {
  const receiver = await startReceiver({ connection: { keepaliveTimeMs: 50, keepaliveTimeoutMs: 100 } });
  const { socket, closed } = await connectRaw(receiver.port);
  socket.write(PREFACE);
  await expect(closed).resolves.toBeUndefined();
});

test('G25: a token is asked for before the body is read', async () => {
  const auth = createAuthenticator(new SecretSet(['the secret', 'a-token']));
  const receiver = await startReceiver({ auth });
  const client = connectClient(receiver.port);
  expect((await call(client, REQUEST)).code).toBe(status.UNAUTHENTICATED);
  expect((await call(client, REQUEST, { authorization: 'Bearer wrong' })).code).toBe(status.UNAUTHENTICATED);
  expect((await call(client, REQUEST, { authorization: 'Bearer a-token' })).code).toBe(status.OK);
  expect((await call(client, REQUEST, { 'x-signing-secret': 'the secret' })).code).toBe(status.OK);
  expect(receiver.accepted.length).toBe(2);
});

test('G25: known but not allowed is PERMISSION_DENIED', async () => {
  const auth = {
    check() {
      throw new ExportError('permission_denied', 'this token may only read');
    },
  };
  const receiver = await startReceiver({ auth });
  expect(await call(connectClient(receiver.port), REQUEST)).toMatchObject({
    code: status.PERMISSION_DENIED,
    details: 'this token may only read',
  });
});

test('G27, S20: reflection is not served', async () => {
  const receiver = await startReceiver();
  for (const version of ['v1', 'v1alpha']) {
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    expect((await call(connectClient(receiver.port), Buffer.alloc(0), {}, { path })).code).toBe(status.UNIMPLEMENTED);
  }
});

test('G29: a port that is taken fails the start with a sentence', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  await expect(startReceiver({ port })).rejects.toThrow(
    `OTLP/gRPC cannot listen on 127.0.0.1:${port}: the port is in use`,
  );
});

test('G30: values nested 20,000 deep do not crash', async () => {
  const receiver = await startReceiver({ intake: decodingIntake() });
  // From the inside out: a string in a list in a list, in the body of the one record.
  const parts = [Buffer.from([0x0a, 1, 0x78])];
  let length = 3;
  const wrap = (field: number): void => {
    const head = lengthHead(field, length);
    parts.push(head);
    length += head.length;
  };
  for (let depth = 0; depth < 20_000; depth++) [1, 5].forEach(wrap);
  [5, 2, 2, 1].forEach(wrap);
  const request = Buffer.concat(parts.toReversed());
  expect((await call(connectClient(receiver.port), request)).code).toBe(status.OK);
  expect((await call(connectClient(receiver.port), REQUEST)).code).toBe(status.OK);
});

test('a sender that speaks TLS to the plain port, or HTTP/1, is not answered and hurts nobody', async () => {
  const receiver = await startReceiver();
  const overTls = connectClient(receiver.port, credentials.createSsl(), {
    'grpc.ssl_target_name_override': 'localhost',
  });
  expect((await call(overTls, REQUEST, {}, { deadline: Date.now() + 1000 })).code).not.toBe(status.OK);
  await expect(fetch(`http://127.0.0.1:${receiver.port}/`)).rejects.toThrow('fetch failed');
  expect((await call(connectClient(receiver.port), REQUEST)).code).toBe(status.OK);
});

/** Tag and length of a field that holds `length` bytes. */
function lengthHead(field: number, length: number): Buffer<ArrayBuffer> {
  const head = [field * 8 + 2];
  let rest = length;
  for (; rest > 127; rest >>= 7) head.push((rest & 127) | 128);
  return Buffer.from([...head, rest]);
}

import { connect, constants } from 'node:http2';
import type { ClientHttp2Session, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { Socket } from 'node:net';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import type { CallOptions, ChannelCredentials, ClientOptions, ServiceError } from '@grpc/grpc-js';
import { onTestFinished, expect } from 'vitest';
import { ByteBudget } from '../../src/receive/byte-budget.ts';
import type { LogIntake } from '../../src/receive/log-intake.ts';
import { loadLogsService } from '../../src/receive/otlp-grpc-definitions.ts';
import { startOtlpGrpc } from '../../src/receive/otlp-grpc.ts';
import type { GrpcReceiver, GrpcReceiverOptions } from '../../src/receive/otlp-grpc.ts';
import type { ReceiverEvent } from '../../src/receive/receiver.ts';

export const MIB = 1 << 20;
const LOGS_SERVICE = loadLogsService();
export const EXPORT_PATH = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';

export interface TestReceiver extends GrpcReceiver {
  budget: ByteBudget;
  /** Requests that came through, in order. */
  accepted: Uint8Array[];
  events: ReceiverEvent[];
}

/** A receiver on a free port of the loopback; when the test ends it is stopped, and must hold no bytes. */
export async function startReceiver(overrides: Partial<GrpcReceiverOptions> = {}): Promise<TestReceiver> {
  const accepted: Uint8Array[] = [];
  const events: ReceiverEvent[] = [];
  const budget = overrides.budget ?? new ByteBudget(128 * MIB);
  const receiver = await startOtlpGrpc({
    host: '127.0.0.1',
    port: 0,
    intake: {
      accept(bytes) {
        accepted.push(bytes);
        return Promise.resolve({ records: 1, rejected: 0, message: '' });
      },
    },
    budget,
    auth: undefined,
    tls: undefined,
    requestBytesMax: 64 * MIB,
    receiveTimeoutMs: 10_000,
    connectionsMax: 1000,
    streamsMax: 100,
    onEvent: (event) => void events.push(event),
    ...overrides,
  });
  onTestFinished(async () => {
    await receiver.stop(0);
    await expect.poll(() => budget.bytesUsed).toBe(0);
  });
  return { ...receiver, budget, accepted, events };
}

/** One log record a text. */
export function encodeRequest(...texts: string[]): Buffer {
  const logRecords = texts.map((stringValue) => ({ body: { stringValue }, severityNumber: 9 }));
  return LOGS_SERVICE.Export.requestSerialize({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}

export function connectClient(
  port: number,
  channel: ChannelCredentials = credentials.createInsecure(),
  options: ClientOptions = {},
): Client {
  const client = new Client(`127.0.0.1:${port}`, channel, {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_channelz': 0,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

export interface Answer {
  code: number;
  details: string;
  metadata: Metadata;
  response: unknown;
}

/** A unary call of any method with raw bytes, by the ordinary client. */
export function call(
  client: Client,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
  options: CallOptions & { path?: string } = {},
): Promise<Answer> {
  const { path = EXPORT_PATH, ...callOptions } = options;
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const decode = (answer: Buffer): unknown => LOGS_SERVICE.Export.responseDeserialize(answer);
  return new Promise((resolve) => {
    const done = (error: ServiceError | null, response: unknown): void => {
      if (error === null) resolve({ code: 0, details: '', metadata: new Metadata(), response });
      else resolve({ code: error.code, details: error.details, metadata: error.metadata, response });
    };
    client.makeUnaryRequest(
      path,
      (value: Uint8Array) => Buffer.from(value),
      decode,
      bytes,
      metadata,
      callOptions,
      done,
    );
  });
}

export interface RawAnswer {
  headers: IncomingHttpHeaders;
  trailers: IncomingHttpHeaders;
  body: Buffer;
  rstCode: number;
  /** Of trailers, or of the headers of an answer that has no others. */
  code: number;
  message: string;
}

/** An HTTP/2 connection, for what no gRPC client sends. */
export async function connectHttp2(port: number): Promise<ClientHttp2Session> {
  const session = connect(`http://127.0.0.1:${port}`, { maxSessionMemory: 1000 });
  session.on('error', () => undefined);
  onTestFinished(() => session.destroy());
  await new Promise<void>((resolve) => session.once('connect', () => resolve()));
  return session;
}

/** One stream: the chunks as frames of their own, then its end unless it is to stay open. */
export function rawCall(
  session: ClientHttp2Session,
  chunks: Uint8Array[],
  headers: OutgoingHttpHeaders = {},
  { keepOpen = false }: { keepOpen?: boolean } = {},
): Promise<RawAnswer> {
  const all = {
    ':method': 'POST',
    ':path': EXPORT_PATH,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  };
  const stream = session.request(all);
  const parts: Buffer[] = [];
  let received: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  stream.on('response', (head) => (received = head));
  stream.on('trailers', (tail) => (trailers = tail));
  stream.on('data', (part: Buffer) => parts.push(part));
  stream.on('error', () => undefined);
  for (const chunk of chunks) stream.write(chunk);
  if (!keepOpen) stream.end();
  return new Promise((resolve) => {
    stream.on('close', () => {
      const code = Number(trailers['grpc-status'] ?? received['grpc-status'] ?? -1);
      const message = decodeURIComponent(String(trailers['grpc-message'] ?? received['grpc-message'] ?? ''));
      const rstCode = stream.rstCode ?? constants.NGHTTP2_NO_ERROR;
      resolve({ headers: received, trailers, body: Buffer.concat(parts), rstCode, code, message });
    });
  });
}

/** What a client opens with: the magic and an empty SETTINGS frame. */
export const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/** A plain socket, for what not even an HTTP/2 client sends. */
export async function connectRaw(port: number): Promise<{ socket: Socket; closed: Promise<void> }> {
  const socket = connectSocket({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.resume();
  onTestFinished(() => void socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await Promise.race([new Promise<void>((resolve) => socket.once('connect', () => resolve())), closed]);
  return { socket, closed };
}

/** Flag and length, then the message. */
export function frame(message: Uint8Array, flag = 0, length = message.byteLength): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** A promise and what settles it, for an intake that answers when the test says so. */
export function gatedIntake(): { intake: LogIntake; waiting: () => number; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  const intake: LogIntake = {
    async accept() {
      waiting++;
      await promise;
      waiting--;
      return { records: 1, rejected: 0, message: '' };
    },
  };
  return { intake, waiting: () => waiting, open: resolve };
}

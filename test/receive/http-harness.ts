import { request as httpRequest } from 'node:http';
import type { Agent, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { expect, onTestFinished } from 'vitest';
import { transcodeJson } from '../../src/decode/transcode-json.ts';
import { ByteBudget } from '../../src/receive/byte-budget.ts';
import type { IntakeResult } from '../../src/receive/log-intake.ts';
import { startOtlpHttp } from '../../src/receive/otlp-http.ts';
import type { OtlpHttpOptions } from '../../src/receive/otlp-http.ts';
import type { Receiver, ReceiverEvent } from '../../src/receive/receiver.ts';

export const MIB = 1 << 20;
export const PROTOBUF = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';

export interface TestReceiver extends Receiver {
  url: string;
  budget: ByteBudget;
  /** Bodies that came through, in order. */
  accepted: Uint8Array[];
  events: ReceiverEvent[];
}

export function fullSuccess(records = 1): IntakeResult {
  return { records, rejected: 0, message: '' };
}

/** A receiver on a free port of the loopback; when the test ends it is stopped, and must hold no bytes. */
export async function startReceiver(overrides: Partial<OtlpHttpOptions> = {}): Promise<TestReceiver> {
  const accepted: Uint8Array[] = [];
  const events: ReceiverEvent[] = [];
  const budget = overrides.budget ?? new ByteBudget(128 * MIB);
  const receiver = await startOtlpHttp({
    host: '127.0.0.1',
    port: 0,
    intake: {
      accept(bytes) {
        accepted.push(bytes);
        return Promise.resolve(fullSuccess());
      },
    },
    budget,
    auth: undefined,
    tls: undefined,
    requestBytesMax: 64 * MIB,
    receiveTimeoutMs: 10_000,
    connectionsMax: 1000,
    onEvent: (event) => void events.push(event),
    transcodeJson,
    onPipelineOver: () => undefined,
    ...overrides,
  });
  onTestFinished(async () => {
    await receiver.stop(0);
    await expect.poll(() => budget.bytesUsed).toBe(0);
  });
  return { ...receiver, url: `http://127.0.0.1:${receiver.port}/v1/logs`, budget, accepted, events };
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  text: string;
}

export interface RequestOptions {
  method?: string;
  headers?: OutgoingHttpHeaders;
  agent?: Agent;
}

/** One request over HTTP/1.1; a stream goes in chunks. Sends no header of its own accord but Host and length. */
export function send(url: string, body?: Buffer | string | Readable, options: RequestOptions = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { method = 'POST', headers = { 'content-type': PROTOBUF }, agent } = options;
  const request = httpRequest(url, { method, headers, ...(agent && { agent }) }, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('end', () => {
      const all = Buffer.concat(parts);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: all, text: all.toString() });
    });
    response.on('error', reject);
  });
  request.on('error', reject);
  if (body instanceof Readable) body.pipe(request);
  else request.end(body);
  return promise;
}

/** A plain socket, for what no client library sends. */
export interface RawClient {
  socket: Socket;
  /** All that has come so far. */
  received: () => string;
  write: (bytes: string | Uint8Array) => void;
  /** Resolves once `pattern` has come. */
  until: (pattern: RegExp) => Promise<string>;
  /** Resolves with all that came when the server has closed. */
  closed: () => Promise<string>;
}

export async function connectRaw(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: false });
  let received = '';
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  socket.on('data', (bytes) => (received += bytes.toString('latin1')));
  socket.on('error', () => undefined);
  socket.on('close', () => end(received));
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return {
    socket,
    received: () => received,
    write: (bytes) => void socket.write(bytes),
    async until(pattern) {
      await expect.poll(() => received, { timeout: 5000 }).toMatch(pattern);
      return received;
    },
    closed: () => ended,
  };
}

/** The head of a POST, without the empty line that ends it. */
export function postHead(...headers: string[]): string {
  return ['POST /v1/logs HTTP/1.1', 'host: test', `content-type: ${PROTOBUF}`, ...headers].join('\r\n');
}

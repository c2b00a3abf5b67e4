import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { MessageTypeDefinition } from '@grpc/proto-loader';
import { expect, test } from 'vitest';
import { ExportError } from '../../src/receive/export-error.ts';
import type { LogIntake } from '../../src/receive/log-intake.ts';
import { decodingIntake } from './decoding-intake.ts';
import { call, connectClient, connectHttp2, encodeRequest, frame, rawCall, startReceiver } from './grpc-harness.ts';

const REQUEST = encodeRequest('GET /index.html 200', 'GET /favicon.ico 404');

function answering(result: { records: number; rejected: number; message: string }): LogIntake {
  return { accept: () => Promise.resolve(result) };
}

function failing(error: Error): LogIntake {
  return {
    async accept() {
      throw error;
    },
  };
}

test('G10: full success leaves partial_success unset', async () => {
  const receiver = await startReceiver({ intake: answering({ records: 2, rejected: 0, message: '' }) });
  const { body } = await rawCall(await connectHttp2(receiver.port), [frame(REQUEST)]);
  expect(body).toEqual(Buffer.from([0, 0, 0, 0, 0]));
});

test('G11: partial success is OK with the number rejected and a message; a warning has 0 and a message', async () => {
  const partial = await startReceiver({ intake: answering({ records: 5, rejected: 3, message: 'three are too old' }) });
  expect(await call(connectClient(partial.port), REQUEST)).toMatchObject({
    code: status.OK,
    response: { partialSuccess: { rejectedLogRecords: '3', errorMessage: 'three are too old' } },
  });
  const warning = await startReceiver({ intake: answering({ records: 5, rejected: 0, message: 'no resourceLogs' }) });
  const { response } = await call(connectClient(warning.port), REQUEST);
  expect(response).toEqual({ partialSuccess: { errorMessage: 'no resourceLogs' } });
});

test('G12: what may come again is never answered by partial_success but by a retryable status', async () => {
  const overloaded = new ExportError('unavailable', 'queue is full', { retryAfterSeconds: 2 });
  const receiver = await startReceiver({ intake: failing(overloaded) });
  const { code, response } = await call(connectClient(receiver.port), REQUEST);
  expect(code).toBe(status.UNAVAILABLE);
  expect(response).toBeUndefined();
});

test.each([
  ['a cut field', Buffer.from([0x0a, 0x7f, 0x01])],
  ['an endless varint', Buffer.alloc(20, 0xff)],
  ['text', Buffer.from('{"resourceLogs":[]}')],
])('G13: %s instead of the message is INVALID_ARGUMENT with a BadRequest', async (_, bytes) => {
  const receiver = await startReceiver({ intake: decodingIntake() });
  const { code, metadata } = await call(connectClient(receiver.port), bytes);
  expect(code).toBe(status.INVALID_ARGUMENT);
  expect(detailsOf(metadata.get('grpc-status-details-bin')[0])).toMatchObject({
    code: status.INVALID_ARGUMENT,
    details: [{ type_url: 'type.googleapis.com/google.rpc.BadRequest' }],
  });
});

test('G14: what the intake throws unforeseen is UNAVAILABLE, so that the sender tries again, and tells nothing', async () => {
  for (const error of [new TypeError('secret of the inside'), new RangeError('secret: stack overflow')]) {
    const receiver = await startReceiver({ intake: failing(error) });
    const { code, details } = await call(connectClient(receiver.port), REQUEST);
    expect(code).toBe(status.UNAVAILABLE);
    expect(details).not.toContain('secret');
  }
  const throwing = await startReceiver({
    intake: {
      accept() {
        throw new Error('at once');
      },
    },
  });
  expect((await call(connectClient(throwing.port), REQUEST)).code).toBe(status.UNAVAILABLE);
});

test.each([
  ['invalid_argument', status.INVALID_ARGUMENT],
  ['resource_exhausted', status.RESOURCE_EXHAUSTED],
  ['unavailable', status.UNAVAILABLE],
  ['deadline_exceeded', status.DEADLINE_EXCEEDED],
  ['unimplemented', status.UNIMPLEMENTED],
] as const)('G14: %s of the intake is status %i', async (code, expected) => {
  const receiver = await startReceiver({ intake: failing(new ExportError(code, 'because')) });
  expect(await call(connectClient(receiver.port), REQUEST)).toMatchObject({ code: expected, details: 'because' });
  expect(receiver.events.map((event) => event.outcome)).toEqual([code]);
});

test('G15: overload is UNAVAILABLE with a RetryInfo of 1 to 5 s in grpc-status-details-bin', async () => {
  const overloaded = new ExportError('unavailable', 'queue is full', { retryAfterSeconds: 3 });
  const receiver = await startReceiver({ intake: failing(overloaded) });
  const { code, metadata } = await call(connectClient(receiver.port), REQUEST);
  expect(code).toBe(status.UNAVAILABLE);
  const details = detailsOf(metadata.get('grpc-status-details-bin')[0]);
  expect(details).toMatchObject({ code, message: 'queue is full' });
  expect(details.details[0]?.type_url).toBe('type.googleapis.com/google.rpc.RetryInfo');
  expect(messageType('google.rpc.RetryInfo').deserialize(details.details[0]?.value as Buffer)).toMatchObject({
    retryDelay: { seconds: '3' },
  });
});

test('G16: messages are cut at 1 KiB', async () => {
  const long = 'ä'.repeat(100_000);
  const partial = await startReceiver({ intake: answering({ records: 5, rejected: 3, message: long }) });
  const { response } = await call(connectClient(partial.port), REQUEST);
  const { errorMessage } = (response as { partialSuccess: { errorMessage: string } }).partialSuccess;
  expect(Buffer.byteLength(errorMessage)).toBe(1024);
  const failed = await startReceiver({ intake: failing(new ExportError('invalid_argument', long)) });
  expect(Buffer.byteLength((await call(connectClient(failed.port), REQUEST)).details)).toBe(1024);
});

interface Details {
  code: number;
  message: string;
  details: { type_url: string; value: Buffer }[];
}

function messageType(name: string): MessageTypeDefinition<object, object> {
  const includeDirs = [fileURLToPath(new URL('../../proto', import.meta.url))];
  const files = ['google/rpc/status.proto', 'google/rpc/error_details.proto'];
  return loadSync(files, { includeDirs, longs: String })[name] as MessageTypeDefinition<object, object>;
}

function detailsOf(header: Buffer | string | undefined): Details {
  return messageType('google.rpc.Status').deserialize(header as Buffer) as Details;
}

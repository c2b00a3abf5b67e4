import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { expect, test } from 'vitest';
import { ExportError } from '../../src/receive/export-error.ts';
import type { ExportErrorCode } from '../../src/receive/export-error.ts';
import { JSON_TYPE, PROTOBUF, fullSuccess, send, startReceiver } from './http-harness.ts';

const BODY = Buffer.from('0a00', 'hex');

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

test('H1: logs are posted to /v1/logs, with a trailing slash too', async () => {
  const { url, accepted, events } = await startReceiver();
  expect((await send(url, BODY)).status).toBe(200);
  expect((await send(`${url}/`, BODY)).status).toBe(200);
  expect((await send(`${url}?tenant=a`, BODY)).status).toBe(200);
  expect(accepted.map(hexOf)).toEqual(['0a00', '0a00', '0a00']);
  for (const event of events) expect(event).toEqual({ transport: 'http', outcome: 'ok', bytes: 2 });
  expect(events).toHaveLength(3);
});

test('H1: the path is configurable', async () => {
  const { port } = await startReceiver({ path: '/otlp/logs' });
  expect((await send(`http://127.0.0.1:${port}/otlp/logs`, BODY)).status).toBe(200);
  expect((await send(`http://127.0.0.1:${port}/v1/logs`, BODY)).status).toBe(404);
});

test('H2: protobuf and JSON come in on one port, and only JSON is transcoded', async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const { url, accepted } = await startReceiver({ transcodeJson: () => ({ bytes, warning: '' }) });
  expect((await send(url, BODY, { headers: { 'content-type': PROTOBUF } })).status).toBe(200);
  expect((await send(url, '{}', { headers: { 'content-type': JSON_TYPE } })).status).toBe(200);
  expect(accepted.map(hexOf)).toEqual(['0a00', '010203']);
});

test.each([
  ['application/json; charset=utf-8', JSON_TYPE],
  ['APPLICATION/JSON', JSON_TYPE],
  ['application/json ;charset="utf-8"', JSON_TYPE],
  ['Application/X-Protobuf', PROTOBUF],
  ['application/x-protobuf; proto=logs', PROTOBUF],
])('H3: content type %s counts as %s, which the answer names bare', async (contentType, mime) => {
  const { url } = await startReceiver();
  const answer = await send(url, '{}', { headers: { 'content-type': contentType } });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe(mime);
});

test.each([PROTOBUF, JSON_TYPE])('H4: every refusal of %s comes in %s', async (mime) => {
  const { url, port } = await startReceiver({
    requestBytesMax: 100,
    intake: { accept: () => Promise.reject(new ExportError('unavailable', 'busy', { retryAfterSeconds: 1 })) },
  });
  const headers = { 'content-type': mime };
  const answers = [
    await send(url, '{"a":', { headers: { ...headers, 'content-encoding': 'gzip' } }),
    await send(url, '{}', { headers }),
    await send(url, 'x'.repeat(101), { headers }),
    await send(url, '{}', { headers, method: 'PUT' }),
    await send(`http://127.0.0.1:${port}/nowhere`, '{}', { headers }),
    await send(`http://127.0.0.1:${port}/%zz`, '{}', { headers }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([400, 503, 413, 405, 404, 404]);
  for (const answer of answers) expect(answer.headers['content-type']).toBe(mime);
});

test('H5: full success is an empty protobuf message or an empty JSON object, and the SDKs read it so', async () => {
  const { url } = await startReceiver();
  const protobuf = await send(url, BODY);
  expect(protobuf).toMatchObject({ status: 200, text: '' });
  expect(protobuf.headers['content-length']).toBe('0');
  expect(ProtobufLogsSerializer.deserializeResponse(protobuf.body)).toEqual({});
  const json = await send(url, '{}', { headers: { 'content-type': JSON_TYPE } });
  expect(json).toMatchObject({ status: 200, text: '{}' });
  expect(JsonLogsSerializer.deserializeResponse(json.body)).toEqual({});
});

test('H5: records that were refused for good are told by partial success', async () => {
  const result = { records: 5, rejected: 2, message: 'two were too old' };
  const { url } = await startReceiver({ intake: { accept: () => Promise.resolve(result) } });
  const protobuf = await send(url, BODY);
  expect(protobuf.status).toBe(200);
  expect(ProtobufLogsSerializer.deserializeResponse(protobuf.body).partialSuccess).toMatchObject({
    rejectedLogRecords: 2,
    errorMessage: 'two were too old',
  });
  const json = await send(url, '{}', { headers: { 'content-type': JSON_TYPE } });
  expect(json.text).toBe('{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"two were too old"}}');
});

test('H5: a warning of the JSON decoder reaches the sender, but not in place of what the intake says', async () => {
  const results = [fullSuccess(0), { records: 1, rejected: 1, message: 'of the intake' }];
  const { url } = await startReceiver({
    transcodeJson: (bytes) => ({ bytes, warning: 'no resourceLogs' }),
    intake: { accept: () => Promise.resolve(results.shift() ?? fullSuccess()) },
  });
  const headers = { 'content-type': JSON_TYPE };
  expect((await send(url, '{}', { headers })).text).toContain('no resourceLogs');
  expect((await send(url, '{}', { headers })).text).toContain('of the intake');
});

test('H6: an error body is a google.rpc.Status in the encoding of the request', async () => {
  const { url } = await startReceiver({
    intake: { accept: () => Promise.reject(new ExportError('permission_denied', 'no')) },
  });
  expect([...(await send(url, BODY)).body]).toEqual([0x08, 7, 0x12, 2, 0x6e, 0x6f]);
  const json = await send(url, '{}', { headers: { 'content-type': JSON_TYPE } });
  expect(JSON.parse(json.text)).toEqual({ code: 7, message: 'no' });
});

test('H7: bad data is 400 with a BadRequest detail, never 500', async () => {
  const { url, events } = await startReceiver({
    intake: { accept: () => Promise.reject(new ExportError('invalid_argument', 'field 1 is cut off')) },
  });
  expect((await send(url, BODY)).status).toBe(400);
  const json = await send(url, '{"a":', { headers: { 'content-type': JSON_TYPE } });
  expect(json.status).toBe(400);
  expect(JSON.parse(json.text)).toMatchObject({
    code: 3,
    details: [{ '@type': 'type.googleapis.com/google.rpc.BadRequest' }],
  });
  expect(events.map(({ outcome }) => outcome)).toEqual(['invalid_argument', 'invalid_argument']);
});

test.each([undefined, 'text/plain', 'application/protobuf', 'application/json-patch+json', 'garbage', ''])(
  'H8: content type %s is 415 with the two that are supported',
  async (contentType) => {
    const { url, accepted } = await startReceiver();
    const headers = contentType === undefined ? {} : { 'content-type': contentType };
    const answer = await send(url, '{}', { headers });
    expect(answer.status).toBe(415);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.text).toMatch(/application\/json and application\/x-protobuf|malformed/);
    expect(accepted).toEqual([]);
  },
);

test('H8: a request without a body and without a content type is 415 too', async () => {
  const { url } = await startReceiver();
  expect((await send(url, undefined, { headers: {} })).status).toBe(415);
});

test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])(
  'H9: %s is 405 with Allow: POST',
  async (method) => {
    const { url } = await startReceiver();
    for (const target of [url, `${url}/`]) {
      const answer = await send(target, undefined, { method, headers: {} });
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe('POST');
    }
  },
);

test.each(['/', '/v1', '/v1/logs/x', '/v1/log', '/%', '/v1/logs%2f', '//v1/logs'])(
  'H10: %s is 404 with the path that is right',
  async (path) => {
    const { port } = await startReceiver();
    const answer = await send(`http://127.0.0.1:${port}${path}`, BODY);
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('POST /v1/logs');
  },
);

test.each(['/v1/traces', '/v1/metrics', '/v1development/profiles'])(
  'H10, D20: %s says that only logs are taken',
  async (path) => {
    const { port, events } = await startReceiver();
    const answer = await send(`http://127.0.0.1:${port}${path}`, BODY);
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('takes logs only');
    expect(events[0]?.outcome).toBe('unimplemented');
  },
);

test.each<[ExportErrorCode, number]>([
  ['invalid_argument', 400],
  ['unauthenticated', 401],
  ['permission_denied', 403],
  ['unimplemented', 404],
  ['resource_exhausted', 413],
  ['unavailable', 503],
  ['deadline_exceeded', 503],
])('H15: %s of the intake is HTTP %i', async (code, status) => {
  const { url } = await startReceiver({ intake: { accept: () => Promise.reject(new ExportError(code, 'why')) } });
  expect((await send(url, BODY)).status).toBe(status);
});

test('H14: an error that nobody foresaw is 503, to be retried, and tells nothing', async () => {
  const { url } = await startReceiver({ intake: { accept: () => Promise.reject(new TypeError('secret')) } });
  const answer = await send(url, BODY);
  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe('1');
  expect(answer.text).not.toContain('secret');
});

test.each([
  [undefined, '1'],
  [0, '1'],
  [1.2, '2'],
  [5, '5'],
  [3600, '5'],
])('H13: overload is 503, and %s seconds become Retry-After %s', async (retryAfterSeconds, header) => {
  const options = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  const error = new ExportError('unavailable', 'the queue is full', options);
  const { url } = await startReceiver({ intake: { accept: () => Promise.reject(error) } });
  const answer = await send(url, BODY);
  expect(answer.status).toBe(503);
  expect(answer.headers['retry-after']).toBe(header);
});

test('H13: only overload has a Retry-After', async () => {
  const error = new ExportError('invalid_argument', 'no', { retryAfterSeconds: 2 });
  const { url } = await startReceiver({ intake: { accept: () => Promise.reject(error) } });
  expect((await send(url, BODY)).headers['retry-after']).toBeUndefined();
});

test('H21: an empty protobuf request and an empty JSON object are OK, an empty JSON body is not', async () => {
  const { url } = await startReceiver();
  expect((await send(url, '')).status).toBe(200);
  expect((await send(url, undefined)).status).toBe(200);
  const headers = { 'content-type': JSON_TYPE };
  expect((await send(url, '{}', { headers })).status).toBe(200);
  expect((await send(url, '', { headers })).status).toBe(400);
});

test('H22: an answer is not compressed, whatever the sender accepts', async () => {
  const { url } = await startReceiver();
  const answer = await send(url, '{}', { headers: { 'content-type': JSON_TYPE, 'accept-encoding': 'gzip' } });
  expect(answer.headers['content-encoding']).toBeUndefined();
  expect(answer.text).toBe('{}');
});

test('J12: JSON behind a byte order mark is 400', async () => {
  const { url } = await startReceiver();
  const answer = await send(url, '\uFEFF{}', { headers: { 'content-type': JSON_TYPE } });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('byte order mark');
});

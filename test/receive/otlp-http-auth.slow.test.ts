import { connect as connectHttp2 } from 'node:http2';
import { expect, onTestFinished, test } from 'vitest';
import { createAuthenticator } from '../../src/receive/authenticator.ts';
import { SecretSet } from '../../src/security/secret-set.ts';
import type { Authenticator } from '../../src/receive/authenticator.ts';
import { ExportError } from '../../src/receive/export-error.ts';
import { JSON_TYPE, MIB, PROTOBUF, connectRaw, postHead, send, startReceiver } from './http-harness.ts';

const auth = createAuthenticator(new SecretSet(['sesame', 't1', 't2']));
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'];
const PATHS = ['/v1/logs', '/v1/logs/', '/v1/traces', '/', '/nowhere', '/%zz', '/v1/logs?x'];

test.each(METHODS)('S1: without a token %s is 401 on every path', async (method) => {
  const { port, accepted } = await startReceiver({ auth });
  for (const path of PATHS) {
    const answer = await send(`http://127.0.0.1:${port}${path}`, undefined, { method });
    expect(answer.status).toBe(401);
  }
  expect(accepted).toEqual([]);
});

test('S1: the secret or any bearer token opens the door, and nothing else does', async () => {
  const { url, accepted } = await startReceiver({ auth });
  const statusWith = async (headers: Record<string, string>): Promise<number> =>
    (await send(url, '', { headers: { 'content-type': PROTOBUF, ...headers } })).status;
  expect(await statusWith({ 'x-signing-secret': 'sesame' })).toBe(200);
  expect(await statusWith({ authorization: 'Bearer t1' })).toBe(200);
  expect(await statusWith({ authorization: 'bearer t2' })).toBe(200);
  for (const token of ['', 't', 't11', 'T1', 'sesamesesame', 'x'.repeat(50_000)]) {
    expect(await statusWith({ 'x-signing-secret': token })).toBe(401);
    expect(await statusWith({ authorization: `Bearer ${token}` })).toBe(401);
  }
  expect(await statusWith({ authorization: 'Basic dDE6' })).toBe(401);
  expect(accepted).toHaveLength(3);
});

test('S2: a token of any length is compared without throwing', async () => {
  const { url } = await startReceiver({ auth });
  for (const length of [0, 1, 5, 6, 7, 31, 32, 33, 1000]) {
    const headers = { 'content-type': PROTOBUF, 'x-signing-secret': 's'.repeat(length) };
    expect((await send(url, '', { headers })).status).toBe(401);
  }
});

test('H11: 401 has WWW-Authenticate and comes in the encoding of the request', async () => {
  const { url } = await startReceiver({ auth });
  const answer = await send(url, '{}', { headers: { 'content-type': JSON_TYPE } });
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
  expect(answer.headers['content-type']).toBe(JSON_TYPE);
  expect(JSON.parse(answer.text)).toMatchObject({ code: 16 });
});

test('H11: a sender that is known but not allowed gets 403, without WWW-Authenticate', async () => {
  const forbidding: Authenticator = {
    check() {
      throw new ExportError('permission_denied', 'this token may not send logs');
    },
  };
  const { url } = await startReceiver({ auth: forbidding });
  const answer = await send(url, '');
  expect(answer.status).toBe(403);
  expect(answer.headers['www-authenticate']).toBeUndefined();
});

test.each(['content-length: 67108864', 'transfer-encoding: chunked'])(
  'H29: without a token a 64 MiB body with %s is answered and not read',
  async (length) => {
    const { port, budget } = await startReceiver({ auth });
    const client = await connectRaw(port);
    client.write(`${postHead(length)}\r\n\r\n4000000\r\n`);
    const piece = Buffer.alloc(MIB);
    for (let sent = 0; sent < 64; sent++) client.write(piece);
    expect(await client.until(/401 Unauthorized/)).toMatch(/connection: close/i);
    // What the server does not read stays here, but for what both kernels hold; then the connection is cut.
    await client.closed();
    expect(client.socket.bytesWritten - client.socket.writableLength).toBeLessThan(16 * MIB);
    expect(budget.bytesUsed).toBe(0);
  },
);

test('H29: a sender that expects 100-continue is refused without being told to go on', async () => {
  const { port } = await startReceiver({ auth });
  const client = await connectRaw(port);
  client.write(`${postHead('content-length: 67108864', 'expect: 100-continue')}\r\n\r\n`);
  expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 401 /);
});

test('H29: over HTTP/2 a body without a token is answered and not read, and the connection lives on', async () => {
  const { port, accepted } = await startReceiver({ auth });
  const session = connectHttp2(`http://127.0.0.1:${port}`, { maxSessionMemory: 200 });
  onTestFinished(() => session.destroy());
  const post = (headers: Record<string, string>, bytes: number): Promise<unknown> => {
    const stream = session.request({ ':method': 'POST', ':path': '/v1/logs', 'content-type': PROTOBUF, ...headers });
    stream.on('error', () => undefined).end(Buffer.alloc(bytes));
    return new Promise((resolve) => stream.once('response', (answer) => resolve(answer[':status'])));
  };
  expect(await post({}, 64 * MIB)).toBe(401);
  expect(await post({ 'x-signing-secret': 'sesame' }, MIB)).toBe(200);
  expect(accepted).toHaveLength(1);
});

const preflight = { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } };

test('H23: cross-origin requests get no CORS headers unless origins are configured', async () => {
  const { url } = await startReceiver();
  const headers = { ...preflight.headers, origin: 'https://app.example.com' };
  const answer = await send(url, undefined, { ...preflight, headers });
  expect(answer.status).toBe(405);
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  expect((await send(url, '', { headers: { 'content-type': PROTOBUF, ...headers } })).headers).not.toHaveProperty(
    'vary',
  );
});

test('H23: a preflight of an allowed origin is answered, without a token', async () => {
  const { url } = await startReceiver({ auth, corsAllowedOrigins: ['https://*.example.com'] });
  const headers = { ...preflight.headers, origin: 'https://app.example.com' };
  const answer = await send(url, undefined, { ...preflight, headers });
  expect(answer.status).toBe(204);
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': expect.stringContaining('authorization'),
    vary: 'Origin',
  });
  expect(Number(answer.headers['access-control-max-age'])).toBeGreaterThan(0);
});

test('H23: answers to an allowed origin can be read by it, refusals too', async () => {
  const { url } = await startReceiver({ corsAllowedOrigins: ['https://app.example.com'] });
  const headers = { 'content-type': JSON_TYPE, origin: 'https://app.example.com' };
  for (const [body, status] of [
    ['{}', 200],
    ['{', 400],
  ] as const) {
    const answer = await send(url, body, { headers });
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBe('https://app.example.com');
  }
});

test.each(['https://example.com', 'https://app.example.com.evil.net', 'http://app.example.com', 'null', ''])(
  'H23: origin "%s" is not one of https://*.example.com',
  async (origin) => {
    const { url } = await startReceiver({ corsAllowedOrigins: ['https://*.example.com'] });
    const answer = await send(url, undefined, { ...preflight, headers: { ...preflight.headers, origin } });
    expect(answer.status).toBe(405);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  },
);

test('H23: an origin pattern with two wildcards fails the start', async () => {
  await expect(startReceiver({ corsAllowedOrigins: ['https://*.*.com'] })).rejects.toThrow('more than one *');
});

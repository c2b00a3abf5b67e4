import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { request } from 'undici';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { PIPELINED_MAX } from '../../src/security/http1-pipelines.ts';
import { rowOf } from './engine-double.ts';
import { startFixture, useRest } from './rest-fixture.ts';
import type { RestFixture } from './rest-fixture.ts';

/** Sends bytes as they are and gives all that comes back. */
async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

describe('SIGNING_SECRET', () => {
  const rest = useRest({ signingSecret: 'sécret' });
  // Header values are bytes; a sender writes the secret in UTF-8.
  const secret = Buffer.from('sécret').toString('latin1');
  const calls = [
    ['GET', '/clusters'],
    ['GET', '/clusters/live'],
    ['POST', '/clusters/train'],
    ['POST', '/anomalies/detect'],
    ['GET', '/anomalies'],
    ['GET', '/anomalies/stream'],
    ['GET', '/credentials'],
    ['POST', '/credentials'],
    ['DELETE', '/credentials'],
    ['GET', '/detector/status'],
    ['POST', '/detector/reset'],
    ['GET', '/sources'],
    ['GET', '/metrics'],
    ['GET', '/openapi.json'],
    ['GET', '/docs/json'],
    ['GET', '/docs/%6Ason'],
    ['GET', '/docs/yaml'],
    ['GET', '/docs/static/../json'],
    ['PURGE', '/docs'],
    ['POST', '/docs/static/swagger-ui.css'],
    ['GET', '/services'],
    ['GET', '/assets'],
    ['GET', '/docs/staticx'],
    ['GET', '/nope'],
    ['GET', '/health/'],
    ['POST', '/health/../clusters/train'],
    ['PURGE', '/clusters'],
  ] as const;

  test.each(calls)('S1: %s %s without it is 401', async (method, path) => {
    const { call, engine } = rest();
    const asked = engine.calls.length;
    const wrong = [{ 'x-signing-secret': 'wrong' }, { 'x-signing-secret': '' }, { authorization: 'Bearer wrong' }];
    for (const headers of [{}, ...wrong, { authorization: `Basic ${secret}` }, { authorization: 'Bearer' }]) {
      const { status, body, headers: answered } = await call(method, path, { headers });
      expect({ status, code: body['code'] }).toEqual({ status: 401, code: 'unauthenticated' });
      expect(answered['www-authenticate']).toBe('Bearer realm="halfspace"');
    }
    expect(engine.calls).toHaveLength(asked);
  });

  test.each(['/docs', '/docs/', '/docs/static/swagger-ui-bundle.js', '/docs/static/theme/ask-for-secret.js'])(
    '%s is the same everywhere and open, so that a browser has a page that can ask for the secret',
    async (path) => {
      const { call } = rest();
      const { status, text } = await call('GET', path);
      expect(status).toBe(200);
      expect(text).not.toContain('sécret');
      expect((await call('HEAD', path)).status).toBe(200);
    },
  );

  test('S2: a secret of any length is compared without a throw, and the right one is let in', async () => {
    const { call, failures } = rest();
    for (const wrong of ['s', 'sécre', 'sécretx', 'x'.repeat(10_000)]) {
      expect((await call('GET', '/sources', { headers: { 'x-signing-secret': wrong } })).status).toBe(401);
    }
    for (const headers of [{ 'x-signing-secret': secret }, { authorization: `Bearer ${secret}` }]) {
      expect((await call('GET', '/sources', { headers })).status).toBe(200);
    }
    expect(failures).toEqual([]);
  });

  test.each(['/health', '/ready', '/health?'])('%s is open', async (path) => {
    expect((await rest().call('GET', path)).status).toBe(200);
  });

  test('S1: the body is not waited for', async () => {
    const head = `POST /anomalies/detect HTTP/1.1\r\nhost: x\r\ncontent-length: ${64 * 1024 * 1024}\r\nconnection: close\r\n\r\n`;
    expect(await sendRaw(rest().server.port, head)).toMatch(/^HTTP\/1.1 401 /);
  });

  test.each([
    ['POST /anomalies/detect', 401],
    ['GET /nope', 401],
    ['GET /ready', 200],
  ])('S9: the body of %s without it is read no further than to the answer, which is %i', async (call, status) => {
    const socket = connect(rest().server.port, '127.0.0.1');
    const head = `${call} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
    socket.write(head + '1\r\nx\r\n'.repeat(3_000_000));
    let answer = '';
    socket.on('data', (bytes: Buffer) => (answer += bytes.toString()));
    await once(socket, 'end');
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} .*connection: close`, 'is'));
    expect(socket.writableLength).toBeGreaterThan(0);
    socket.destroy();
  });

  test('the document says that the secret is wanted, and where it is not', async () => {
    const { body } = await rest().call('GET', '/openapi.json', { headers: { 'x-signing-secret': secret } });
    const paths = body['paths'] as Record<string, Record<string, { security?: unknown }>>;
    expect(body['security']).toEqual([{ signingSecret: [] }, { bearer: [] }]);
    expect(paths['/health']?.['get']?.security).toEqual([]);
    expect(paths['/clusters']?.['get']?.security).toBeUndefined();
  });
});

describe('what is no call of this API', () => {
  const rest = useRest();

  test.each([
    ['GET', '/nope', 404, 'no such path; /openapi.json lists those there are', undefined],
    ['GET', '/clusters/', 404, 'no such path; /openapi.json lists those there are', undefined],
    ['POST', '/clusters/live?x=1', 405, 'use GET or HEAD on this path', 'GET, HEAD'],
    ['GET', '/clusters/train', 405, 'use POST on this path', 'POST'],
    ['PUT', '/credentials', 405, 'use DELETE or GET or HEAD or POST on this path', 'DELETE, GET, HEAD, POST'],
    ['OPTIONS', '/clusters', 405, 'use GET or HEAD or POST on this path', 'GET, HEAD, POST'],
    ['PURGE', '/clusters', 405, 'use GET or HEAD or POST on this path', 'GET, HEAD, POST'],
    ['GET', '/%zz', 400, 'the path has a percent sign that two hex digits do not follow', undefined],
  ])('%s %s is %i', async (method, path, expected, detail, allow) => {
    const { status, body, headers } = await rest().call(method, path);
    expect({ status, detail: body['detail'], allow: headers['allow'] }).toEqual({ status: expected, detail, allow });
  });

  test('HEAD on a stream is refused and does not take a place', async () => {
    expect((await rest().call('HEAD', '/anomalies/stream')).status).toBe(405);
    expect(rest().server.stream.subscribers).toBe(0);
  });

  test.each([
    ['/clusters', 'text/html', 406],
    ['/clusters', 'application/json;q=0, text/html', 406],
    ['/clusters', 'application/*', 200],
    ['/clusters', 'text/html, */*;q=0.1', 200],
    ['/clusters', 'APPLICATION/JSON', 200],
    ['/metrics', 'application/json', 406],
    ['/metrics', 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', 200],
    ['/anomalies/stream', 'application/json', 406],
  ])('%s with accept: %s is %i', async (path, accept, expected) => {
    const { status } = await rest().call('GET', path, { headers: { accept } });
    expect(status).toBe(expected);
  });

  test.each([
    ['{"logs":', 400, 'bad_json', 'the body is not valid JSON'],
    ['{"__proto__":{"x":1}}', 400, 'bad_json', '__proto__'],
    ['{"logs":[{"constructor":{"prototype":{"x":1}}}]}', 400, 'bad_json', 'constructor.prototype'],
    [`{"logs":${'['.repeat(20_000)}`, 400, 'bad_json', 'the body is not valid JSON'],
    [`{"logs":${'['.repeat(5000)}${']'.repeat(5000)}}`, 400, 'bad_request', 'logs[0] must be an object'],
  ])('S6: the body %.40s is refused', async (body, status, code, detail) => {
    const answer = await rest().call('POST', '/anomalies/detect', { body });
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code });
    expect(answer.body['detail']).toContain(detail);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  test.each([{ 'content-type': 'text/plain' }, { 'content-encoding': 'gzip' }])('%j is 415', async (headers) => {
    const { status, body } = await rest().call('POST', '/anomalies/detect', { body: { logs: [rowOf()] }, headers });
    expect({ status, code: body['code'] }).toEqual({ status: 415, code: 'unsupported_media_type' });
  });

  test('a body beyond the limit of its call is 413, before it is read', async () => {
    const { call, server } = rest();
    const { status, body } = await call('POST', '/credentials', { body: `"${'x'.repeat(65_536)}"` });
    expect(status).toBe(413);
    expect(body['detail']).toBe('the body may have at most 65536 bytes; send less at once');
    const head = `POST /anomalies/detect HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${65 * 1024 * 1024}\r\n\r\n`;
    expect(await sendRaw(server.port, head)).toMatch(/^HTTP\/1.1 413 .*the body may have at most 64 MiB/s);
  });

  test('bytes that are no HTTP, and headers without end, get a problem and a closed socket', async () => {
    const { port } = rest().server;
    expect(await sendRaw(port, 'nonsense\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 .*application\/problem\+json.*bad_request/s,
    );
    const flood = `GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await sendRaw(port, flood)).toMatch(/^HTTP\/1.1 431 .*too_large/s);
  });

  test('what is no HTTP after a call gets no answer that would be taken for that of the call', async () => {
    const { server, engine } = await startFixture();
    onTestFinished(() => server.stop(0));
    engine.gate = new Promise(() => undefined);
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET /clusters HTTP/1.1\r\nhost: localhost\r\n\r\n');
    while (engine.calls.length === 0) await new Promise(setImmediate);
    socket.write('nonsense\r\n\r\n');
    expect(await text(socket)).toBe('');
  });

  test('S13: of calls that do not wait for answers a few are taken and answered, then the connection ends', async () => {
    let over = 0;
    const { server, engine } = await startFixture({ onPipelineOver: () => void over++ });
    onTestFinished(() => server.stop(0));
    const body = JSON.stringify({ logs: [rowOf()] });
    const head = `POST /anomalies/detect HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json`;
    const call = `${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const answers = await sendRaw(server.port, call.repeat(500));
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(PIPELINED_MAX);
    expect(engine.calls).toHaveLength(PIPELINED_MAX);
    expect(over).toBe(1);
  });
});

describe('bodies under way', () => {
  const rest = useRest();

  test('hold no more than the budget together, and give it back', async () => {
    const { server, call } = rest();
    const slow = connect(server.port, '127.0.0.1');
    const size = 60 * 1024 * 1024;
    slow.write(
      `POST /anomalies/detect HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n{`,
    );
    const body = JSON.stringify({ logs: [rowOf({ message: 'x'.repeat(5 * 1024 * 1024) })] });
    // The first is in when the second is refused.
    for (let status = 200; status !== 503;) ({ status } = await call('POST', '/anomalies/detect', { body }));
    const small = await call('POST', '/anomalies/detect', { body: { logs: [rowOf()] } });
    expect(small.status).toBe(200);
    slow.destroy();
    await once(slow, 'close');
    for (let status = 503; status !== 200;) ({ status } = await call('POST', '/anomalies/detect', { body }));
  });
});

describe('web pages of a pattern of origins', () => {
  const rest = useRest({ corsAllowedOrigins: ['https://*.example.com'] });

  test.each([
    ['https://logs.example.com', 'https://logs.example.com'],
    ['https://LOGS.example.com', 'https://LOGS.example.com'],
    ['https://example.com', undefined],
    ['https://logs.example.com.evil.test', undefined],
    ['http://logs.example.com', undefined],
  ])('%s may call: %s', async (origin, allowed) => {
    const { headers } = await rest().call('GET', '/clusters', { headers: { origin } });
    expect(headers['access-control-allow-origin']).toBe(allowed);
  });
});

describe('web pages of other origins', () => {
  const rest = useRest({ corsAllowedOrigins: ['https://logs.example.com'] });
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };

  test('may call when they are allowed', async () => {
    const { call } = rest();
    const origin = 'https://logs.example.com';
    const asked = await call('OPTIONS', '/anomalies/detect', { headers: { origin, ...preflight } });
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'content-type, authorization, x-signing-secret, last-event-id',
    });
    const answer = await call('POST', '/detector/reset', { headers: { origin } });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'retry-after',
      vary: 'Origin',
    });
  });

  test('are refused what changes anything when they are not', async () => {
    const { call } = rest();
    const origin = 'https://evil.example';
    const reset = await call('POST', '/detector/reset', { headers: { origin } });
    expect({ status: reset.status, code: reset.body['code'] }).toEqual({ status: 403, code: 'cross_origin' });
    const asked = await call('OPTIONS', '/anomalies/detect', { headers: { origin, ...preflight } });
    expect(asked.headers['access-control-allow-origin']).toBeUndefined();
    const read = await call('GET', '/clusters', { headers: { origin } });
    expect(read.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('our own page may', async () => {
    const { call, url } = rest();
    expect((await call('POST', '/detector/reset', { headers: { origin: url } })).status).toBe(200);
  });

  test('a name that was rebound to this machine is refused while no secret protects the port', async () => {
    const { call, server } = rest();
    const answer = await call('GET', '/clusters', { headers: { host: `evil.example:${server.port}` } });
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status: 403, code: 'cross_origin' });
    expect((await call('GET', '/health', { headers: { host: 'pod.local' } })).status).toBe(200);
    expect((await call('GET', '/clusters', { headers: { host: `localhost:${server.port}` } })).status).toBe(200);
  });
});

describe('stop', () => {
  let rest: RestFixture;
  afterEach(() => rest.server.stop(0));

  test('lets an answer under way finish and accepts nothing after', async () => {
    rest = await startFixture();
    const gate = Promise.withResolvers<void>();
    rest.engine.gate = gate.promise;
    const underWay = rest.call('GET', '/clusters');
    while (rest.engine.calls.length === 0) await new Promise(setImmediate);
    const stopped = rest.server.stop(10_000);
    await expect(request(`${rest.url}/health`, { reset: true })).rejects.toThrow(/ECONNREFUSED/);
    gate.resolve();
    expect((await underWay).status).toBe(200);
    await stopped;
  });

  test('cuts off what is not done within the grace', async () => {
    rest = await startFixture();
    rest.engine.gate = new Promise(() => undefined);
    const underWay = rest.call('GET', '/clusters').catch((error: unknown) => error);
    while (rest.engine.calls.length === 0) await new Promise(setImmediate);
    await rest.server.stop(20);
    expect(String(await underWay)).toMatch(/other side closed|ECONNRESET/);
  });
});

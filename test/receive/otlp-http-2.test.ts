import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import type {
  ClientHttp2Session,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  SecureClientSessionOptions,
} from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { JSON_TYPE, MIB, PROTOBUF, connectRaw, fullSuccess, startReceiver } from './http-harness.ts';
import { selfSigned, temporaryFolder, serving } from './certificates.ts';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** Under TLS 1.3 the client learns of it from its first read. */
const TURNED_AWAY = /alert|certificate|closed|canceled|no answer/i;
/** The lowest security level, for else OpenSSL does not even try. */
const OLD_TLS = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
const EMPTY_SETTINGS = Buffer.from('000000040000000000', 'hex');

function open(url: string, options: SecureClientSessionOptions = {}): ClientHttp2Session {
  // Bodies that wait to be sent count as memory of the client's session.
  const session = connectHttp2(url, { maxSessionMemory: 200, ...options });
  session.on('error', () => undefined);
  onTestFinished(() => session.destroy());
  return session;
}

interface Identity {
  certFile: string;
  keyFile: string;
  cert: Buffer;
  key: Buffer;
}

function identity(name: string): Identity {
  const { certFile, keyFile } = selfSigned(temporaryFolder(), name);
  return { certFile, keyFile, cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

interface Http2Answer {
  headers: IncomingHttpHeaders & { ':status'?: number | undefined };
  body: Buffer;
}

function post(session: ClientHttp2Session, body: Buffer, headers: OutgoingHttpHeaders = {}): Promise<Http2Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Http2Answer>();
  const stream = session.request({ ':method': 'POST', ':path': '/v1/logs', 'content-type': PROTOBUF, ...headers });
  const parts: Buffer[] = [];
  let answer: Http2Answer['headers'] | undefined;
  stream.on('response', (received) => (answer = received));
  stream.on('data', (part: Buffer) => parts.push(part));
  stream.on('error', reject);
  stream.on('close', () => {
    if (answer) resolve({ headers: answer, body: Buffer.concat(parts) });
    else reject(new Error('no answer'));
  });
  stream.end(body);
  return promise;
}

test('H27: without TLS, HTTP/2 is recognised by its first bytes', async () => {
  const { port, accepted } = await startReceiver();
  const session = open(`http://127.0.0.1:${port}`);
  const body = Buffer.alloc(3 * MIB, 'x');
  const answers = await Promise.all([post(session, body), post(session, Buffer.from('b')), post(session, body)]);
  expect(answers.map(({ headers }) => headers[':status'])).toEqual([200, 200, 200]);
  expect(accepted.map(({ byteLength }) => byteLength).toSorted((a, b) => a - b)).toEqual([1, 3 * MIB, 3 * MIB]);
});

test('S9: at most 100 requests at a time on one connection, which is told to the client', async () => {
  const receiver = await startReceiver();
  const session = open(`http://127.0.0.1:${receiver.port}`);
  await once(session, 'remoteSettings');
  expect(session.remoteSettings.maxConcurrentStreams).toBe(100);
});

test('H27: HTTP/2 is recognised when its first bytes come one by one', async () => {
  const { port } = await startReceiver();
  const client = await connectRaw(port);
  client.socket.setNoDelay(true);
  for (const byte of PREFACE) {
    client.write(byte);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  client.write(EMPTY_SETTINGS);
  // The server's own SETTINGS frame comes first: length, then type 4, flags, stream 0.
  const frame = Buffer.from(await client.until(/^.{9}/s), 'latin1');
  expect(frame.toString('hex', 3, 9)).toBe('040000000000');
});

test('H27: HTTP/1.1 is recognised when its first bytes come one by one', async () => {
  const { port } = await startReceiver();
  const client = await connectRaw(port);
  client.socket.setNoDelay(true);
  for (const byte of 'PUT / HTTP/1.1\r\nhost: test\r\n\r\n') {
    client.write(byte);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(await client.until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 404 /);
});

test('H27: with TLS, ALPN chooses between HTTP/2 and HTTP/1.1', async () => {
  const { cert, certFile, keyFile } = identity('server');
  const { port, accepted } = await startReceiver({ tls: serving({ certFile, keyFile }) });
  const url = `https://127.0.0.1:${port}`;
  const session = open(url, { ca: cert });
  expect((await post(session, Buffer.from('a'))).headers[':status']).toBe(200);
  expect(session.alpnProtocol).toBe('h2');

  const status = await new Promise((resolve, reject) => {
    const options = { method: 'POST', ca: cert, agent: false, headers: { 'content-type': PROTOBUF } };
    const request = httpsRequest(`${url}/v1/logs`, options, (response) => {
      response.resume();
      resolve(`HTTP/${response.httpVersion} ${response.statusCode}`);
    });
    request.on('error', reject).end('b');
  });
  expect(status).toBe('HTTP/1.1 200');
  expect(accepted).toHaveLength(2);
});

test('S23: TLS below 1.2 and plain text are turned away from a TLS port', async () => {
  const { cert, certFile, keyFile } = identity('server');
  const { port, accepted } = await startReceiver({ tls: serving({ certFile, keyFile }) });
  const old = connectTls({ port, host: '127.0.0.1', ca: cert, ...OLD_TLS });
  await expect(new Promise((resolve, reject) => old.on('secureConnect', resolve).on('error', reject))).rejects.toThrow(
    /protocol version/i,
  );
  const plain = await connectRaw(port);
  plain.write('POST /v1/logs HTTP/1.1\r\n\r\n');
  expect(await plain.closed()).not.toContain('HTTP/1.1');
  expect(accepted).toEqual([]);
});

test('S23: with mTLS only certificates of the CA are served', async () => {
  const server = identity('server');
  const client = identity('client');
  const stranger = identity('stranger');
  const { certFile, keyFile, cert } = server;
  const { port, accepted } = await startReceiver({
    tls: serving({ certFile, keyFile }, { clientCaFile: client.certFile }),
  });
  const url = `https://127.0.0.1:${port}`;
  const known = open(url, { ca: cert, cert: client.cert, key: client.key });
  expect((await post(known, Buffer.from('a'))).headers[':status']).toBe(200);
  for (const shown of [{ cert: stranger.cert, key: stranger.key }, {}]) {
    const outcome = post(open(url, { ca: cert, ...shown }), Buffer.from('b'));
    expect(await outcome.catch((error: Error) => error.message)).toMatch(TURNED_AWAY);
  }
  expect(accepted).toHaveLength(1);
});

test('H4: a refusal over HTTP/2 comes in the encoding of the request', async () => {
  const { port } = await startReceiver();
  const session = open(`http://127.0.0.1:${port}`);
  const answer = await post(session, Buffer.from('{'), { 'content-type': JSON_TYPE });
  expect(answer.headers).toMatchObject({ ':status': 400, 'content-type': JSON_TYPE });
  expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 3 });
});

test('H12: a large body over HTTP/2 is 413 before it has been sent, and its connection serves the next', async () => {
  const { port } = await startReceiver({ requestBytesMax: MIB });
  const session = open(`http://127.0.0.1:${port}`);
  const refused = await post(session, Buffer.alloc(32 * MIB), { 'content-length': 32 * MIB });
  expect(refused.headers[':status']).toBe(413);
  expect((await post(session, Buffer.alloc(2 * MIB))).headers[':status']).toBe(413);
  expect((await post(session, Buffer.alloc(MIB))).headers[':status']).toBe(200);
});

test('H26: 100-continue works over HTTP/2', async () => {
  const { port } = await startReceiver();
  const session = open(`http://127.0.0.1:${port}`);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/v1/logs',
    'content-type': PROTOBUF,
    expect: '100-continue',
  });
  await new Promise((resolve) => stream.once('continue', resolve));
  const answered = new Promise<Http2Answer['headers']>((resolve) => stream.once('response', resolve));
  stream.end('a');
  expect((await answered)[':status']).toBe(200);
});

test('H28: an old HTTP/2 connection is told to go after its next answer', async () => {
  const { port } = await startReceiver({ connectionAgeMaxMs: 0 });
  const session = open(`http://127.0.0.1:${port}`);
  const closed = new Promise<void>((resolve) => session.once('close', resolve));
  expect((await post(session, Buffer.from('a'))).headers[':status']).toBe(200);
  expect((await post(session, Buffer.from('b'))).headers[':status']).toBe(200);
  await closed;
});

test('stop: open HTTP/2 streams finish, then their connection closes', async () => {
  const gate = Promise.withResolvers<void>();
  const receiver = await startReceiver({ intake: { accept: () => gate.promise.then(() => fullSuccess()) } });
  const session = open(`http://127.0.0.1:${receiver.port}`);
  const closed = new Promise<void>((resolve) => session.once('close', resolve));
  const answer = post(session, Buffer.from('ab'));
  await expect.poll(() => receiver.budget.bytesUsed).toBe(2);
  const stopped = receiver.stop(60_000);
  gate.resolve();
  expect((await answer).headers[':status']).toBe(200);
  await stopped;
  await closed;
});

test('stop: a TLS connection that has sent no request does not hold it up', async () => {
  const { cert, certFile, keyFile } = identity('server');
  const receiver = await startReceiver({ tls: serving({ certFile, keyFile }) });
  const silent = connectTls({ port: receiver.port, host: '127.0.0.1', ca: cert, ALPNProtocols: ['http/1.1'] });
  onTestFinished(() => void silent.destroy());
  await new Promise((resolve) => silent.once('secureConnect', resolve));
  const closed = new Promise<string>((resolve) => silent.once('close', () => resolve('closed')));
  silent.resume();
  await receiver.stop(60_000);
  expect(await closed).toBe('closed');
});

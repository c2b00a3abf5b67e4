import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { boundHttp1 } from '../../src/security/http1-bodies.ts';
import { isPipelineOver } from '../../src/security/http1-pipelines.ts';
import { selfSigned, temporaryFolder } from '../receive/certificates.ts';

const GET = 'GET / HTTP/1.1\r\nhost: test\r\n\r\n';
const CHUNKED = 'POST / HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n';
const CHUNKS = '1\r\nx\r\n'.repeat(700_000);

function refuse(response: ServerResponse): void {
  response.statusCode = 401;
  response.end('no');
}

/** `read` is what was read of the connections that have come, in their order. */
async function start(listener: RequestListener, hasTls = false) {
  const sockets: Socket[] = [];
  const paths: string[] = [];
  const handle: RequestListener = (request, response) => {
    paths.push(request.url ?? '');
    listener(request, response);
  };
  const bounds = boundHttp1(() => undefined);
  const server: Server = hasTls
    ? createHttps({ ...bounds, ...ownCertificate() }, handle)
    : createServer(bounds, handle);
  server.on(hasTls ? 'secureConnection' : 'connection', (socket: Socket) => sockets.push(socket));
  server.on('clientError', (_error, socket: Socket) => {
    if (!isPipelineOver(socket)) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { port, paths, sockets, read: () => sockets.map((socket) => socket.bytesRead) };
}

function ownCertificate() {
  const { certFile, keyFile } = selfSigned(temporaryFolder(), 'own');
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

/** Sends on and on, until it sees the end, as a client does that looks at the answer only then. */
async function answersTo(port: number, bytes: string, hasTls = false): Promise<string> {
  const socket = hasTls ? connectTls({ port, rejectUnauthorized: false }) : connect({ port });
  onTestFinished(() => void socket.destroy());
  socket.write(bytes);
  let received = '';
  socket.on('data', (some: Buffer) => (received += some.toString('latin1')));
  await once(socket, 'end');
  socket.destroy();
  return received;
}

test.each<[string, string, RegExp]>([
  ['in chunks of a byte', CHUNKED + CHUNKS, /^HTTP\/1.1 401 .*connection: close/is],
  [
    'of a length that is told',
    `POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 4200000\r\n\r\n${'x'.repeat(4_200_000)}`,
    /^HTTP\/1.1 401 .*connection: close/is,
  ],
  ['that Node refuses by itself', CHUNKED.replace('\r\n', '\r\nexpect: tea\r\n') + CHUNKS, /^HTTP\/1.1 417 .*close/is],
])('S9: a large body %s is read no further once it is answered', async (_, bytes, expected) => {
  const { port, read } = await start((_request, response) => refuse(response));
  expect(await answersTo(port, bytes)).toMatch(expected);
  expect(read()[0]).toBeLessThan(300_000);
});

test('S9: nor is it over TLS', async () => {
  const { port, read } = await start((_request, response) => refuse(response), true);
  expect(await answersTo(port, CHUNKED + CHUNKS, true)).toMatch(/^HTTP\/1.1 401 .*connection: close/is);
  expect(read()[0]).toBeLessThan(300_000);
});

test('S9: so it is when its answer waits for that of an earlier request, and both come in order', async () => {
  const held: ServerResponse[] = [];
  const { port, read, paths } = await start((request, response) => {
    if (request.method === 'GET') held.push(response);
    else refuse(response);
  });
  const answers = answersTo(port, GET + CHUNKED + CHUNKS);
  await expect.poll(() => paths).toHaveLength(2);
  held[0]?.end('yes');
  expect(await answers).toMatch(/^HTTP\/1.1 200 .*yesHTTP\/1.1 401 .*no$/s);
  expect(read()[0]).toBeLessThan(300_000);
});

test('what comes with such a body, or is no HTTP, takes nothing from its answer, and no request after it is worked on', async () => {
  const { port, paths } = await start((_request, response) => refuse(response));
  const next = GET.replace('/', '/next');
  for (const after of [`1\r\nx\r\n0\r\n\r\n${next}`, `nonsense\r\n\r\n${next}`]) {
    expect(await answersTo(port, CHUNKED + after)).toMatch(/^HTTP\/1.1 401 .*no$/s);
  }
  expect(paths).toEqual(['/', '/']);
});

test('a connection lives on where the rest of a body is small, and where it was read', async () => {
  const { port, paths } = await start((request, response) => {
    if (request.url === '/read') void text(request).then((body) => response.end(body));
    else refuse(response);
  });
  const small = 'POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 5\r\n\r\nhello';
  const read = `${CHUNKED.replace('/', '/read')}5\r\nhello\r\n0\r\n\r\n`;
  const last = GET.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n');
  expect(await answersTo(port, small + read + last)).toMatch(
    /^HTTP\/1.1 401 .*noHTTP\/1.1 200 .*hello.*HTTP\/1.1 401 /s,
  );
  expect(paths).toEqual(['/', '/read', '/']);
});

test('the next connection, for which Node takes the same parser, has its body', async () => {
  const { port, sockets } = await start((request, response) => {
    if (request.url === '/read') void text(request).then((body) => response.end(body));
    else refuse(response);
  });
  await answersTo(port, CHUNKED + CHUNKS);
  const [first] = sockets as [Socket];
  if (!first.closed) await once(first.destroy(), 'close');
  const last = CHUNKED.replace('/', '/read').replace('\r\n', '\r\nconnection: close\r\n');
  expect(await answersTo(port, `${last}5\r\nhello\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 .*hello/s);
});

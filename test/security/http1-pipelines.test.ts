import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { PIPELINED_MAX, isPipelineOver, limitPipelines } from '../../src/security/http1-pipelines.ts';
import { selfSigned, temporaryFolder } from '../receive/certificates.ts';

const GET = 'GET / HTTP/1.1\r\nhost: test\r\n\r\n';
const FLOOD = 1000;
const TRANSPORTS = [
  ['plain text', false],
  ['TLS', true],
] as const;

const answerAtOnce: RequestListener = (_request, response) => void response.end('done');
const answerSoon: RequestListener = (_request, response) => void setImmediate(() => response.end('done'));

/** `made` are the requests that Node made objects of, `over` the connections that were ended. */
async function start(listener: RequestListener, hasTls = false) {
  const seen = { made: 0, handled: 0, over: 0 };
  const bounds = limitPipelines(() => void seen.over++);
  const handle: RequestListener = (request, response) => {
    seen.handled++;
    listener(request, response);
  };
  const server: Server = hasTls
    ? createHttps({ ...bounds, ...ownCertificate() }, handle)
    : createServer(bounds, handle);
  server.on('clientError', (_error, socket: Socket) => {
    if (!isPipelineOver(socket)) socket.destroy();
  });
  const note = (message: unknown): void => {
    if ((message as { server: Server }).server === server) seen.made++;
  };
  subscribe('http.server.request.start', note);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    unsubscribe('http.server.request.start', note);
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { seen, client: () => openClient(port, hasTls) };
}

function ownCertificate() {
  const { certFile, keyFile } = selfSigned(temporaryFolder(), 'own');
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

async function openClient(port: number, hasTls: boolean) {
  const socket = hasTls ? connectTls({ port, rejectUnauthorized: false }) : connect({ port });
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1'))).on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, hasTls ? 'secureConnect' : 'connect');
  return {
    send: (bytes: string) => void socket.write(bytes),
    answers: () => received.split(/(?=HTTP\/1\.1 \d)/).filter((answer) => answer !== ''),
    closed,
  };
}

test.each(TRANSPORTS)(
  'S13: of a flood of requests over %s a few are taken and answered, and Node makes nothing of the others',
  async (_, hasTls) => {
    const { seen, client } = await start(answerSoon, hasTls);
    const { send, answers, closed } = await client();
    send(GET.repeat(FLOOD));
    await closed;
    expect(seen).toEqual({ made: PIPELINED_MAX, handled: PIPELINED_MAX, over: 1 });
    expect(answers()).toHaveLength(PIPELINED_MAX);
    expect(answers().map((answer) => /connection: (\S+)/i.exec(answer)?.[1])).toEqual([
      ...Array.from({ length: PIPELINED_MAX - 1 }, () => 'keep-alive'),
      'close',
    ]);
  },
);

test.each([
  ['have no Host', 'GET / HTTP/1.1\r\n\r\n'],
  ['expect what no server does', 'GET / HTTP/1.1\r\nhost: test\r\nexpect: tea\r\n\r\n'],
])('S13: requests that %s, which Node answers by itself, are counted too', async (_, request) => {
  const { seen, client } = await start(answerAtOnce);
  const { send, closed } = await client();
  send(request.repeat(FLOOD));
  await closed;
  expect(seen).toEqual({ made: PIPELINED_MAX, handled: 0, over: 1 });
});

test('S13: so are requests with a body, which are answered one by one amid the read', async () => {
  const { seen, client } = await start(answerAtOnce);
  const { send, answers, closed } = await client();
  send('POST / HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\n{}'.repeat(FLOOD));
  await closed;
  expect(seen).toEqual({ made: PIPELINED_MAX, handled: PIPELINED_MAX, over: 1 });
  expect(answers()).toHaveLength(PIPELINED_MAX);
});

test('what was taken is answered, in order, also when the answer of the first comes last', async () => {
  const held: ServerResponse[] = [];
  const { seen, client } = await start((request, response) => {
    if (request.url === '/0') held.push(response);
    else response.end(request.url);
  });
  const { send, answers, closed } = await client();
  const paths = Array.from({ length: FLOOD }, (_, i) => `/${i}`);
  send(paths.map((path) => GET.replace('/', path)).join(''));
  await expect.poll(() => seen.over).toBe(1);
  send(GET.repeat(FLOOD));
  expect(answers()).toEqual([]);
  held[0]!.end('/0');
  await closed;
  expect(answers().map((answer) => /\/\d+$/.exec(answer)?.[0])).toEqual(paths.slice(0, PIPELINED_MAX));
  expect(seen).toEqual({ made: PIPELINED_MAX, handled: PIPELINED_MAX, over: 1 });
});

test.each(TRANSPORTS)('as many as are allowed at a time are taken again and again over %s', async (_, hasTls) => {
  const { seen, client } = await start(answerAtOnce, hasTls);
  const { send, answers } = await client();
  for (let round = 1; round <= 3; round++) {
    send(GET.repeat(PIPELINED_MAX));
    await expect.poll(() => answers()).toHaveLength(round * PIPELINED_MAX);
  }
  expect(seen.over).toBe(0);
});

test('one connection that goes too far takes none of the others with it', async () => {
  const { seen, client } = await start(answerAtOnce);
  const [greedy, good] = await Promise.all([client(), client()]);
  good.send(GET);
  greedy.send(GET.repeat(FLOOD));
  await greedy.closed;
  good.send(GET);
  await expect.poll(() => good.answers()).toHaveLength(2);
  expect(seen.over).toBe(1);
});

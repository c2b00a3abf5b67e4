import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { limitOpenings } from '../../src/security/http2-openings.ts';
import { PREFACE, connectRaw } from '../receive/grpc-harness.ts';
import { END_HEADERS, EXPORT_HEADERS, HEADERS, http2Frame, shortResets } from '../receive/http2-frames.ts';

const MAX = 20;

async function startServer() {
  const server = createServer({ settings: { maxConcurrentStreams: MAX } });
  limitOpenings(server, MAX);
  const seen = { streams: 0 };
  server
    .on('sessionError', () => undefined)
    .on('stream', (stream) => {
      seen.streams++;
      stream.on('error', () => undefined);
      if (!stream.destroyed) stream.respond({ ':status': 204 }, { endStream: true });
    });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, seen };
}

test('a session that opens and resets streams is ended amid the read that does it', async () => {
  const { port, seen } = await startServer();
  const { socket, closed } = await connectRaw(port);
  socket.write(shortResets(1000));
  await closed;
  expect(seen.streams).toBeGreaterThan(0);
  expect(seen.streams).toBeLessThanOrEqual(MAX + 1);
});

test('a sender that opens more at once than it may, before it knows, is refused these alone', async () => {
  const { port, seen } = await startServer();
  const { socket } = await connectRaw(port);
  const opened = Array.from({ length: 3 * MAX }, (_, i) => http2Frame(HEADERS, END_HEADERS, 2 * i + 1, EXPORT_HEADERS));
  socket.write(Buffer.concat([PREFACE, ...opened]));
  await expect.poll(() => seen.streams).toBe(MAX);
  const after = once(socket, 'data');
  socket.write(http2Frame(6, 0, 0, Buffer.alloc(8)));
  await after;
  expect(socket.destroyed).toBe(false);
});

test('requests one after the other are not counted together, however many', async () => {
  const { port, seen } = await startServer();
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  await once(session, 'remoteSettings');
  for (let round = 0; round < 10; round++) {
    await Promise.all(
      Array.from({ length: MAX }, () => once(session.request({ ':method': 'POST' }).resume().end(), 'close')),
    );
  }
  expect(seen.streams).toBe(10 * MAX);
  expect(session.destroyed).toBe(false);
});

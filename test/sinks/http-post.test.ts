import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpPost } from '../../src/sinks/http-post.ts';

const CHUNK = Buffer.alloc(16 << 10, 'x');

test.each([
  [200, 'delivered'],
  [500, 'failed'],
])('of an answer %i that does not end no more than 64 KiB and a piece are read', async (status, outcome) => {
  let hungUp: Promise<unknown> | undefined;
  const server = createServer((_request, response) => {
    hungUp = once(response, 'close');
    response.writeHead(status);
    const write = () => {
      while (!response.destroyed && response.write(CHUNK));
    };
    response.on('drain', write);
    write();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${port}/hook`);
  const post = createHttpPost({ url, timeoutMs: 5000, secrets: [], nowMs: () => 0 });
  onTestFinished(async () => {
    await post.close();
    server.closeAllConnections();
    server.close();
  });
  const signal = AbortSignal.timeout(5000);
  const result = await post.send('{}', {}, signal);
  expect(result).toMatchObject({ outcome, status });
  expect(result.body?.length ?? 0).toBeLessThanOrEqual(128 << 10);
  await hungUp;
  expect(signal.aborted).toBe(false);
});

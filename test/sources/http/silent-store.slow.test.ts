import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { declarationOf } from '../../../src/sources/catalogue.ts';
import { createHostGuard } from '../../../src/sources/http/host-guard.ts';
import { createSourceClient } from '../../../src/sources/http/source-client.ts';

const OUT_OF_ORDER = 500;

/** How often one call of a page asks a store that does this, and what it rejects with. */
async function ask(listener: RequestListener): Promise<{ requests: number; error: unknown }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createSourceClient({
    source: declarationOf('loki'),
    guard: createHostGuard({ allowed: [], denied: [], isOpen: false }, false),
    signal: new AbortController().signal,
    secrets: [],
    retryMs: 1,
    answerTimeoutMs: 100,
    nowMs: Date.now,
    random: () => 0,
  });
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    await once(server.close(), 'close');
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const error = await client.json({ call: 'page', url }).catch((problem: unknown) => problem);
  return { requests: client.requests, error };
}

test.each<[string, RequestListener]>([
  ['says nothing', () => undefined],
  ['stops in the middle of its answer', (_, response) => void response.write('{"a":')],
])('a store that %s is asked once more, and given up', async (_, listener) => {
  const { requests, error } = await ask(listener);
  expect(error).toMatchObject({ code: 'timed_out', message: expect.stringMatching(/sent nothing for 0\.1 s$/) });
  expect(requests).toBe(2);
});

test('one that fails at once is asked six times', async () => {
  const { requests, error } = await ask((_, response) => void response.writeHead(OUT_OF_ORDER).end());
  expect(error).toMatchObject({ code: 'vendor_error' });
  expect(requests).toBe(6);
});

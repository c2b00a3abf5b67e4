import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startHalfspace } from './halfspace.ts';

test('the running service tells how its parts stand', async () => {
  const halfspace = await startHalfspace();
  try {
    const answer = await halfspace.get('/status');
    expect(answer).toMatchObject({ ready: true, reasons: [] });
    expect(answer).toHaveProperty('parts', expect.arrayContaining([{ name: 'receivers', state: 'ok' }]));
  } finally {
    await halfspace.stop();
  }
}, 60_000);

test('a source whose store refuses is failed, with what is wrong; a file that is read is ok', async () => {
  const store = createServer((_request, response) => response.writeHead(403).end('no entry'));
  store.listen(0, '127.0.0.1');
  await once(store, 'listening');
  onTestFinished(() => void store.close());
  const address = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
  const halfspace = await startHalfspace({ LOKI_URL: address, FILE_PATH: fileURLToPath(import.meta.url) });
  try {
    await halfspace.get('/clusters?source=loki');
    await halfspace.get('/clusters?source=file');
    const { parts } = (await halfspace.get('/status')) as { parts: object[] };
    expect(parts).toContainEqual({
      name: 'source/loki',
      state: 'failed',
      last_error: expect.stringContaining('no entry') as string,
      since: expect.any(String) as string,
    });
    expect(parts).toContainEqual({ name: 'source/file', state: 'ok' });
    expect(parts).toContainEqual({
      name: 'analyser',
      state: 'ok',
      detail: 'windows that are worked on or wait: 0 of at most 17',
    });
    const page = await (await fetch(`${halfspace.addresses.rest}/metrics`)).text();
    expect(page).toContain('halfspace_window_failures_total{source="loki",reason="source_refused"} 1');
  } finally {
    await halfspace.stop();
  }
}, 60_000);

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { Retry } from '../../../src/domain/retry.ts';
import { declarationOf } from '../../../src/sources/catalogue.ts';
import { createHostGuard } from '../../../src/sources/http/host-guard.ts';
import { createSourceClient } from '../../../src/sources/http/source-client.ts';

function clientOf(told: (Retry | undefined)[]) {
  return createSourceClient({
    source: declarationOf('loki'),
    guard: createHostGuard({ allowed: [], denied: [], isOpen: false }, false),
    signal: new AbortController().signal,
    secrets: [],
    retryMs: 2,
    nowMs: () => 0,
    random: () => 1,
    onRetry: (retry) => told.push(retry),
  });
}

async function serverOf(statuses: number[]) {
  const server = createServer((_, answer) => answer.writeHead(statuses.shift() ?? 200).end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return { url, close: () => new Promise((resolve) => server.close(resolve)) };
}

test('each try of a store that refuses connections is told with what failed and the pause after it', async () => {
  const { url, close } = await serverOf([]);
  await close();
  const told: (Retry | undefined)[] = [];
  const client = clientOf(told);
  await expect(client.json({ call: 'query_range', url })).rejects.toMatchObject({ code: 'unreachable' });
  await client.close();
  expect(told.map((retry) => retry?.attempt)).toEqual([1, 2, 3, 4, 5]);
  expect(told.map((retry) => retry?.waitMs)).toEqual([2, 4, 8, 16, 32]);
  expect(told[0]).toMatchObject({ attemptsMax: 6, problem: expect.stringContaining(`nothing listens at ${url.host}`) });
});

test('an answer ends what was told, and a call that works at once tells nothing', async () => {
  const { url, close } = await serverOf([503, 200]);
  const told: (Retry | undefined)[] = [];
  const client = clientOf(told);
  await client.json({ call: 'query_range', url });
  expect(told).toMatchObject([{ attempt: 1, problem: expect.stringContaining('503') }, undefined]);
  const quiet: (Retry | undefined)[] = [];
  const other = clientOf(quiet);
  await other.json({ call: 'query_range', url });
  expect(quiet).toEqual([]);
  await Promise.all([client.close(), other.close()]);
  await close();
});

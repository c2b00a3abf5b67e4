import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createAnalyser } from '../../src/analyse/analyser.ts';
import type { Analyser, AnalyserOptions } from '../../src/analyse/analyser.ts';
import type { PullJob } from '../../src/analyse/load-rows.ts';
import { manyRows, packRows } from './rows.ts';

const options: AnalyserOptions = { threads: 1, miner: { simTh: 0.4, maxTemplates: 2000 }, contamination: 0.1 };
const buffer = { source: 'packed', services: packRows(manyRows(100)), startMs: 0, endMs: Infinity } as const;
let server: Server;

beforeAll(async () => {
  server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  await once(server.close(), 'close');
});

/** A window of a store that takes connections and never answers. */
function hung(store: string): PullJob {
  return {
    source: 'pull',
    store,
    values: new Map([['url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`]]),
    startMs: 0,
    endMs: 1000,
    maxRows: 100,
    hostRules: { allowed: [], denied: [], isOpen: false },
    fromRequest: false,
    answerTimeoutMs: 60_000,
  };
}

function newAnalyser(more: Partial<AnalyserOptions> = {}): Analyser {
  const analyser = createAnalyser({ ...options, ...more });
  onTestFinished(() => analyser.close());
  return analyser;
}

/** Begins a window that hangs; answers once its store has been asked. */
async function hang(analyser: Analyser, store: string): Promise<{ settled: Promise<unknown>; end(): void }> {
  const client = new AbortController();
  const asked = once(server, 'request');
  const settled = analyser.analyse(hung(store), { signal: client.signal }).catch((error: unknown) => error);
  await asked;
  return { settled, end: () => client.abort() };
}

test('while a store hangs, the buffer, and windows of another store, have threads of their own', async () => {
  const analyser = newAnalyser();
  const [one, two] = [await hang(analyser, 'loki'), await hang(analyser, 'elasticsearch')];
  expect(await analyser.analyse(buffer)).toMatchObject({ log_count: 100 });
  expect(analyser.jobs).toBe(2);
  for (const { end } of [one, two]) end();
  await Promise.all([one.settled, two.settled]);
  expect(analyser.jobs).toBe(0);
});

test('a window waits for others of its store for so long, and is then refused with a sentence', async () => {
  const analyser = newAnalyser({ storeWaitMs: 50 });
  const { settled, end } = await hang(analyser, 'loki');
  await expect(analyser.analyse(hung('loki'))).rejects.toMatchObject({
    code: 'busy',
    message: expect.stringMatching(
      /^windows of loki that came before have not ended within 0\.05 s: try again later, or/,
    ),
  });
  expect(analyser.fullest, 'the one that hangs goes on until its store has had its time').toEqual({
    store: 'loki',
    jobs: 1,
  });
  end();
  await settled;
});

test('a store that hangs fills its own places alone, and who goes away leaves them', async () => {
  const analyser = newAnalyser({ queueMax: 1 });
  const { settled, end } = await hang(analyser, 'loki');
  const client = new AbortController();
  const waiting = analyser.analyse(hung('loki'), { signal: client.signal });
  await expect(analyser.analyse(hung('loki'))).rejects.toThrow(/^2 windows of loki are being analysed already/);
  expect(await analyser.analyse(buffer)).toMatchObject({ log_count: 100 });
  client.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  expect(analyser.jobs).toBe(1);
  end();
  await settled;
});

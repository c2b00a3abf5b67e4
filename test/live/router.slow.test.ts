import { afterEach, describe, expect, it } from 'vitest';
import type { Anomaly } from '../../src/domain/anomaly.ts';
import { readAnomalies } from '../../src/live/anomaly-batch.ts';
import type { ExportError } from '../../src/receive/export-error.ts';
import { Router } from '../../src/live/router.ts';
import { ShardSet } from '../../src/live/shard-set.ts';
import { encodeLines, encodeLogsRequest } from '../decode/otlp-samples.ts';
import { ERROR_NUMBER, healthyLines, INFO_NUMBER, NOW_MS, shardOptions } from './shard-samples.ts';

const running: ShardSet[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((shards) => shards.stop()));
});

interface System {
  shards: ShardSet;
  router: Router;
  anomalies: Anomaly[];
  crashes: string[];
}

function start(shardCount: number): System {
  const anomalies: Anomaly[] = [];
  const crashes: string[] = [];
  const shards = new ShardSet({
    ...shardOptions(),
    shards: shardCount,
    onCrash: (shard, error) => crashes.push(`${shard}: ${error.message}`),
  });
  running.push(shards);
  const router = new Router({
    shards: shards.clients,
    serviceAttributes: ['service.name'],
    nowMs: () => NOW_MS,
    onAnomalies: async (batch) => void anomalies.push(...readAnomalies(batch)),
  });
  return { shards, router, anomalies, crashes };
}

const SERVICES = ['cart', 'checkout', 'gateway', 'payments', 'search', 'stock'];

async function feed({ router }: System): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const timeUnixNano = BigInt(NOW_MS + round * 100_000) * 1_000_000n;
    const resources = SERVICES.map((service) => ({
      service,
      records: healthyLines(100).map((body) => ({ body, severityNumber: INFO_NUMBER, timeUnixNano })),
    }));
    expect((await router.accept(encodeLogsRequest(...resources))).records).toBe(600);
  }
  const failures = SERVICES.map((service) => ({ service, records: [{ body: 'boom', severityNumber: ERROR_NUMBER }] }));
  expect(await router.accept(encodeLogsRequest(...failures))).toEqual({ records: 6, rejected: 0, message: '' });
}

const byService = (a: Anomaly, b: Anomaly) => (a.service < b.service ? -1 : 1);

describe('the router', () => {
  it('gives the same anomalies with one shard as with four, before the sender has its answer', async () => {
    const one = start(1);
    const four = start(4);
    await feed(one);
    expect(one.anomalies.map(({ service }) => service)).toEqual(SERVICES);
    await feed(four);
    expect(four.anomalies.toSorted(byService)).toEqual(one.anomalies);
    expect(four.shards.stats()).toMatchObject({ recordsScored: 1806, services: 6, bufferRows: 1806 });
    expect((await four.shards.status({ limit: 3 })).services.map(({ service }) => service)).toEqual(
      SERVICES.slice(0, 3),
    );
  });

  it('takes an empty request for what it is', async () => {
    const { router } = start(1);
    expect(await router.accept(new Uint8Array(0))).toEqual({ records: 0, rejected: 0, message: '' });
  });

  it('G13: refuses bytes that are not the message as invalid_argument, wherever they go wrong', async () => {
    const { router, shards } = start(2);
    await expect(router.accept(new Uint8Array([0xff, 0xff]))).rejects.toMatchObject({ code: 'invalid_argument' });
    const deep = encodeLogsRequest({ service: 'shop', records: [{ body: 'x' }] });
    deep[deep.lastIndexOf('x'.charCodeAt(0)) - 1] = 0x7f;
    await expect(router.accept(deep)).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(shards.stats().recordsScored).toBe(0);
  });

  it('scores nothing of a request of several shards when one part of it is malformed', async () => {
    const { router, shards } = start(4);
    const good = encodeLogsRequest(...SERVICES.map((service) => ({ service, records: [{ body: 'hello' }] })));
    const deep = encodeLogsRequest({ service: 'shop', records: [{ body: 'x' }] });
    deep[deep.lastIndexOf('x'.charCodeAt(0)) - 1] = 0x7f;
    await expect(router.accept(Buffer.concat([good, deep]))).rejects.toMatchObject({ code: 'invalid_argument' });
    await shards.started();
    expect(shards.stats()).toMatchObject({ recordsScored: 0, services: 0 });
  });

  it('learns a window, scores another with copies, and resets', async () => {
    const { shards } = start(2);
    const row = (line: string) => {
      const message = new TextEncoder().encode(line);
      const bytes = new Uint8Array(13 + message.length);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, message.length, true);
      view.setFloat64(4, NOW_MS, true);
      view.setUint8(12, 4);
      bytes.set(message, 13);
      return bytes;
    };
    async function* window(lines: string[]) {
      for (const line of lines) yield SERVICES.map((service) => ({ service, bytes: row(line) }));
      await Promise.resolve();
    }
    expect(await shards.learn(undefined, window(healthyLines(300)), () => NOW_MS)).toBe(1800);
    for (let i = 0; i < 2; i++) {
      const found: Anomaly[] = [];
      expect(await shards.detect(undefined, window(['out of cheese']), (anomaly) => found.push(anomaly))).toBe(6);
      expect(found.filter(({ reasons }) => reasons.includes('new_template'))).toHaveLength(6);
    }
    expect((await shards.status({ limit: 0 })).lineCount).toBe(1800);
    await shards.reset();
    expect(await shards.status({ limit: 10 })).toMatchObject({ serviceCount: 0, lineCount: 0, services: [] });
  });

  it('lends the buffers of all shards', async () => {
    const system = start(3);
    await feed(system);
    const lent = await system.shards.withBuffer(NOW_MS, (services) => Promise.resolve(services));
    expect(lent.map(({ service }) => service).toSorted()).toEqual(SERVICES);
  });

  it('refuses what a dying shard held, goes on with a fresh one, and says so', async () => {
    const { router, shards, crashes } = start(1);
    await router.accept(encodeLines('shop', healthyLines(10)));
    const held = router.accept(encodeLines('shop', healthyLines(10)));
    const [outcome] = await Promise.all([held.catch((error: unknown) => error), shards.clients[0]!.kill()]);
    // The worker may have been faster than its end.
    expect([{ records: 10 }, { code: 'unavailable', retryAfterSeconds: 1 }]).toContainEqual(
      'records' in (outcome as object)
        ? { records: 10 }
        : { code: (outcome as ExportError).code, retryAfterSeconds: (outcome as ExportError).retryAfterSeconds },
    );
    expect((await router.accept(encodeLines('shop', healthyLines(10)))).records).toBe(10);
    expect(crashes).toEqual(['shard-0: shard worker ended with code 1']);
    expect((await shards.status({ limit: 1 })).lineCount).toBe(10);
    // The status call writes the counters: those of before are in the total still.
    expect(shards.stats().recordsScored).toBeGreaterThanOrEqual(20);
    expect(shards.threads()).toMatchObject([{ shard: 'shard-0', restarts: 1 }]);
  });
});

import { EventEmitter, once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Router } from '../../src/live/router.ts';
import { ShardSet } from '../../src/live/shard-set.ts';
import type { SavedModel } from '../../src/live/shard-protocol.ts';
import { Shard } from '../../src/live/shard.ts';
import { Snapshots } from '../../src/live/snapshots.ts';
import { SNAPSHOT_VERSION } from '../../src/score/snapshot.ts';
import { encodeLogs } from '../e2e/otlp-client.ts';
import { healthyLines, NOW_MS, packed, shardOptions } from './shard-samples.ts';

const request = (service: string, lines = healthyLines(300)) =>
  new Uint8Array(encodeLogs({ service, messages: lines }));

function scored(shard: Shard, service: string, atMs = NOW_MS): void {
  const bytes = request(service);
  shard.scoreOtlp(bytes, Int32Array.of(...resourceLogsOf(bytes)), atMs);
}

const rowsOf = (service: string) => ({ service, bytes: packed(healthyLines(300)) });

/** Where the one `ResourceLogs` of a request stands: behind its tag and its length. */
function resourceLogsOf(bytes: Uint8Array): [number, number] {
  let at = 1;
  while (bytes[at]! >= 128) at++;
  return [at + 1, bytes.length];
}

const DUE = { shard: 0, nowMs: NOW_MS, savedBeforeMs: NOW_MS, limit: 100, again: [] };
const servicesOf = (models: readonly SavedModel[]) => models.map(({ service }) => service);

describe('a shard', () => {
  it('writes down what has learnt something, when it is due, a few at a time', () => {
    const shard = new Shard(shardOptions());
    for (const service of ['a', 'b', 'c']) scored(shard, service);
    expect(servicesOf(shard.snapshot({ ...DUE, limit: 2 }).models)).toEqual(['a', 'b']);
    expect(servicesOf(shard.snapshot({ ...DUE, limit: 2 }).models)).toEqual(['c']);
    expect(shard.snapshot(DUE).models).toEqual([]);
    scored(shard, 'b', NOW_MS + 1000);
    const minute = { ...DUE, nowMs: NOW_MS + 2000, savedBeforeMs: NOW_MS - 58_000 };
    expect(shard.snapshot(minute).models, 'too soon').toEqual([]);
    expect(servicesOf(shard.snapshot({ ...minute, savedBeforeMs: NOW_MS + 2000 }).models)).toEqual(['b']);
    expect(servicesOf(shard.snapshot({ ...DUE, again: [{ service: 'a' }, { service: 'gone' }] }).models)).toEqual([
      'a',
    ]);
    expect(servicesOf(shard.snapshot({ ...DUE, again: 'all' }).models).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('goes on with what another wrote down, and keeps to its bound', () => {
    const shard = new Shard(shardOptions());
    for (const [index, service] of ['a', 'b', 'c'].entries()) scored(shard, service, NOW_MS + index);
    const { models } = shard.snapshot(DUE);
    const small = new Shard(shardOptions({ servicesMax: 2 }));
    expect(small.restore(models, NOW_MS + 60_000)).toEqual({ restored: 3, refusals: [] });
    const status = small.status(undefined, undefined, 10);
    expect(status.services.map(({ service, lines, learning }) => [service, lines, learning])).toEqual([
      ['b', 300, false],
      ['c', 300, false],
    ]);
    expect(small.snapshot(DUE)).toEqual({ models: [], gone: [{ service: 'a' }] });
  });

  it('goes on with the models of tenants, and with that of services without a place', () => {
    const shard = new Shard(shardOptions({ servicesMax: 2 }));
    for (const service of ['a', 'b', 'c', 'd']) scored(shard, service);
    for (const tenant of ['acme', 'other']) shard.learn(tenant, [rowsOf('a')], NOW_MS);
    const { models } = shard.snapshot({ ...DUE, shard: 3 });
    expect(models.map(({ owner, service }) => [owner, service])).toEqual([
      [undefined, 'a'],
      [undefined, 'b'],
      ['overflow of shard 3', '_overflow'],
      ['acme', 'a'],
      ['other', 'a'],
    ]);
    const next = new Shard(shardOptions({ servicesMax: 2 }));
    expect(next.restore(models, NOW_MS + 60_000)).toEqual({ restored: 5, refusals: [] });
    for (const tenant of [undefined, 'acme', 'other', 'nobody'])
      expect(next.status(tenant, undefined, 10)).toEqual(shard.status(tenant, undefined, 10));
    expect(next.status(undefined, '_overflow', 10).services).toMatchObject([{ lines: 600, learning: false }]);
    expect(next.snapshot(DUE), 'nothing has changed').toEqual({ models: [], gone: [] });
    scored(next, 'e', NOW_MS + 60_000);
    next.learn('other', [rowsOf('a')], NOW_MS + 60_000);
    const later = next.snapshot({ ...DUE, savedBeforeMs: NOW_MS + 60_000 });
    expect(later.models.map(({ owner }) => owner)).toEqual(['overflow of shard 0', 'other']);
    const { owner, service } = later.models[1]!;
    const again = next.snapshot({ ...DUE, again: [{ owner: owner!, service }] });
    expect(
      again.models.map((model) => model.owner),
      'what was not kept is taken again',
    ).toEqual(['other']);
  });

  it('keeps no more tenants than there is room for, and says which snapshots are of no use any more', () => {
    const shard = new Shard(shardOptions({ servicesMax: 2 }));
    shard.learn('first', [rowsOf('a')], NOW_MS + 1);
    shard.learn('second', [rowsOf('a')], NOW_MS);
    const { models } = shard.snapshot(DUE);
    shard.learn('third', [rowsOf('a')], NOW_MS + 2);
    expect(shard.snapshot(DUE)).toMatchObject({
      models: [{ owner: 'third' }],
      gone: [{ owner: 'first', service: 'a' }],
    });
    shard.learn('fourth', [rowsOf('a')], NOW_MS + 3);
    shard.learn('fifth', [rowsOf('a')], NOW_MS + 4);
    shard.learn('sixth', [rowsOf('a')], NOW_MS + 5);
    const { gone } = shard.snapshot(DUE);
    expect(
      gone.map(({ owner }) => owner),
      'the fourth never had one',
    ).toEqual(['second', 'third']);

    const small = new Shard(shardOptions({ servicesMax: 1 }));
    small.restore(models, NOW_MS);
    expect(small.snapshot(DUE).gone, 'the one that was taught last stays').toEqual([{ owner: 'second', service: 'a' }]);
  });

  it('leaves out what does not read as a model, and says so once', () => {
    const shard = new Shard(shardOptions());
    const model = { savedMs: NOW_MS, lastSeenMs: NOW_MS, bytes: new Uint8Array([SNAPSHOT_VERSION, 2, 3]) };
    const restored = shard.restore(
      [
        { ...model, service: 'a' },
        { ...model, service: 'b' },
      ],
      NOW_MS,
    );
    expect(restored).toEqual({ restored: 0, refusals: ['the snapshot does not read as one'] });
  });
});

it(
  'a shard that dies goes on from its snapshots, and what is sent meanwhile waits for that',
  { timeout: 60_000 },
  async () => {
    const saved = new Map<string, SavedModel>();
    const events = new EventEmitter();
    const shards = new ShardSet({
      ...shardOptions(),
      shards: 2,
      onCrash: () => undefined,
      models: {
        async *load() {
          // A copy, as bytes move to the shard.
          yield Array.from(saved.values(), (model) => ({ ...model, bytes: model.bytes.slice() }));
        },
        onRestored: (restored) => events.emit('restored', restored),
        nowMs: () => NOW_MS,
        forget: async () => saved.clear(),
      },
    });
    onTestFinished(() => shards.stop());
    await shards.started();
    const router = new Router({
      shards: shards.clients,
      serviceAttributes: ['service.name'],
      nowMs: () => NOW_MS,
      onAnomalies: async () => undefined,
    });
    const services = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const service of services) await router.accept(request(service));
    const snapshots = new Snapshots({
      shards: shards.clients,
      intervalMs: 1000,
      nowMs: () => NOW_MS,
      modelCount: () => services.length,
      save: async (models) => {
        for (const model of models) saved.set(model.service, model);
        return true;
      },
      onFailure: (error) => events.emit('error', error),
    });
    await snapshots.stop();
    expect([...saved.keys()].toSorted()).toEqual(services);

    const restored = once(events, 'restored');
    await shards.clients[0]!.kill();
    await router.accept(request('a', ['cache refreshed']));
    await restored;
    const status = await shards.status({ limit: 10 });
    expect(status.services.map(({ service, learning }) => [service, learning])).toEqual(
      services.map((s) => [s, false]),
    );
    expect(status.services.find(({ service }) => service === 'a')!.lines).toBe(301);
  },
);

it('what could not be kept is written down again', { timeout: 60_000 }, async () => {
  const shards = new ShardSet({ ...shardOptions(), shards: 1, onCrash: () => undefined });
  onTestFinished(() => shards.stop());
  const [client] = shards.clients;
  const bytes = request('a');
  await client!.call({ type: 'otlp', bytes, ranges: Int32Array.of(...resourceLogsOf(bytes)), receivedMs: NOW_MS });
  const attempts: string[][] = [];
  const twice = new EventEmitter();
  const snapshots = new Snapshots({
    shards: shards.clients,
    intervalMs: 1,
    nowMs: () => Date.now(),
    modelCount: () => 1,
    save: async (models) => {
      attempts.push(servicesOf(models));
      if (attempts.length === 2) twice.emit('saved');
      return attempts.length > 1;
    },
    onFailure: (error) => twice.emit('error', error),
  });
  const saved = once(twice, 'saved');
  snapshots.start();
  await saved;
  await snapshots.stop();
  expect(attempts.slice(0, 2)).toEqual([['a'], ['a']]);
  expect(snapshots.savedMs).toBeGreaterThan(0);
});

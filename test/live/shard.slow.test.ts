import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestRoutes, routeRequest } from '../../src/decode/logs-request.ts';
import { ServiceNames } from '../../src/decode/service-names.ts';
import { PackedRowReader, writePackedHeader } from '../../src/domain/packed-rows.ts';
import type { Anomaly } from '../../src/domain/anomaly.ts';
import { readAnomalies } from '../../src/live/anomaly-batch.ts';
import { OVERFLOW_SERVICE } from '../../src/live/service-table.ts';
import { Shard } from '../../src/live/shard.ts';
import type { ShardOptions } from '../../src/live/shard-protocol.ts';
import { createShardStats, shardStat, sumShardStats } from '../../src/live/shard-stats.ts';
import { encodeLines, encodeLogsRequest } from '../decode/otlp-samples.ts';
import { ERROR_NUMBER, healthyLines, INFO_NUMBER, NOW_MS, shardOptions, WARN_NUMBER } from './shard-samples.ts';

/** Anomalies unpacked. */
function score(shard: Shard, bytes: Uint8Array, receivedMs = NOW_MS): { records: number; anomalies: Anomaly[] } {
  const routes = new RequestRoutes();
  routeRequest(bytes, new ServiceNames({ attributes: ['service.name'], shards: 1 }), routes);
  const ranges = new Int32Array(routes.count * 2);
  for (let i = 0; i < routes.count; i++) ranges.set([routes.start[i]!, routes.end[i]!], i * 2);
  const { records, anomalies } = shard.scoreOtlp(bytes, ranges, receivedMs);
  return { records, anomalies: readAnomalies(anomalies) };
}

function stats(shard: Shard): ReturnType<typeof sumShardStats> {
  const values = createShardStats();
  shard.writeStats(values);
  return sumShardStats([values]);
}

function packed(lines: string[], timestampMs: number): Uint8Array {
  const parts = lines.map((line) => {
    const message = new TextEncoder().encode(line);
    const row = new Uint8Array(13 + message.length);
    writePackedHeader(new DataView(row.buffer), 0, message.length, timestampMs, 2);
    row.set(message, 13);
    return row;
  });
  return Buffer.concat(parts);
}

/** A shard that knows the service "shop" well. */
function trainedShard(): Shard {
  const shard = new Shard(shardOptions());
  expect(score(shard, encodeLines('shop', healthyLines(300), { severityNumber: INFO_NUMBER })).anomalies).toEqual([]);
  return shard;
}

describe('a shard', () => {
  it('says what does not belong and why, with the trace it belongs to', () => {
    const shard = trainedShard();
    const [anomaly, ...others] = score(
      shard,
      encodeLogsRequest({
        service: 'shop',
        records: [
          {
            body: 'connection pool exhausted after 30s\n  at Pool.take',
            severityNumber: ERROR_NUMBER,
            timeUnixNano: BigInt(NOW_MS - 5000) * 1_000_000n,
            traceId: '0af7651916cd43dd8448eb211c80319c',
            spanId: 'b7ad6b7169203331',
          },
        ],
      }),
    ).anomalies;
    expect(others).toEqual([]);
    expect(anomaly).toMatchObject({
      is_anomaly: true,
      service: 'shop',
      template: 'connection pool exhausted after <DUR>',
      template_id: 4,
      timestamp: NOW_MS - 5000,
      message: 'connection pool exhausted after 30s\n  at Pool.take',
      level: 'error',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
    });
    expect(anomaly?.reasons).toContain('new_template');
    expect(anomaly?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  it('raises no new template while a service learns, and counts its lines all the same', () => {
    const shard = new Shard(shardOptions());
    const lines = Array.from({ length: 250 }, (_, i) => `${'abcdefghij'[i % 10]?.repeat(3)} failed`);
    const learning = score(shard, encodeLines('shop', lines, { severityNumber: WARN_NUMBER }));
    expect(learning).toEqual({ records: 250, anomalies: [] });
    const next = score(shard, encodeLines('shop', ['something else went wrong here'], { severityNumber: WARN_NUMBER }));
    expect(next.anomalies[0]?.reasons).toContain('new_template');
  });

  it('learns and buffers nothing of a request that is malformed at its very end', () => {
    const shard = trainedShard();
    const before = stats(shard);
    const good = encodeLines('shop', ['a new failure'], { severityNumber: ERROR_NUMBER });
    const broken = encodeLogsRequest({ service: 'shop', records: [{ body: 'x', severityNumber: ERROR_NUMBER }] });
    // The body's length now reaches beyond its record, which only decoding the record can tell.
    broken[broken.lastIndexOf('x'.charCodeAt(0)) - 1] = 0x7f;
    const request = Buffer.concat([good, broken]);
    expect(() => score(shard, request)).toThrow(/malformed|truncated|expected/i);
    expect(stats(shard)).toEqual(before);
  });

  it('gives byte-identical anomalies however a stream is cut into requests', () => {
    const lines = [
      ...healthyLines(280),
      'disk full on node-7',
      ...healthyLines(30),
      'disk full on node-8',
      'oom killed',
    ];
    const whole = score(new Shard(shardOptions()), encodeLines('shop', lines, { severityNumber: ERROR_NUMBER }));
    expect(whole.anomalies.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 8 }), (sizes) => {
        const shard = new Shard(shardOptions());
        const anomalies = [];
        for (let at = 0, i = 0; at < lines.length; i++) {
          const size = sizes[i] ?? lines.length;
          const timeUnixNano = 1_700_000_000_000_000_000n + BigInt(at) * 1_000_000_000n;
          const part = encodeLines('shop', lines.slice(at, at + size), { severityNumber: ERROR_NUMBER, timeUnixNano });
          anomalies.push(...score(shard, part).anomalies);
          at += size;
        }
        expect(anomalies).toEqual(whole.anomalies);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps services apart', () => {
    const shard = trainedShard();
    score(shard, encodeLines('other', healthyLines(300), { severityNumber: INFO_NUMBER }));
    const known = encodeLines('other', ['payment refused'], { severityNumber: ERROR_NUMBER });
    expect(score(shard, known).anomalies[0]?.template_id).toBe(4);
    expect(
      score(shard, encodeLines('shop', ['payment refused'], { severityNumber: ERROR_NUMBER })).anomalies,
    ).toHaveLength(1);
  });

  it('S10: scores services beyond the limit together, and old services keep alerting', () => {
    const shard = new Shard(shardOptions({ servicesMax: 3 }));
    score(shard, encodeLines('shop', healthyLines(300), { severityNumber: INFO_NUMBER }));
    for (let i = 0; i < 2000; i++) score(shard, encodeLines(`flood-${i}`, ['hello'], { severityNumber: INFO_NUMBER }));
    expect(stats(shard)).toMatchObject({ services: 4, overflowRecords: 1998, recordsScored: 2300 });
    expect(shard.status(undefined, undefined, 10).services.map(({ service }) => service)).toContain(OVERFLOW_SERVICE);
    const alert = score(shard, encodeLines('shop', ['pool exhausted'], { severityNumber: ERROR_NUMBER })).anomalies;
    expect(alert[0]?.service).toBe('shop');
  });

  it('gives the place of a service that has been idle for an hour to a new one', () => {
    const shard = new Shard(shardOptions({ servicesMax: 1 }));
    score(shard, encodeLines('old', ['hello']), NOW_MS);
    score(shard, encodeLines('young', ['hello']), NOW_MS + 3_600_001);
    expect(shard.status(undefined, undefined, 10).services.map(({ service }) => service)).toEqual(['young']);
    expect(stats(shard)).toMatchObject({ servicesEvicted: 1, overflowRecords: 0 });
  });

  it('S6: takes service names such as __proto__ for what they are', () => {
    const shard = new Shard(shardOptions());
    for (const service of ['__proto__', 'constructor', 'toString']) score(shard, encodeLines(service, ['hello']));
    expect(shard.status(undefined, undefined, 10).services.map(({ service }) => service)).toEqual(
      ['__proto__', 'constructor', 'toString'].toSorted(),
    );
    expect(({} as Record<string, unknown>)['hello']).toBeUndefined();
  });

  it('scores a window with copies: the answer repeats and the live models learn nothing', () => {
    const shard = trainedShard();
    const before = stats(shard);
    const rows = [{ service: 'shop', bytes: packed(['never seen before'], NOW_MS) }];
    const first = shard.detect(undefined, 1, rows, NOW_MS);
    shard.endJob(1);
    const again = shard.detect(undefined, 2, rows, NOW_MS);
    shard.endJob(2);
    expect(first).toEqual(again);
    expect(first.records).toBe(1);
    expect(stats(shard)).toEqual(before);
  });

  it('scores 16 windows at a time, and another once one has ended', () => {
    const shard = trainedShard();
    const rows = [{ service: 'shop', bytes: packed(['never seen before'], NOW_MS) }];
    for (let job = 1; job <= 16; job++) shard.detect(undefined, job, rows, NOW_MS);
    expect(() => shard.detect(undefined, 17, rows, NOW_MS)).toThrow('more than 16 windows are being scored');
    expect(shard.detect(undefined, 16, rows, NOW_MS).records).toBe(1);
    shard.endJob(1);
    expect(shard.detect(undefined, 17, rows, NOW_MS).records).toBe(1);
  });

  it('learns the rows of a window without raising or buffering anything', () => {
    const shard = new Shard(shardOptions());
    const rows = [{ service: 'shop', bytes: packed(healthyLines(400), NOW_MS) }];
    expect(shard.learn(undefined, rows, NOW_MS)).toEqual({ rows: 400 });
    expect(shard.status(undefined, 'shop', 1).services).toMatchObject([
      { service: 'shop', lines: 400, learning: false },
    ]);
    expect(stats(shard)).toMatchObject({ recordsScored: 0, bufferRows: 0 });
    const [anomaly] = score(shard, encodeLines('shop', ['boom'], { severityNumber: ERROR_NUMBER })).anomalies;
    expect(anomaly?.reasons).toContain('new_template');
  });

  it('learns a window of any time without a word about the present: bursts and idle services stay what they are', () => {
    const shard = new Shard(shardOptions({ servicesMax: 2 }));
    for (const service of ['shop', 'other']) score(shard, encodeLines(service, healthyLines(300)), NOW_MS - 600_000);
    const years = 10 * 365 * 86_400_000;
    const ahead = packed(healthyLines(50), NOW_MS + years);
    shard.learn(
      undefined,
      ['shop', 'new-1', 'new-2'].map((service) => ({ service, bytes: ahead })),
      NOW_MS,
    );
    expect(shard.status(undefined, undefined, 10).services.map(({ service }) => service)).toEqual([
      '_overflow',
      'other',
      'shop',
    ]);
    const timeUnixNano = BigInt(NOW_MS) * 1_000_000n;
    const errors = encodeLines('shop', healthyLines(40), { severityNumber: ERROR_NUMBER, timeUnixNano });
    const bursts = score(shard, errors, NOW_MS + 40_000).anomalies.filter(({ reasons }) =>
      reasons.includes('error_burst'),
    );
    expect(bursts.length).toBeGreaterThan(30);
  });

  it('lends the rows it buffered, and forgets models but not rows on reset', () => {
    const shard = trainedShard();
    shard.reset(undefined);
    expect(shard.status(undefined, undefined, 10)).toMatchObject({ serviceCount: 0, lineCount: 0 });
    const [lent] = shard.lendBuffer(NOW_MS);
    let rows = 0;
    for (const chunk of lent?.chunks ?? []) for (const reader = new PackedRowReader(chunk); reader.next();) rows++;
    expect([lent?.service, rows]).toEqual(['shop', 300]);
    shard.returnBuffer();
  });

  it('counts templates that were dropped once and for all, also those of a service that is gone', () => {
    const shard = new Shard(shardOptions({ servicesMax: 1, detector: smallDetector() }));
    score(shard, encodeLines('shop', ['alpha one two', 'beta three', 'gamma four five six', 'delta']));
    const evicted = stats(shard).templatesEvicted;
    expect(evicted).toBeGreaterThan(0);
    score(shard, encodeLines('till', ['hello']), NOW_MS + 3_600_001);
    expect(stats(shard)).toMatchObject({ servicesEvicted: 1, templatesEvicted: evicted });
    shard.reset(undefined);
    expect(stats(shard).templatesEvicted).toBe(evicted);
    const { models } = trainedOn(smallDetector()).snapshot({
      shard: 0,
      nowMs: NOW_MS,
      savedBeforeMs: NOW_MS,
      limit: 9,
      again: [],
    });
    shard.restore(models, NOW_MS);
    expect(stats(shard).templatesEvicted).toBe(evicted);
  });

  it('knows the newest time of its records, and takes no impossible one for it', () => {
    const shard = new Shard(shardOptions());
    const at = (ms: number) => encodeLines('shop', ['hello'], { timeUnixNano: BigInt(ms) * 1_000_000n });
    const newest = () => {
      const values = createShardStats();
      shard.writeCounters(values);
      return shardStat(values, 'newestEventMs');
    };
    expect(newest()).toBe(0);
    score(shard, at(NOW_MS - 5000));
    score(shard, at(NOW_MS - 9000));
    expect(newest()).toBe(NOW_MS - 5000);
    score(shard, at(NOW_MS + 86_400_000));
    expect(newest()).toBe(NOW_MS);
  });

  it('tells the busiest services and those asked for, with the lines that it has scored', () => {
    const shard = trainedShard();
    score(shard, encodeLines('till', ['hello', 'hello']));
    shard.learn(undefined, [{ service: 'till', bytes: packed(['hello'], NOW_MS) }], NOW_MS);
    const till = { service: 'till', lines: 3, learning: true, records: 2 };
    expect(shard.activity(1, [])).toMatchObject([{ service: 'shop', records: 300 }]);
    expect(shard.activity(1, ['till', 'shop', 'nobody'])).toMatchObject([{ service: 'shop' }, till]);
  });
});

/** Of two templates a service. */
function smallDetector(): ShardOptions['detector'] {
  const { detector } = shardOptions();
  return { ...detector, miner: { ...detector.miner, maxTemplates: 2 } };
}

function trainedOn(detector: ShardOptions['detector']): Shard {
  const shard = new Shard(shardOptions({ detector }));
  score(shard, encodeLines('shop', ['alpha one two', 'beta three', 'gamma four five six', 'delta']));
  return shard;
}

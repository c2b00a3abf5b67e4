import { describe, expect, it } from 'vitest';
import { RequestRoutes, routeRequest } from '../../src/decode/logs-request.ts';
import { ServiceNames } from '../../src/decode/service-names.ts';
import { fingerprint } from '../../src/domain/fingerprint.ts';
import { readAnomalies } from '../../src/live/anomaly-batch.ts';
import { Shard } from '../../src/live/shard.ts';
import { encodeLogsRequest } from '../decode/otlp-samples.ts';
import type { SampleRecord, SampleValue } from '../decode/otlp-samples.ts';
import { ERROR_NUMBER, healthyLines, INFO_NUMBER, NOW_MS, shardOptions } from './shard-samples.ts';

const PROFILES = [
  { detector: 'default', miner: 'default' },
  { detector: 'default', miner: 'drain3' },
  { detector: 'reference', miner: 'drain3' },
] as const;

function record(body: string, severityNumber: number, template?: SampleValue): SampleRecord {
  return {
    body,
    severityNumber,
    ...(template === undefined ? {} : { attributes: { 'log.record.template': template } }),
  };
}

function score(shard: Shard, records: SampleRecord[]) {
  const bytes = encodeLogsRequest({ service: 'shop', records });
  const routes = new RequestRoutes();
  routeRequest(bytes, new ServiceNames({ attributes: ['service.name'], shards: 1 }), routes);
  return readAnomalies(shard.scoreOtlp(bytes, Int32Array.of(routes.start[0]!, routes.end[0]!), NOW_MS).anomalies);
}

describe.each(PROFILES)('records that bring a template, detector $detector, miner $miner', (profile) => {
  const options = (keepsTemplates: boolean) =>
    shardOptions({
      detector: {
        profile: profile.detector,
        hstThreshold: 0.7,
        miner: { profile: profile.miner, simTh: 0.4, maxTemplates: 2000, keepsTemplates },
      },
    });
  const healthy = () => healthyLines(300).map((line) => record(line, INFO_NUMBER));
  const failure = record('pool of payments-db ran dry', ERROR_NUMBER, 'pool of <*> ran dry');

  it('keep it, with a fingerprint of its text alone', () => {
    const shard = new Shard(options(true));
    expect(score(shard, healthy())).toEqual([]);
    const [anomaly] = score(shard, [failure]);
    expect(anomaly).toMatchObject({ template: 'pool of <*> ran dry', message: 'pool of payments-db ran dry' });
    expect(anomaly?.reasons).toContain('new_template');
    expect(anomaly?.fingerprint).toBe(fingerprint('shop', '\npool of <*> ran dry'));
    score(shard, [failure, failure]);
    expect(shard.template(anomaly!.fingerprint, 0, 1)).toMatchObject({ template: 'pool of <*> ran dry', count: 3 });
  });

  it('are mined as any other unless the setting is on', () => {
    const shard = new Shard(options(false));
    score(shard, healthy());
    expect(score(shard, [failure])[0]?.template).not.toBe('pool of <*> ran dry');
  });

  it('are mined where what they bring can be no template', () => {
    const shard = new Shard(options(true));
    const known = shard.status(undefined, undefined, 1).templateCount;
    const values: SampleValue[] = [
      '',
      ' \n',
      'x'.repeat(1 << 20),
      Uint8Array.of(1, 2, 255),
      7,
      null,
      ['a <*>'],
      { a: 'b' },
    ];
    score(shard, [
      record('cache refreshed', INFO_NUMBER),
      ...values.map((value) => record('cache refreshed', INFO_NUMBER, value)),
    ]);
    expect(shard.status(undefined, undefined, 1)).toMatchObject({
      lineCount: values.length + 1,
      templateCount: known + 1,
    });
  });

  it('stay within the bound on templates, and every record is counted', () => {
    const shard = new Shard(options(true));
    for (let batch = 0; batch < 10; batch++) {
      score(
        shard,
        Array.from({ length: 300 }, (_, i) => record('x', INFO_NUMBER, `template ${batch * 300 + i} of a flood`)),
      );
    }
    expect(shard.status(undefined, undefined, 1)).toMatchObject({
      lineCount: 3000,
      templateCount: 1000,
      services: [{ templates_evicted: 2000 }],
    });
  });

  it('are judged alike whether or not the same request was scored before by another shard', () => {
    const scored = () => {
      const shard = new Shard(options(true));
      return [score(shard, healthy()), score(shard, [failure, failure])];
    };
    expect(scored()).toEqual(scored());
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { REASONS } from '../../src/domain/anomaly.ts';
import type { Anomaly, Explanation } from '../../src/domain/anomaly.ts';
import { LEVELS } from '../../src/domain/level.ts';
import { readAnomalies } from '../../src/live/anomaly-batch.ts';
import { anomalyBatch, packAnomalies } from './anomaly-samples.ts';

const hexOf = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from(id).toString('hex'));

const anyExplanation: fc.Arbitrary<Explanation> = fc.record({
  details: fc.constant([{ reason: 'rate_spike', observed: 5, expected: 0.5, unit: 'lines in 60 s', since: 1 }]),
  features: fc.array(
    fc.record({ feature: fc.string(), value: fc.integer(), low: fc.constant(0), high: fc.constant(1) }),
  ),
  first_seen: fc.integer(),
  last_seen: fc.integer(),
  template_count: fc.nat(),
  repeats: fc.nat(),
});

const anyAnomaly: fc.Arbitrary<Anomaly> = fc.record(
  {
    is_anomaly: fc.constant(true as const),
    reasons: fc.subarray([...REASONS], { minLength: 1 }),
    service: fc.constantFrom('a', 'b', '__proto__'),
    template: fc.constantFrom('x <*>', 'y', ''),
    template_id: fc.integer({ min: 1, max: 1e6 }),
    fingerprint: fc.constantFrom('0123456789abcdef'),
    hst_score: fc.double({ min: 0, max: 1, noNaN: true }),
    timestamp: fc.integer({ min: 0, max: 8.64e15 }),
    message: fc.string({ unit: 'binary', maxLength: 5000 }).map((text) => text.toWellFormed()),
    level: fc.constantFrom(...LEVELS),
    trace_id: hexOf(16),
    span_id: hexOf(8),
    explanation: anyExplanation,
  },
  {
    requiredKeys: [
      'is_anomaly',
      'reasons',
      'service',
      'template',
      'template_id',
      'fingerprint',
      'hst_score',
      'timestamp',
      'message',
      'level',
    ],
  },
);

it('a batch gives back the anomalies that went into it', () => {
  fc.assert(
    fc.property(fc.array(anyAnomaly, { minLength: 1, maxLength: 20 }), (anomalies) => {
      // One kind (service and fingerprint) has one template; the first that was packed stands for all.
      const kinds = new Map(anomalies.toReversed().map((anomaly) => [anomaly.service, anomaly]));
      const expected = anomalies.map((anomaly) => {
        const { template, template_id } = kinds.get(anomaly.service)!;
        return { ...anomaly, template, template_id };
      });
      expect(readAnomalies(packAnomalies(expected))).toEqual(expected);
    }),
  );
});

it('a batch owns its memory, whatever comes into the next', () => {
  const first = anomalyBatch('one', 'two');
  const copy = structuredClone(first);
  anomalyBatch('three');
  expect(first).toEqual(copy);
});

it('the text of an anomaly is cut at 16 KiB', () => {
  expect(readAnomalies(anomalyBatch('x'.repeat(1 << 20)))[0]?.message).toHaveLength(16_384);
});

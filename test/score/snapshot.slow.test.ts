import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArchiveWriter } from '../../src/domain/archive/archive-writer.ts';
import { createDetector } from '../../src/score/create-detector.ts';
import type { Detector, DetectorOptions } from '../../src/score/detector.ts';
import { restoreSnapshot, SnapshotError, takeSnapshot } from '../../src/score/snapshot.ts';
import { SNAPSHOT_V1 } from './snapshot-v1.ts';
import { SNAPSHOT_V2 } from './snapshot-v2.ts';
import { SNAPSHOT_V3 } from './snapshot-v3.ts';
import { SNAPSHOT_V4 } from './snapshot-v4.ts';
import { someSteps, START_MS, take } from './snapshot-samples.ts';

const MINER = { simTh: 0.4, maxTemplates: 2000 };
const DEFAULTS: DetectorOptions = { hstThreshold: 0.7, miner: MINER };
const PROFILES: [string, DetectorOptions][] = [
  ['the default profiles', { ...DEFAULTS, alertReasons: 0x7f }],
  ['few places for templates', { ...DEFAULTS, miner: { ...MINER, maxTemplates: 40 } }],
  ['kept templates', { ...DEFAULTS, miner: { ...MINER, maxTemplates: 60, keepsTemplates: true } }],
  ['the reference profiles', { ...DEFAULTS, profile: 'reference', miner: { ...MINER, profile: 'drain3' } }],
  [
    'the default detector over few templates of Drain',
    { ...DEFAULTS, miner: { simTh: 0.4, maxTemplates: 30, profile: 'drain3' } },
  ],
];
const writer = new ArchiveWriter();
const snapshot = (detector: Detector, options: DetectorOptions) => takeSnapshot(detector, options, writer);

describe.each(PROFILES)('a snapshot under %s', (_, options) => {
  it('gives a detector that says of all that follows what the other says, to the bit', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 2500 }), (seed, cut) => {
        const steps = someSteps(seed, 2500);
        const detector = createDetector('shop', options);
        for (const step of steps.slice(0, cut)) take(detector, step);
        const taken = snapshot(detector, options);
        const restored = restoreSnapshot('shop', options, taken);
        expect(Buffer.from(snapshot(restored, options)).equals(taken), 'what is restored is written alike').toBe(true);
        for (const step of steps.slice(cut)) expect(take(restored, step)).toEqual(take(detector, step));
        expect(Buffer.from(snapshot(restored, options)).equals(snapshot(detector, options)), 'the same is known').toBe(
          true,
        );
      }),
      { numRuns: 12 },
    );
  });

  it('gives the same answers about templates', () => {
    const detector = createDetector('shop', options);
    for (const step of someSteps(7, 3000)) take(detector, step);
    const restored = restoreSnapshot('shop', options, snapshot(detector, options));
    const told = (from: Detector) =>
      from.miner.templates().map((template) => [from.fingerprintOf(template), from.describe(template), template.text]);
    expect(told(restored)).toEqual(told(detector));
  });
});

describe('a snapshot', () => {
  const detector = createDetector('shop', DEFAULTS);
  for (const step of someSteps(1, 600)) take(detector, step);
  const bytes = snapshot(detector, DEFAULTS);

  it.each<[string, DetectorOptions, RegExp]>([
    [
      'another detector',
      { ...DEFAULTS, profile: 'reference' },
      /DETECTOR_PROFILE=default .* set is DETECTOR_PROFILE=reference/,
    ],
    ['another miner', { ...DEFAULTS, miner: { ...MINER, profile: 'drain3' } }, /DRAIN_SIM_TH=0.4/],
    [
      'templates that are kept',
      { ...DEFAULTS, miner: { ...MINER, keepsTemplates: true } },
      /KEEP_RECORD_TEMPLATE=true/,
    ],
  ])('is not used for %s', (_, options, sentence) => {
    expect(() => restoreSnapshot('shop', options, bytes)).toThrow(sentence);
  });

  it('goes on under other thresholds and with fewer places for templates', () => {
    const options = { hstThreshold: 0.9, alertReasons: 3, miner: { ...MINER, maxTemplates: 5 } };
    const restored = restoreSnapshot('shop', options, bytes);
    expect(restored.miner.templateCount).toBe(detector.miner.templateCount);
    for (const step of someSteps(2, 600)) take(restored, step);
    expect(restored.miner.templateCount).toBeLessThanOrEqual(5);
  });

  it.each([
    [1, SNAPSHOT_V1],
    [2, SNAPSHOT_V2],
    [3, SNAPSHOT_V3],
    [4, SNAPSHOT_V4],
  ])('of version %i goes on where it was', (_, written) => {
    const restored = restoreSnapshot('shop', DEFAULTS, new Uint8Array(gunzipSync(Buffer.from(written, 'base64'))));
    const now = createDetector('shop', DEFAULTS);
    for (const step of someSteps(1, 120)) take(now, step);
    expect(restored.lines).toBe(now.lines);
    const textsOf = ({ miner }: Detector) => miner.templates().map(({ text, size }) => [text, size]);
    expect(textsOf(restored)).toEqual(textsOf(now));
    for (const step of someSteps(2, 600)) expect(take(restored, step)).toEqual(take(now, step));
  });

  it('that was cut short anywhere is refused as damaged', () => {
    for (let end = 0; end < bytes.length - 1; end += 97) {
      expect(() => restoreSnapshot('shop', DEFAULTS, bytes.subarray(0, end))).toThrow(SnapshotError);
    }
    expect(() => restoreSnapshot('shop', DEFAULTS, Uint8Array.of(...bytes, 0))).toThrow(/does not read as one/);
  });

  it('does not take the time in which nobody listened for silence', () => {
    const hour = 3_600_000;
    const listening = createDetector('shop', DEFAULTS);
    const line = new TextEncoder().encode('cache refreshed');
    let atMs = START_MS;
    for (; atMs < START_MS + hour; atMs += 500) listening.score(line, 0, line.length, 2, atMs);
    listening.tick(atMs);
    const taken = snapshot(listening, DEFAULTS);
    const patient = restoreSnapshot('shop', DEFAULTS, taken);
    const impatient = restoreSnapshot('shop', DEFAULTS, taken);
    patient.skip(hour);
    expect(impatient.tick(atMs + hour)).not.toEqual([]);
    expect(patient.tick(atMs + hour)).toEqual([]);
    expect(patient.tick(atMs + 2 * hour), 'silence since then').not.toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { oraclesPython } from '../parts/oracles.ts';
import { buildStream, streamKinds } from './incidents/build-stream.ts';
import { runReference } from './incidents/run-reference.ts';
import { alertsOf, measureStream, streamOf, summarise } from './incidents/trials.ts';

const oracles = await oraclesPython();

describe.each(streamKinds())('over five %s streams', { timeout: 120_000 }, (kind) => {
  test('the default detector finds most incidents and is quiet beside them', () => {
    const trials = [1, 2, 3, 4, 5].map((seed) => {
      const measured = (clean: boolean) => {
        const stream = streamOf(kind, seed, clean, 'bursty');
        return measureStream(stream, alertsOf(stream, 'default'));
      };
      return { withIncidents: measured(false), clean: measured(true) };
    });
    const summary = summarise(trials);
    expect(summary.cleanAlertsPerHour).toBeLessThanOrEqual(1.5);
    expect(summary.falseEpisodesPerHour).toBeLessThanOrEqual(0.8);
    expect(summary.significant).toBeGreaterThanOrEqual(0.83);
    expect(summary.alertPrecision).toBeGreaterThanOrEqual(0.9);
    expect(summary.episodeF1).toBeGreaterThanOrEqual(0.85);
    expect(summary.medianDelayMs).toBeLessThanOrEqual(19_500);
    expect(summary.medianSilenceDelayMs).toBeLessThanOrEqual(120_000);
  });
});

/** Share of twenty streams. */
const QUIET = [
  { kind: 'synthetic', arrivals: 'poisson', share: 0.6 },
  { kind: 'synthetic', arrivals: 'bursty', share: 0.5 },
  { kind: 'loghub', arrivals: 'poisson', share: 0.5 },
  { kind: 'loghub', arrivals: 'bursty', share: 0.15 },
] as const;

describe('a healthy hour after only an hour of training', { timeout: 120_000 }, () => {
  test.each(QUIET.filter(({ kind }) => streamKinds().includes(kind)))(
    'raises nothing in at least $share of the $kind streams of $arrivals arrivals',
    ({ kind, arrivals, share }) => {
      let quiet = 0;
      for (let seed = 1; seed <= 20; seed++) {
        const stream = buildStream({ kind, seed, arrivals, perKind: 0, trainMinutes: 60, measuredMinutes: 60 });
        if (alertsOf(stream, 'default').length === 0) quiet++;
      }
      expect(quiet / 20).toBeGreaterThanOrEqual(share);
    },
  );
});

describe.skipIf(oracles.path === undefined)('beside the Python reference', { timeout: 120_000 }, () => {
  test.each(streamKinds())('the reference profile raises the very same alerts of a %s stream', async (kind) => {
    const stream = buildStream({ kind, seed: 3, perKind: 1, trainMinutes: 20, measuredMinutes: 100 });
    const alerts = await runReference(oracles.path ?? '', stream);
    expect(alerts.length).toBeGreaterThan(100);
    expect(alertsOf(stream, 'reference')).toEqual(alerts);
  });
});

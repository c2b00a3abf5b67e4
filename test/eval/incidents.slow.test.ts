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
    expect(summary.cleanAlertsPerHour).toBeLessThanOrEqual(2);
    expect(summary.falseEpisodesPerHour).toBeLessThanOrEqual(1);
    expect(summary.significant).toBeGreaterThanOrEqual(0.8);
    expect(summary.alertPrecision).toBeGreaterThanOrEqual(0.85);
    expect(summary.episodeF1).toBeGreaterThanOrEqual(0.8);
    expect(summary.medianDelayMs).toBeLessThanOrEqual(20_000);
    expect(summary.medianSilenceDelayMs).toBeLessThanOrEqual(120_000);
  });
});

describe.skipIf(oracles.path === undefined)('beside the Python reference', { timeout: 120_000 }, () => {
  test.each(streamKinds())('the reference profile raises the very same alerts of a %s stream', async (kind) => {
    const stream = buildStream({ kind, seed: 3, perKind: 1, trainMinutes: 20, measuredMinutes: 100 });
    const alerts = await runReference(oracles.path ?? '', stream);
    expect(alerts.length).toBeGreaterThan(100);
    expect(alertsOf(stream, 'reference')).toEqual(alerts);
  });
});

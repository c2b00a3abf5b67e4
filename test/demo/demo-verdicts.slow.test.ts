import { expect, it } from 'vitest';
import { levelOfSeverityNumber, INFO } from '../../src/domain/level.ts';
import { INCIDENT_AFTER_MS, Scenario } from '../../src/demo/scenario.ts';
import { Replay } from '../../src/score/replay.ts';
import type { RaisedAnomaly } from '../../src/score/replay.ts';

const START_MS = Date.UTC(2026, 10, 22, 12);
const encoder = new TextEncoder();

it.each([1, 2, 3, 4, 5, 6])(
  'the demo with seed %i: quiet till the incident, which is told within five seconds',
  (seed) => {
    const raised: RaisedAnomaly[] = [];
    const replay = new Replay({
      detector: { hstThreshold: 0.7, miner: { simTh: 0.4, maxTemplates: 2000 } },
      servicesMax: 100,
      onAnomaly: (anomaly) => raised.push(anomaly),
    });
    const scenario = new Scenario({ seed, startMs: START_MS });
    for (const { service, body, severityNumber, timeMs } of [
      ...scenario.backfill(),
      ...scenario.linesUntil(START_MS + INCIDENT_AFTER_MS + 40_000),
    ]) {
      const bytes = encoder.encode(body);
      replay.add(service, bytes, 0, bytes.length, levelOfSeverityNumber(severityNumber) ?? INFO, timeMs);
    }
    const incidentMs = START_MS + INCIDENT_AFTER_MS;
    const told = ({ timestamp, service, reasons, message }: RaisedAnomaly) =>
      `${(timestamp - incidentMs) / 1000} ${service} ${reasons.join()} ${message}`;
    expect(raised.filter(({ timestamp }) => timestamp < incidentMs).map(told)).toEqual([]);
    const during = raised.filter(({ timestamp }) => timestamp >= incidentMs);
    expect(new Set(during.map(({ service }) => service))).toEqual(new Set(['payments', 'checkout']));
    const first = during.find(({ service, level }) => service === 'payments' && level === 'error')!;
    expect((first.timestamp - incidentMs) / 1000).toBeLessThan(5);
    expect(first.hst_score).toBeGreaterThan(0.5);
    expect(during.length).toBeLessThan(25);
  },
);

import type { Anomaly } from '../../src/domain/anomaly.ts';
import type { IncidentChange } from '../../src/domain/incident.ts';
import { Incidents } from '../../src/incident/incidents.ts';

export const START_MS = Date.UTC(2026, 2, 1);
export const QUIET_MS = 300_000;

export function anomaly(offsetMs: number, over: Partial<Anomaly> = {}): Anomaly {
  return {
    is_anomaly: true,
    reasons: ['new_template'],
    service: 'shop',
    template: 'no space left on <*>',
    template_id: 7,
    fingerprint: '00000000000000aa',
    hst_score: 0.4,
    timestamp: START_MS + offsetMs,
    message: 'no space left on sda1',
    level: 'error',
    ...over,
  };
}

export function play(anomalies: readonly Anomaly[], incidents = new Incidents()): IncidentChange[] {
  return anomalies.flatMap((one) => incidents.add(one).changes);
}

import { fingerprint } from '../domain/fingerprint.ts';
import type { Incident } from '../domain/incident.ts';

/** What a test of a sink tells: an incident that says what it is. */
export function sampleIncident(nowMs: number): Incident {
  const service = 'halfspace-test';
  const message = 'This is a test alert from Halfspace: nothing is wrong';
  const template = fingerprint(service, message);
  return {
    id: fingerprint(service, `incident ${nowMs}`),
    state: 'open',
    service,
    services: [service],
    first_seen: nowMs,
    last_seen: nowMs,
    count: 1,
    line_count: 1,
    reasons: ['watched'],
    reason_counts: { watched: 1 },
    worst_score: 0.5,
    worst_level: 'info',
    fingerprint: template,
    templates: [{ fingerprint: template, service, template: message, count: 1 }],
    other_templates_count: 0,
    samples: [{ timestamp: nowMs, service, level: 'info', message, fingerprint: template }],
    trace_ids: [],
  };
}

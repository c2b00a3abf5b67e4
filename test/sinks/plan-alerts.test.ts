import { describe, expect, test } from 'vitest';
import type { Incident, IncidentChange } from '../../src/domain/incident.ts';
import { readEvent } from '../../src/sinks/alert-event.ts';
import { incidentValues } from '../../src/sinks/placeholder-values.ts';
import { AlertPlanner } from '../../src/sinks/plan-alerts.ts';
import { alerts, anomaly, incident, START_MS } from './samples.ts';

const SINKS = `
  all: { type: slack, url: "http://x/1" }
  pager: { type: pagerduty, routing_key: "${'k'.repeat(32)}" }
  hook: { type: webhook, url: "http://x/2" }`;

function planOf(routes: string, changes: IncidentChange[], anomalies = [anomaly()]): string[] {
  const planner = new AlertPlanner(alerts(`sinks: ${SINKS}\nroutes:\n${routes}`));
  return planner.plan({ firstAnomalyId: 5, anomalies, changes }, START_MS).map(({ sink, id }) => `${sink} ${id}`);
}

const opened: IncidentChange = { kind: 'opened', incident: incident() };
const ID = incident().id;

describe('who is told', () => {
  test.each([
    ['services that match', '{ services: ["pay*"] }', true],
    ['services that do not', '{ services: [shop, "*y"] }', false],
    ['a reason that it has', '{ reasons: [rate_drop, error_burst] }', true],
    ['a reason that it has not', '{ reasons: [rate_drop] }', false],
    ['its severity', '{ min_severity: error }', true],
    ['a higher severity', '{ min_severity: critical }', false],
    ['its score', '{ min_score: 0.91 }', true],
    ['a higher score', '{ min_score: 0.92 }', false],
    ['its event', '{ events: [opened] }', true],
    ['another event', '{ events: [resolved] }', false],
    ['all of several', '{ services: [payments], min_severity: warning, min_score: 0.5 }', true],
    ['not all of several', '{ services: [payments], min_severity: critical }', false],
  ])('of %s: %s', (_, match, isTold) => {
    const told = planOf(`  - { match: ${match}, sinks: [pager] }`, [opened]);
    expect(told).toEqual(isTold ? [`pager incident-${ID}-opened`] : []);
  });

  test('a sink that several routes lead to once', () => {
    const routes = '  - sinks: [all, pager]\n  - { match: { min_severity: error }, sinks: [pager] }';
    expect(planOf(routes, [opened])).toEqual([`all incident-${ID}-opened`, `pager incident-${ID}-opened`]);
  });

  test('of an incident of several services, who asks for any of them', () => {
    const wide: IncidentChange = { kind: 'opened', incident: incident({ services: ['payments', 'search'] }) };
    expect(planOf('  - { match: { services: [search] }, sinks: [all] }', [wide])).toHaveLength(1);
  });

  test('of single anomalies only who asks for them', () => {
    const routes = '  - sinks: [all]\n  - { match: { events: [anomaly], min_score: 0.8 }, sinks: [hook] }';
    const anomalies = [anomaly(), anomaly({ hst_score: 0.1 }), anomaly()];
    expect(planOf(routes, [], anomalies)).toEqual([
      `hook anomaly-00000000000000aa-${START_MS}-5`,
      `hook anomaly-00000000000000aa-${START_MS}-7`,
    ]);
  });
});

test('the same record gives the same entries, and each change an id of its own', () => {
  const changes: IncidentChange[] = [
    opened,
    { kind: 'updated', incident: incident({ count: 2 }) },
    { kind: 'updated', incident: incident({ count: 4 }) },
    { kind: 'resolved', incident: incident({ count: 4, state: 'resolved' }) },
  ];
  const ids = planOf('  - sinks: [all]', changes);
  expect(ids).toEqual(planOf('  - sinks: [all]', changes));
  expect(new Set(ids).size).toBe(4);
});

test('an incident that went on as part of another says so', () => {
  const planner = new AlertPlanner(alerts(`sinks: ${SINKS}`));
  const merged = incident({
    state: 'resolved',
    resolved_at: START_MS,
    resolution: 'merged',
    merged_into: 'fedcba9876543210',
  });
  const [entry] = planner.plan(
    { firstAnomalyId: 1, anomalies: [], changes: [{ kind: 'resolved', incident: merged }] },
    0,
  );
  expect(readEvent(entry!.event)?.text).toMatch(/It goes on as part of incident fedcba9876543210\.$/);
});

test.each<[string, Partial<Incident>, RegExp]>([
  ['over', { resolution: 'over', ongoing_until: START_MS + 95_000 }, /It is over: back to what was usual before\.$/],
  ['over', { resolution: 'over', resolved_at: START_MS + 390_000 }, /Nothing odd was found for 5 min\.$/],
  ['over', { resolution: 'over', resolved_at: START_MS + 180_000 }, /Nothing odd was found for 90 s\.$/],
  ['usual', { resolution: 'usual', ongoing_until: START_MS + 3_600_000 }, /so long that it counts as usual now\.$/],
  ['displaced', { resolution: 'displaced' }, /too many incidents are open, and it had been quiet for longest\.$/],
])('an incident that is resolved says how it ended: %s', (_, over, sentence) => {
  const planner = new AlertPlanner(alerts(`sinks: ${SINKS}`));
  const resolved = incident({ state: 'resolved', resolved_at: START_MS, ...over });
  const [entry] = planner.plan(
    { firstAnomalyId: 1, anomalies: [], changes: [{ kind: 'resolved', incident: resolved }] },
    0,
  );
  expect(readEvent(entry!.event)?.text).toMatch(sentence);
});

test('its duration is until it was found to go on last', () => {
  const { duration } = incidentValues(
    { kind: 'updated', severity: 'error' },
    incident({ ongoing_until: START_MS + 1_800_000 }),
  );
  expect(duration).toBe('30 min');
});

test('what an earlier version kept is not read as something else', () => {
  expect(readEvent('{"v":2,"kind":"opened"}')).toBeUndefined();
  expect(readEvent('{"v":1,"kind":"exploded"}')).toBeUndefined();
  expect(readEvent('null')).toBeUndefined();
});

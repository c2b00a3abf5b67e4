import { describe, expect, test } from 'vitest';
import type { Anomaly, ReasonDetail } from '../../src/domain/anomaly.ts';
import { Incidents } from '../../src/incident/incidents.ts';
import { anomaly, play, QUIET_MS, START_MS } from './anomaly-samples.ts';

describe('anomalies become incidents:', () => {
  test('those of a service join one while no gap is longer than five minutes', () => {
    const incidents = new Incidents();
    const changes = play([anomaly(0), anomaly(QUIET_MS), anomaly(2 * QUIET_MS)], incidents);
    expect(changes.map(({ kind }) => kind)).toEqual(['opened', 'updated']);
    expect(incidents.open()).toMatchObject([{ count: 3, first_seen: START_MS, last_seen: START_MS + 2 * QUIET_MS }]);
  });

  test('a longer gap resolves the one and opens another', () => {
    const changes = play([anomaly(0), anomaly(QUIET_MS + 1)]);
    expect(changes.map(({ kind, incident }) => [kind, incident.state])).toEqual([
      ['opened', 'open'],
      ['resolved', 'resolved'],
      ['opened', 'open'],
    ]);
    expect(changes[1]!.incident.resolved_at).toBe(START_MS + QUIET_MS);
    expect(changes[1]!.incident.id).toBe(changes[0]!.incident.id);
    expect(changes[2]!.incident.id).not.toBe(changes[0]!.incident.id);
  });

  test('services have one each, resolved in the order in which they fell quiet', () => {
    const incidents = new Incidents();
    play([anomaly(0, { service: 'a' }), anomaly(1, { service: 'b' }), anomaly(2, { service: 'a' })], incidents);
    expect(incidents.advance(START_MS + QUIET_MS)).toEqual([]);
    const resolved = incidents.advance(START_MS + QUIET_MS + 3);
    expect(resolved.map(({ incident }) => incident.service)).toEqual(['b', 'a']);
    expect(incidents.openCount).toBe(0);
  });

  test('100,000 anomalous lines are one incident with its count, and little text', () => {
    const incidents = new Incidents();
    const long = 'é'.repeat(5000);
    const burst = Array.from({ length: 100_000 }, (_, i) =>
      anomaly(i, {
        fingerprint: `${i % 200}`,
        message: long,
        trace_id: `${i}`,
        hst_score: i === 500 ? 0.9 : 0.4,
        level: i === 700 ? 'fatal' : 'error',
        reasons: i % 2 === 0 ? ['error_burst', 'new_template'] : ['error_burst'],
      }),
    );
    const changes = play(burst, incidents);
    // One a template while there is room for it, and one whenever there are twice as many.
    expect(changes.map(({ kind }) => kind)).toEqual(['opened', ...Array.from({ length: 61 }, () => 'updated')]);
    const [incident] = incidents.open();
    expect(incident).toMatchObject({
      count: 100_000,
      line_count: 100_000,
      reasons: ['new_template', 'error_burst'],
      reason_counts: { new_template: 50_000, error_burst: 100_000 },
      worst_score: 0.9,
      worst_level: 'fatal',
      other_templates_count: 75_000,
    });
    expect(incident!.templates).toHaveLength(50);
    expect(incident!.samples).toHaveLength(10);
    expect(incident!.trace_ids).toHaveLength(10);
    expect(JSON.stringify(incident).length).toBeLessThan(30_000);
  });

  /** What an anomaly says of a template that began so much after the start, and of its silent lines. */
  const told = (bornMs: number, repeats: number): Partial<Anomaly> => ({
    explanation: {
      details: [],
      features: [],
      first_seen: START_MS + bornMs,
      last_seen: START_MS + bornMs,
      template_count: 1,
      repeats,
    },
  });

  test('lines that raised nothing of their own count once their template has raised again', () => {
    const incidents = new Incidents();
    // The first anomaly's silent lines were before the incident.
    play([anomaly(0, told(-QUIET_MS - 1, 40)), anomaly(200_000, told(-QUIET_MS - 1, 5000))], incidents);
    expect(incidents.open()).toMatchObject([{ count: 2, line_count: 5002 }]);
  });

  test('of a template that began in the incident, or right before it, all silent lines count', () => {
    const incidents = new Incidents();
    play([anomaly(0, told(-4000, 1)), anomaly(30_000, { ...told(10_000, 90), fingerprint: 'b' })], incidents);
    expect(incidents.open()).toMatchObject([{ count: 2, line_count: 93 }]);
    const others = Array.from({ length: 60 }, (_, i) => anomaly(40_000, { ...told(39_000, 2), fingerprint: `${i}` }));
    play(others, incidents);
    expect(incidents.open()).toMatchObject([{ count: 62, line_count: 273 }]);
  });

  test('a restored incident tells old templates from young ones as before', () => {
    const before = new Incidents({ quietMs: 60_000 });
    play([anomaly(0)], before);
    const after = new Incidents({ quietMs: 60_000 });
    after.restore(before.open());
    play([anomaly(1, { ...told(-60_001, 7), fingerprint: 'b' })], after);
    play([anomaly(2, { ...told(-60_000, 5), fingerprint: 'c' })], after);
    expect(after.open()).toMatchObject([{ count: 3, line_count: 8 }]);
  });

  test('what is said of a service as a whole is no line, and counts that say of more lines are believed', () => {
    const counted = (offsetMs: number, details: readonly Partial<ReasonDetail>[]) =>
      anomaly(offsetMs, {
        template: '',
        explanation: {
          ...told(0, 0).explanation!,
          details: details.map((detail) => ({
            reason: 'error_burst',
            observed: 0,
            expected: 1,
            unit: 'error lines in 60 s',
            since: START_MS,
            scope: 'service',
            ...detail,
          })),
        },
      });
    const incidents = new Incidents();
    play([counted(0, [{ reason: 'rate_drop', observed: 3, unit: 'lines in 120 s' }])], incidents);
    expect(incidents.open()).toMatchObject([{ count: 1, line_count: 0 }]);
    // The same stretch, told again with what has come since; a later one; and other lines among which those are.
    const burst = [
      { observed: 20 },
      { observed: 90, unit: 'error lines in 90 s' },
      { observed: 8, since: START_MS + 9 },
    ];
    play(
      burst.map((detail, i) => counted(i, [detail, { reason: 'rate_spike', observed: 70, unit: 'lines in 60 s' }])),
      incidents,
    );
    expect(incidents.open()).toMatchObject([{ count: 4, line_count: 98 }]);
    play([anomaly(5, { ...told(0, 30) }), anomaly(6, { ...told(0, 80) })], incidents);
    expect(incidents.open(), 'two lines and 110 silent ones').toMatchObject([{ count: 6, line_count: 112 }]);
  });

  test('samples show every template before they show one often', () => {
    const incidents = new Incidents();
    const one = Array.from({ length: 50 }, (_, i) => anomaly(i));
    play([...one, anomaly(60, { fingerprint: 'b', message: 'disk lost' })], incidents);
    const messages = incidents.open()[0]!.samples.map(({ message }) => message);
    expect(messages).toEqual([...Array.from({ length: 3 }, () => 'no space left on sda1'), 'disk lost']);
  });

  test('an id is of the service and the first time, whatever else there was', () => {
    const idOf = (anomalies: readonly Anomaly[]) => play(anomalies).at(-1)!.incident.id;
    const id = idOf([anomaly(0)]);
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(idOf([anomaly(-999_999, { service: 'other' }), anomaly(0, { fingerprint: 'c', hst_score: 1 })])).toBe(id);
    expect(idOf([anomaly(1)])).not.toBe(id);
    expect(idOf([anomaly(0, { service: 'shop2' })])).not.toBe(id);
  });

  test('a late anomaly joins an incident that it could have begun, and keeps its id', () => {
    const incidents = new Incidents();
    const [opened] = play([anomaly(0), anomaly(-100_000)], incidents);
    expect(incidents.open()).toMatchObject([
      { id: opened!.incident.id, first_seen: START_MS - 100_000, last_seen: START_MS, count: 2 },
    ]);
  });

  test('one from long before the open incident is one of its own, and over', () => {
    const incidents = new Incidents();
    const changes = play([anomaly(0), anomaly(-QUIET_MS - 1)], incidents);
    expect(changes.map(({ kind }) => kind)).toEqual(['opened', 'opened', 'resolved']);
    expect(incidents.open()).toMatchObject([{ count: 1, first_seen: START_MS }]);
  });

  test('at the bound of open incidents the one quiet for longest is resolved early', () => {
    const incidents = new Incidents({ openMax: 2 });
    const changes = play(
      [0, 1, 2, 3].map((i) => anomaly(i, { service: `svc-${i}` })),
      incidents,
    );
    expect(incidents.open().map(({ service }) => service)).toEqual(['svc-2', 'svc-3']);
    const resolved = changes.filter(({ kind }) => kind === 'resolved').map(({ incident }) => incident);
    expect(resolved.map(({ service, resolved_at }) => [service, resolved_at])).toEqual([
      ['svc-0', START_MS + 2],
      ['svc-1', START_MS + 3],
    ]);
  });

  test('what was told does not change when the incident grows', () => {
    const incidents = new Incidents();
    const [opened] = play([anomaly(0)], incidents);
    const before = JSON.stringify(opened);
    play([anomaly(1), anomaly(2, { fingerprint: 'd' })], incidents);
    expect(JSON.stringify(opened)).toBe(before);
  });

  test('three services that fall ill within a minute have one incident, and what was open becomes part of it', () => {
    const incidents = new Incidents();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((service, i) => anomaly(20_000 * i, { service })) as [
      Anomaly,
      Anomaly,
      Anomaly,
      Anomaly,
    ];
    const changes = play([a, b, c, d], incidents);
    const first = changes[0]!.incident.id;
    expect(changes.map(({ kind, incident }) => [kind, incident.service, incident.merged_into])).toEqual([
      ['opened', 'a', undefined],
      ['opened', 'b', undefined],
      ['opened', 'c', undefined],
      ['resolved', 'b', first],
      ['resolved', 'c', first],
      ['updated', 'a', undefined],
      ['updated', 'a', undefined],
    ]);
    expect(incidents.open()).toMatchObject([{ id: first, services: ['a', 'b', 'c', 'd'], count: 4 }]);
    expect(incidents.add(anomaly(100_000, { service: 'b' })).id).toBe(first);
    expect(incidents.advance(START_MS + 100_001 + QUIET_MS)).toMatchObject([
      { kind: 'resolved', incident: { count: 5 } },
    ]);
    expect(incidents.add(anomaly(500_000, { service: 'b' })).id).not.toBe(first);
  });

  test('two services, or three over more than a minute, have incidents of their own', () => {
    const incidents = new Incidents();
    play([anomaly(0, { service: 'a' }), anomaly(1, { service: 'b' }), anomaly(70_000, { service: 'c' })], incidents);
    expect(incidents.open().map(({ service }) => service)).toEqual(['a', 'b', 'c']);
  });

  test('10,000 services at once are one incident, and leave nothing behind', () => {
    const incidents = new Incidents();
    play(
      Array.from({ length: 10_000 }, (_, i) => anomaly(i, { service: `svc-${i}` })),
      incidents,
    );
    expect(incidents.openCount).toBe(1);
    expect(incidents.open()[0]).toMatchObject({ count: 10_000 });
    expect(incidents.open()[0]!.services).toHaveLength(50);
    incidents.advance(START_MS + 10_001 + QUIET_MS);
    expect(incidents.add(anomaly(QUIET_MS + 20_000, { service: 'svc-9999' })).changes.at(-1)?.kind).toBe('opened');
  });

  test('is told anew when a reason, a level, a service or a template joins, and when there are twice as many', () => {
    const kinds = (over: Partial<Anomaly>) => {
      const incidents = new Incidents();
      play([anomaly(0), anomaly(1), anomaly(2)], incidents);
      return play([anomaly(4, over)], incidents).map(({ kind }) => kind);
    };
    expect(kinds({ reasons: ['error_burst'] })).toEqual(['updated']);
    expect(kinds({ level: 'fatal' })).toEqual(['updated']);
    expect(kinds({ fingerprint: 'z' })).toEqual(['updated']);
    const incidents = new Incidents();
    const told = play(
      Array.from({ length: 16 }, (_, i) => anomaly(i)),
      incidents,
    );
    expect(told.map(({ incident }) => incident.count)).toEqual([1, 2, 4, 8, 16]);
  });

  test('goes on where it was left: restored incidents grow, resolve and merge as the first would have', () => {
    const stream = Array.from({ length: 400 }, (_, i) =>
      anomaly(((i * 7919) % 400) * 2500, {
        service: `svc-${(i * 31) % 7}`,
        fingerprint: `f${i % 60}`,
        trace_id: `t${i}`,
        hst_score: (i % 10) / 10,
        message: `line ${i}`,
      }),
    ).toSorted((one, two) => one.timestamp - two.timestamp);
    const whole = new Incidents();
    const changes = play(stream.slice(0, 200), whole);
    const second = new Incidents();
    second.restore(JSON.parse(JSON.stringify(whole.open())) as ReturnType<Incidents['open']>);
    expect(second.open()).toEqual(whole.open());
    expect(changes.length).toBeGreaterThan(0);
    expect(play(stream.slice(200), second)).toEqual(play(stream.slice(200), whole));
  });
});

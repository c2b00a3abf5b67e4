import { describe, expect, test } from 'vitest';
import { backgroundFacts, buildStream, streamKinds } from './incidents/build-stream.ts';
import type { Stream } from './incidents/build-stream.ts';
import { INCIDENT_KINDS } from './incidents/injected-incident.ts';
import type { IncidentKind, InjectedIncident } from './incidents/injected-incident.ts';
import { GRACE_MS } from './incidents/measure.ts';

describe.each(streamKinds())('a %s stream', (kind) => {
  const stream = buildStream({ kind, seed: 7, perKind: 1, trainMinutes: 30, measuredMinutes: 150 });
  const clean = buildStream({ kind, seed: 7, perKind: 0, trainMinutes: 30, measuredMinutes: 150 });

  test('is the same for the same seed, and another for another', () => {
    const options = { kind, perKind: 1, trainMinutes: 5, measuredMinutes: 100 };
    const one = JSON.stringify(buildStream({ ...options, seed: 1 }));
    expect(JSON.stringify(buildStream({ ...options, seed: 1 }))).toBe(one);
    expect(JSON.stringify(buildStream({ ...options, seed: 2 }))).not.toBe(one);
  });

  test('has one incident of each kind, two to eight minutes long, a quarter of an hour apart in a service', () => {
    const kinds = stream.incidents.map((incident) => incident.kind);
    expect(kinds.toSorted()).toEqual(INCIDENT_KINDS.toSorted());
    for (const { startMs, endMs } of stream.incidents) {
      expect(endMs - startMs).toBeGreaterThanOrEqual(120_000 - 1);
      expect(endMs - startMs).toBeLessThanOrEqual(480_000);
      expect(startMs).toBeGreaterThanOrEqual(stream.startMs);
      expect(endMs + GRACE_MS).toBeLessThan(stream.endMs);
    }
    for (const own of Map.groupBy(stream.incidents, ({ service }) => service).values()) {
      for (const [index, { startMs }] of own.entries()) {
        expect(startMs - (own[index - 1]?.endMs ?? 0)).toBeGreaterThanOrEqual(900_000);
      }
    }
  });

  test('is in order of time and split where measuring begins', () => {
    const times = [...stream.train, ...stream.rows].map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(stream.train.at(-1)?.timestamp).toBeLessThan(stream.startMs);
    expect(stream.rows[0]?.timestamp).toBeGreaterThanOrEqual(stream.startMs);
    expect(stream.train).toEqual(clean.train);
  });

  test('is that of a healthy morning outside its incidents', () => {
    const outside = ({ rows, services }: Stream) =>
      services.map((service) =>
        rows.filter(
          (row) =>
            row.service === service &&
            // A request that began in an incident says its last lines in the grace.
            !stream.incidents.some(
              (incident) =>
                incident.service === service &&
                row.timestamp >= incident.startMs &&
                row.timestamp < incident.endMs + GRACE_MS,
            ),
        ),
      );
    expect(outside(stream)).toEqual(outside(clean));
  });

  test('has traffic that is burstier than chance, at about the rate asked for', () => {
    const facts = backgroundFacts([...clean.train, ...clean.rows], clean.services);
    const total = facts.reduce((sum, { linesPerSecond }) => sum + linesPerSecond, 0);
    expect(total).toBeGreaterThan(3.5);
    expect(total).toBeLessThan(6);
    for (const { dispersion } of facts) expect(dispersion).toBeGreaterThan(3);
  });

  test('keeps saying ordinary lines for the first time', () => {
    const shape = (message: string) => message.replaceAll(/[0-9a-f]*\d[0-9a-f]*/g, '0');
    const known = new Set(clean.train.map(({ message }) => shape(message)));
    const late = new Set(clean.rows.map(({ message }) => shape(message)).filter((text) => !known.has(text)));
    expect(late.size).toBeGreaterThan(20);
  });

  const during = (kind: IncidentKind) => {
    const incident = stream.incidents.find((one) => one.kind === kind) as InjectedIncident;
    const within = ({ rows }: Stream) =>
      rows.filter(
        ({ service, timestamp }) =>
          service === incident.service && timestamp >= incident.startMs && timestamp < incident.endMs,
      );
    return { rows: within(stream), usual: within(clean) };
  };
  const troubled = (rows: { level: string }[]) =>
    rows.filter(({ level }) => level === 'error' || level === 'fatal').length;

  test('has no line of a silent service, few of one whose rate drops, many of one whose rate rises', () => {
    expect(during('silence').rows).toEqual([]);
    expect(during('rate_drop').rows.length).toBeLessThan(0.5 * during('rate_drop').usual.length);
    expect(during('rate_spike').rows.length).toBeGreaterThan(1.5 * during('rate_spike').usual.length);
  });

  test('has more errors in a burst and in a creep, and more warnings or errors in a shift of severity', () => {
    for (const kind of ['error_burst', 'error_creep', 'new_error_template'] as const) {
      expect(troubled(during(kind).rows)).toBeGreaterThan(troubled(during(kind).usual));
    }
    const { rows, usual } = during('severity_shift');
    const changed = rows.filter(({ level }, index) => level !== usual[index]?.level);
    expect(rows.map(({ message }) => message)).toEqual(usual.map(({ message }) => message));
    expect(changed.length).toBeGreaterThan(0.15 * rows.length);
  });

  test('keeps the number of lines when their mix shifts', () => {
    const { rows, usual } = during('mix_shift');
    expect(rows).toHaveLength(usual.length);
    expect(rows.filter(({ message }, index) => message !== usual[index]?.message).length).toBeGreaterThan(
      0.3 * rows.length,
    );
  });

  test.each(['new_error_template', 'new_info_template', 'parameter_outlier', 'deploy'] as const)(
    'has some lines more in a %s',
    (kind) => {
      const { rows, usual } = during(kind);
      const known = new Set(usual.map(({ message }) => message));
      expect(rows.filter(({ message }) => !known.has(message)).length).toBeGreaterThanOrEqual(3);
    },
  );
});

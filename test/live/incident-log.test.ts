import { describe, expect, test, vi } from 'vitest';
import type { Anomaly } from '../../src/domain/anomaly.ts';
import { Incidents } from '../../src/incident/incidents.ts';
import { AlertPath } from '../../src/live/alert-path.ts';
import type { AlertRecord } from '../../src/live/alert-path.ts';
import { AnomalyLog } from '../../src/live/anomaly-log.ts';
import { IncidentLog } from '../../src/live/incident-log.ts';
import { anomalyOf } from '../serve/engine-double.ts';
import { packAnomalies } from './anomaly-samples.ts';

const MINUTE = 60_000;

function changesOf(anomalies: readonly Partial<Anomaly>[], incidents = new Incidents()) {
  return anomalies.flatMap((over) => incidents.add(anomalyOf(over)).changes);
}

/** Incidents of so many services, ten minutes apart, so that all but the last are over. */
function apart(count: number) {
  return changesOf(Array.from({ length: count }, (_, i) => ({ service: `svc-${i}`, timestamp: i * 10 * MINUTE })));
}

describe('the log of incidents', () => {
  test('numbers changes from one on, and has each incident as it stands', () => {
    const log = new IncidentLog({ changesMax: 10, resolvedMax: 10 });
    log.append(apart(2));
    expect([log.firstId, log.nextId]).toEqual([1, 4]);
    expect(log.get(2)?.change).toMatchObject({ kind: 'resolved', incident: { service: 'svc-0' } });
    expect(JSON.parse(log.get(1)!.json)).toMatchObject({ id: 1, kind: 'opened', incident: { service: 'svc-0' } });
    expect(log.list().map(({ service, state }) => [service, state])).toEqual([
      ['svc-1', 'open'],
      ['svc-0', 'resolved'],
    ]);
    expect(log.openCount).toBe(1);
  });

  test('at its bounds the oldest changes and the oldest resolved incidents make room, open ones never', () => {
    const log = new IncidentLog({ changesMax: 3, resolvedMax: 2 });
    log.append(apart(5));
    expect([log.firstId, log.nextId, log.openCount]).toEqual([7, 10, 1]);
    expect(log.get(6)).toBeUndefined();
    expect(log.list().map(({ service }) => service)).toEqual(['svc-4', 'svc-3', 'svc-2']);
  });

  test('goes on behind numbers that were given before, with the incidents of before', () => {
    const log = new IncidentLog({ changesMax: 3, resolvedMax: 2 }, 100);
    log.restore(apart(2).map(({ incident }) => incident));
    expect([log.firstId, log.nextId, log.openCount]).toEqual([100, 100, 1]);
    log.append(apart(1));
    expect(log.get(100)?.id).toBe(100);
  });

  test('wakes its readers once for all that came in the same turn', async () => {
    const log = new IncidentLog({ changesMax: 10, resolvedMax: 10 });
    const listener = vi.fn<() => void>();
    const stop = log.onAppend(listener);
    log.append(apart(2));
    log.append([]);
    log.append(apart(1));
    expect(listener).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(listener).toHaveBeenCalledTimes(1));
    stop();
  });
});

describe('the path of alerts', () => {
  function pathWith(keep?: (record: AlertRecord) => Promise<void>) {
    const anomalies = new AnomalyLog({ entriesMax: 100, bytesMax: 1 << 20 });
    const incidentLog = new IncidentLog({ changesMax: 10, resolvedMax: 10 });
    const told: AlertRecord[] = [];
    const path = new AlertPath({
      anomalies,
      incidents: new Incidents(),
      incidentLog,
      ...(keep === undefined ? {} : { keep }),
      onRecord: (record) => told.push(record),
    });
    return { anomalies, incidentLog, path, told };
  }

  test('an anomaly is in the stream at once, has its incident, and is told', async () => {
    const { anomalies, incidentLog, path, told } = pathWith();
    await path.take(packAnomalies([anomalyOf({ service: 'a' }), anomalyOf({ service: 'a' })]));
    expect(anomalies.nextId).toBe(3);
    expect(incidentLog.list()).toMatchObject([{ service: 'a', count: 2 }]);
    expect(told).toMatchObject([{ firstAnomalyId: 1, firstChangeId: 1, anomalies: [{}, {}], changes: [{}, {}] }]);
    expect(path.opened).toBe(1);
  });

  test('nobody is told before it is kept, and who waits for it waits as long', async () => {
    const kept = Promise.withResolvers<void>();
    const { path, told } = pathWith(() => kept.promise);
    let acknowledged = false;
    const taking = path.take(packAnomalies([anomalyOf()])).then(() => (acknowledged = true));
    await Promise.resolve();
    expect({ acknowledged, told }).toEqual({ acknowledged: false, told: [] });
    kept.resolve();
    await taking;
    expect(told).toHaveLength(1);
  });

  test('time alone resolves what has been quiet', async () => {
    const { incidentLog, path, told } = pathWith();
    const { timestamp } = anomalyOf();
    await path.take(packAnomalies([anomalyOf()]));
    await path.advance(timestamp + 5 * MINUTE);
    expect(incidentLog.openCount).toBe(1);
    await path.advance(timestamp + 5 * MINUTE + 1);
    expect(incidentLog.openCount).toBe(0);
    expect(told.at(-1)).toMatchObject({ batch: undefined, changes: [{ kind: 'resolved' }] });
  });
});

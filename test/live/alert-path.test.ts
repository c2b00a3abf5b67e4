import { describe, expect, it, test } from 'vitest';
import { Incidents } from '../../src/incident/incidents.ts';
import { AlertPath } from '../../src/live/alert-path.ts';
import type { AlertRecord } from '../../src/live/alert-path.ts';
import { AnomalyLog } from '../../src/live/anomaly-log.ts';
import { IncidentLog } from '../../src/live/incident-log.ts';
import { anomalyOf } from '../serve/engine-double.ts';
import { packAnomalies } from './anomaly-samples.ts';

/** A path whose records are kept when the test says so. */
function keepingPath() {
  const anomalies = new AnomalyLog({ entriesMax: 100, bytesMax: 1 << 20 });
  const incidentLog = new IncidentLog({ changesMax: 100, resolvedMax: 10 });
  const kept: (() => void)[] = [];
  const records: AlertRecord[] = [];
  const told: number[] = [];
  const path = new AlertPath({
    anomalies,
    incidents: new Incidents(),
    incidentLog,
    keep: (record) => {
      records.push(record);
      return new Promise((resolve) => {
        kept.push(resolve);
      });
    },
    onRecord: ({ firstAnomalyId }) => told.push(firstAnomalyId),
  });
  return { path, anomalies, incidentLog, kept, records, told };
}

const batch = (...messages: string[]) => packAnomalies(messages.map((message) => anomalyOf({ message })));

describe('a record that is to be kept', () => {
  it('is seen by nobody and acknowledged to nobody before it is, in whatever order the disk answers', async () => {
    const { path, anomalies, incidentLog, kept, told } = keepingPath();
    const acknowledged: string[] = [];
    const first = path.take(batch('a', 'b')).then(() => acknowledged.push('first'));
    const second = path.take(batch('c')).then(() => acknowledged.push('second'));
    expect([anomalies.nextId, incidentLog.nextId]).toEqual([1, 1]);
    kept[1]!();
    await Promise.resolve();
    await new Promise(setImmediate);
    expect([anomalies.nextId, acknowledged, told]).toEqual([1, [], []]);
    kept[0]!();
    await Promise.all([first, second]);
    expect(acknowledged).toEqual(['first', 'second']);
    expect(told).toEqual([1, 3]);
    expect([1, 2, 3].map((id) => anomalies.get(id)?.anomaly.message)).toEqual(['a', 'b', 'c']);
  });

  it('has the ids that it gets, and its incidents as they stand after it', async () => {
    const { path, incidentLog, kept, records } = keepingPath();
    void path.take(batch('a', 'b', 'c'));
    const second = path.take(batch('d'));
    expect(records.map(({ firstAnomalyId, firstChangeId }) => [firstAnomalyId, firstChangeId])).toEqual([
      [1, 1],
      [4, 3],
    ]);
    expect(records[0]!.changes.at(-1)!.incident.count, 'told at twice as many').toBe(2);
    expect(records.map(({ standing }) => standing.map(({ count }) => count))).toEqual([[3], [4]]);
    expect(incidentLog.list()).toEqual([]);
    for (const keep of kept) keep();
    await second;
    expect(incidentLog.list().map(({ count }) => count)).toEqual([4]);
  });
});

test('whoever asks for an incident gets it as it stands, also when what joined it was too little to be told', () => {
  const incidentLog = new IncidentLog({ changesMax: 100, resolvedMax: 10 });
  const anomalies = new AnomalyLog({ entriesMax: 100, bytesMax: 1 << 20 });
  const path = new AlertPath({ anomalies, incidents: new Incidents(), incidentLog });
  void path.take(batch('a', 'b', 'c'));
  expect(incidentLog.nextId, 'opened, and told at twice as many').toBe(3);
  expect(incidentLog.list().map(({ count }) => count)).toEqual([3]);
  void path.take(packAnomalies([anomalyOf({ timestamp: anomalyOf({}).timestamp + 60_000 })]));
  expect(incidentLog.find(incidentLog.list()[0]!.id)).toMatchObject({ count: 4, state: 'open' });
  expect(incidentLog.list()[0]!.last_seen - incidentLog.list()[0]!.first_seen).toBe(60_000);
});

test('whoever asks sees until when it goes on, once a minute, and it is kept; nobody is told', async () => {
  const { path, incidentLog, kept, records } = keepingPath();
  void path.take(batch('a'));
  const { timestamp } = anomalyOf({});
  const courses = [{ service: anomalyOf({}).service, course: 'ongoing' as const, lines: 40, since: timestamp }];
  const followed = [10_000, 15_000, 300_000, 305_000].map((ms) => path.advance(timestamp + ms, courses));
  for (const keep of kept) keep();
  await Promise.all(followed);
  expect(incidentLog.list()).toMatchObject([{ count: 1, line_count: 40, ongoing_until: timestamp + 300_000 }]);
  expect(records.map(({ changes, standing }) => [changes.length, standing.length])).toEqual([
    [1, 1],
    [0, 1],
    [0, 1],
  ]);
});

describe('a ring of anomalies', () => {
  it('goes on with those of before and their ids', () => {
    const log = new AnomalyLog({ entriesMax: 4, bytesMax: 1 << 20 });
    log.restore(
      [
        { firstId: 10, batch: batch('a', 'b', 'c') },
        { firstId: 13, batch: batch('d', 'e') },
      ],
      15,
    );
    expect([log.firstId, log.nextId, log.get(11)?.anomaly.message, log.get(10)]).toEqual([11, 15, 'b', undefined]);
    log.append(batch('f'));
    expect([log.firstId, log.get(15)?.anomaly.message]).toEqual([12, 'f']);
  });

  it('goes on behind ids that were never kept, and has those of before them', () => {
    const log = new AnomalyLog({ entriesMax: 100, bytesMax: 1 << 20 });
    const batches = [
      { firstId: 3, batch: batch('a', 'b') },
      { firstId: 9, batch: batch('c') },
    ];
    log.restore(batches, 12);
    log.append(batch('d'));
    expect([log.firstId, log.nextId]).toEqual([3, 13]);
    const found = Array.from({ length: 13 }, (_, id) => [id, log.get(id)?.anomaly.message]);
    expect(found.filter(([, message]) => message !== undefined)).toEqual([
      [3, 'a'],
      [4, 'b'],
      [9, 'c'],
      [12, 'd'],
    ]);
  });

  it('begins where it is told when nothing is left of before', () => {
    const log = new AnomalyLog({ entriesMax: 4, bytesMax: 1 << 20 });
    log.restore([], 500);
    expect([log.firstId, log.nextId]).toEqual([500, 500]);
    log.append(batch('a'));
    expect(log.get(500)?.anomaly.message).toBe('a');
  });
});

it('changes of incidents go on with their numbers, and those of before can be read again', () => {
  const before = new IncidentLog({ changesMax: 10, resolvedMax: 10 }, 40);
  const changes = new Incidents().add(anomalyOf({})).changes;
  before.append(changes);
  const log = new IncidentLog({ changesMax: 10, resolvedMax: 10 }, 41);
  log.restore(before.list(), [{ id: 40, change: changes[0]! }]);
  expect([log.firstId, log.nextId, log.openCount]).toEqual([40, 41, 1]);
  expect(log.get(40)).toEqual(before.get(40));
});

it('numbers of changes that were never kept are those of no other', () => {
  const [change] = new Incidents().add(anomalyOf({})).changes;
  const log = new IncidentLog({ changesMax: 10, resolvedMax: 10 }, 45);
  log.restore(
    [],
    [30, 38, 39].map((id) => ({ id, change: change! })),
  );
  log.append([change!]);
  const found = Array.from({ length: 50 }, (_, id) => log.get(id)?.id).filter((id) => id !== undefined);
  expect([log.firstId, log.nextId, found]).toEqual([38, 46, [38, 39, 45]]);
});

import { describe, expect, test } from 'vitest';
import type { Anomaly } from '../../src/domain/anomaly.ts';
import { Incidents } from '../../src/incident/incidents.ts';
import { anomalyOf } from './engine-double.ts';
import { useRest } from './rest-fixture.ts';
import { openStream } from './sse-client.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 22);

describe('incidents over REST', () => {
  const rest = useRest({ heartbeatMs: 20 });
  const incidents = new Incidents();
  let at = START;

  function happen(over: Partial<Anomaly>): void {
    at += HOUR;
    rest().engine.incidents.append(incidents.add(anomalyOf({ timestamp: at, ...over })).changes);
  }

  test('are listed with the latest first, filtered, and found by their id', async () => {
    const { call } = rest();
    expect((await call('GET', '/incidents')).body).toEqual({ incident_count: 0, open_count: 0, incidents: [] });
    happen({ service: 'api', message: '<script>\ud800', trace_id: 'ab'.repeat(16) });
    happen({ service: 'db', reasons: ['rate_drop'], hst_score: 0.1 });
    const all = await call('GET', '/incidents');
    expect(all.body).toMatchObject({ incident_count: 2, open_count: 1 });
    const [latest, first] = all.body['incidents'] as { id: string; service: string; state: string }[];
    expect([latest?.service, latest?.state, first?.service, first?.state]).toEqual(['db', 'open', 'api', 'resolved']);
    for (const [query, services] of [
      ['state=open', ['db']],
      ['state=resolved', ['api']],
      ['service=api', ['api']],
      ['reason=rate_drop', ['db']],
      ['min_score=0.5', ['api']],
      ['limit=1', ['db']],
      ['service=nobody', []],
    ] as const) {
      const { body } = await call('GET', `/incidents?${query}`);
      expect((body['incidents'] as { service: string }[]).map(({ service }) => service)).toEqual(services);
    }
    expect((await call('GET', `/incidents/${first?.id}`)).body).toEqual(first);
    const none = await call('GET', '/incidents/ffffffffffffffff');
    expect([none.status, none.body['code']]).toEqual([404, 'not_found']);
  });

  test('say how they ended, and until when they went on', async () => {
    const { call, engine } = rest();
    happen({ service: 'stock' });
    engine.incidents.append(
      [],
      incidents.follow([{ service: 'stock', course: 'ongoing', lines: 70, since: at }], at + 60_000),
    );
    const open = await call('GET', '/incidents?service=stock');
    expect(open.body['incidents']).toMatchObject([{ state: 'open', ongoing_until: at + 60_000, line_count: 70 }]);
    happen({ service: 'stock' });
    const both = await call('GET', '/incidents?service=stock&state=resolved');
    expect(both.body['incidents']).toMatchObject([{ resolution: 'over', resolved_at: at - HOUR + 360_000 }]);
  });

  test('are streamed as they open, grow and end, and the stream goes on after Last-Event-ID', async () => {
    const { url, engine } = rest();
    const { nextId } = engine.incidents;
    const stream = await openStream(`${url}/incidents/stream`);
    happen({ service: 'cart' });
    const kinds = [await stream.nextEvent(), await stream.nextEvent()].map((event) => [
      event?.event,
      event?.data['kind'],
    ]);
    expect(kinds).toEqual([
      ['incident', 'resolved'],
      ['incident', 'opened'],
    ]);
    stream.close();
    const again = await openStream(`${url}/incidents/stream`, { 'last-event-id': String(nextId) });
    expect(await again.nextEvent()).toMatchObject({ id: String(nextId + 1), data: { kind: 'opened' } });
    again.close();
  });

  test('a stream wants one kind, one service', async () => {
    const { url } = rest();
    const stream = await openStream(`${url}/incidents/stream?kind=resolved&service=checkout`);
    happen({ service: 'checkout' });
    happen({ service: 'other' });
    expect((await stream.nextEvent())?.data).toMatchObject({ kind: 'resolved', incident: { service: 'checkout' } });
    stream.close();
  });
});

import { describe, expect, test } from 'vitest';
import { Incidents } from '../../src/incident/incidents.ts';
import { anomalyOf } from './engine-double.ts';
import { useRest } from './rest-fixture.ts';

const A = 'a'.repeat(16);
const B = 'b'.repeat(16);

describe('feedback', () => {
  const rest = useRest();

  test('is given, listed with the latest first, replaced and taken back', async () => {
    const { call } = rest();
    expect((await call('GET', '/feedback')).body).toEqual({ feedback: [] });
    await call('POST', '/feedback', { body: { fingerprint: A, mark: 'watch', note: 'told <b>us</b>' } });
    await call('POST', '/feedback', { body: { fingerprint: B, mark: 'expected' } });
    const { body } = await call('POST', '/feedback', { body: { fingerprint: A, mark: 'expected' } });
    expect(body['feedback']).toEqual([
      { fingerprint: A, mark: 'expected', created_at: 1_700_000_000_000 },
      { fingerprint: B, mark: 'expected', created_at: 1_700_000_000_000 },
    ]);
    expect((await call('DELETE', `/feedback?fingerprint=${A}`)).body['feedback']).toHaveLength(1);
    expect((await call('DELETE', `/feedback?fingerprint=${B}`)).body['feedback']).toHaveLength(0);
    const gone = await call('DELETE', `/feedback?fingerprint=${B}`);
    expect([gone.status, gone.body['code']]).toEqual([404, 'not_found']);
  });

  test('of an incident marks all its templates, and is taken back as one', async () => {
    const { call, engine } = rest();
    const incidents = new Incidents();
    const [opened, updated] = [A, B].flatMap((fingerprint) => incidents.add(anomalyOf({ fingerprint })).changes);
    engine.incidents.append([opened!, updated!]);
    const { id } = opened!.incident;
    const { body } = await call('POST', '/feedback', { body: { incident: id, mark: 'expected' } });
    expect(body['feedback']).toMatchObject([
      { fingerprint: B, incident: id },
      { fingerprint: A, incident: id },
    ]);
    expect((await call('DELETE', `/feedback?incident=${id}`)).body['feedback']).toEqual([]);
    const none = await call('POST', '/feedback', { body: { incident: 'c'.repeat(16), mark: 'expected' } });
    expect(none.status).toBe(404);
  });

  test('beyond the room there is for it is refused, and what stands stays', async () => {
    const { call } = rest();
    for (const digit of ['1', '2', '3']) {
      await call('POST', '/feedback', { body: { fingerprint: digit.repeat(16), mark: 'watch' } });
    }
    const refused = await call('POST', '/feedback', { body: { fingerprint: '4'.repeat(16), mark: 'watch' } });
    expect([refused.status, refused.body['detail']]).toEqual([503, 'there is room for 3 marks, remove some first']);
    expect((await call('GET', '/feedback')).body['feedback']).toHaveLength(3);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ mark: 'watch' }, 'name either fingerprint or incident'],
    [{ mark: 'watch', fingerprint: A, incident: B }, 'name either fingerprint or incident'],
    [{ mark: 'loud', fingerprint: A }, 'mark must be one of expected, watch'],
    [{ fingerprint: A }, 'lacks mark'],
    [{ mark: 'watch', fingerprint: 'xyz' }, 'fingerprint'],
    [{ mark: 'watch', fingerprint: A, note: 'x'.repeat(1001) }, 'note must have at most 1000'],
  ])('%j is refused', async (body, part) => {
    const answer = await rest().call('POST', '/feedback', { body });
    expect(answer.status).toBe(400);
    expect(answer.body['detail']).toContain(part);
  });
});

import { beforeAll, describe, expect, test } from 'vitest';
import type { Anomaly } from '../../src/domain/anomaly.ts';
import { packAnomalies } from '../live/anomaly-samples.ts';
import { anomalyOf } from './engine-double.ts';
import { useRest } from './rest-fixture.ts';

const rest = useRest();
const NOON = Date.UTC(2026, 10, 22, 12);

/** 150 anomalies through a ring of 100, a minute apart: ids 51 to 150 are still there. */
beforeAll(() => {
  const anomalies = Array.from({ length: 150 }, (_, i): Anomaly => {
    const isThird = (i + 1) % 3 === 0;
    return anomalyOf({
      service: isThird ? 'db' : 'api',
      reasons: isThird ? ['anomaly_score', 'error_burst'] : ['new_template'],
      timestamp: NOON + i * 60_000,
      ...(isThird ? { trace_id: 'ab'.repeat(16), span_id: 'cd'.repeat(8) } : {}),
    });
  });
  rest().engine.anomalies.append(packAnomalies(anomalies));
});

async function list(query: string): Promise<{ ids: number[]; next_since: number; missed: number }> {
  const { status, body } = await rest().call('GET', `/anomalies${query}`);
  expect(status).toBe(200);
  const anomalies = body['anomalies'] as { id: number }[];
  expect(body['anomaly_count']).toBe(anomalies.length);
  return {
    ids: anomalies.map(({ id }) => id),
    next_since: body['next_since'] as number,
    missed: body['missed'] as number,
  };
}

describe('GET /anomalies', () => {
  test('gives the latest, oldest first', async () => {
    expect(await list('?limit=3')).toEqual({ ids: [148, 149, 150], next_since: 150, missed: 0 });
  });

  test('at most 100 unless asked for more', async () => {
    expect((await list('')).ids).toHaveLength(100);
  });

  test('since an id gives those that follow, and says where to go on', async () => {
    expect(await list('?since=140&limit=2')).toEqual({ ids: [141, 142], next_since: 142, missed: 0 });
    expect(await list('?since=142&limit=1000')).toEqual({
      ids: [143, 144, 145, 146, 147, 148, 149, 150],
      next_since: 150,
      missed: 0,
    });
    expect(await list('?since=150')).toEqual({ ids: [], next_since: 150, missed: 0 });
  });

  test('says how many are gone', async () => {
    expect(await list('?since=10&limit=1')).toEqual({ ids: [51], next_since: 51, missed: 40 });
  });

  test('an id of an earlier run of the process gets all there is', async () => {
    expect((await list('?since=4711&limit=1')).ids).toEqual([51]);
  });

  test('since a time', async () => {
    expect((await list('?since=2026-11-22T14:28:00Z')).ids).toEqual([149, 150]);
    expect((await list('?since=2026-11-22T16:28:00%2B02:00')).ids).toEqual([149, 150]);
  });

  test('filters by service and reason, and paging with a filter loses nothing', async () => {
    expect((await list('?service=db&limit=2')).ids).toEqual([147, 150]);
    expect((await list('?reason=anomaly_score&limit=1')).ids).toEqual([150]);
    expect((await list('?service=nobody')).ids).toEqual([]);
    const seen: number[] = [];
    for (let since = 50; ;) {
      const page = await list(`?service=db&limit=7&since=${since}`);
      seen.push(...page.ids);
      if (page.next_since === since) break;
      since = page.next_since;
    }
    expect(seen).toEqual(Array.from({ length: 34 }, (_, i) => 51 + i * 3));
  });

  test('an anomaly has all its fields', async () => {
    const { body } = await rest().call('GET', '/anomalies?service=db&limit=1');
    expect(body['anomalies']).toEqual([
      {
        ...anomalyOf({ service: 'db', reasons: ['anomaly_score', 'error_burst'], timestamp: NOON + 149 * 60_000 }),
        id: 150,
        trace_id: 'ab'.repeat(16),
        span_id: 'cd'.repeat(8),
      },
    ]);
  });

  test.each([
    ['?since=yesterday', 'since must be an id or a time such as 2026-11-22T20:00:00Z, got "yesterday"'],
    ['?since=2026-13-01', 'since must be an id or a time such as 2026-11-22T20:00:00Z, got "2026-13-01"'],
    ['?since=-1', 'since must be an id or a time such as 2026-11-22T20:00:00Z, got "-1"'],
    ['?since=', 'since must not be empty, got ""'],
    ['?limit=1001', 'limit must be <= 1000, got 1001'],
    ['?limit=1.5', 'limit must be a whole number, got 1.5'],
    ['?limit=true', 'limit must be a whole number, got "true"'],
    ['?limit=1&limit=2', 'limit is given more than once; give it once'],
    [
      '?reason=loud',
      'reason must be one of anomaly_score, new_template, error_burst, rate_spike, rate_drop, severity_shift, parameter_outlier, watched, got "loud"',
    ],
    ['?min_score=1', 'unknown query parameter "min_score"; allowed: since, service, reason, limit'],
    ['?__proto__=1', 'unknown query parameter "__proto__"; allowed: since, service, reason, limit'],
    ['?constructor=1', 'unknown query parameter "constructor"; allowed: since, service, reason, limit'],
  ])('%s', async (query, detail) => {
    const { status, body } = await rest().call('GET', `/anomalies${query}`);
    expect({ status, code: body['code'], detail: body['detail'] }).toEqual({ status: 400, code: 'bad_query', detail });
  });
});

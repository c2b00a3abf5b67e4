import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogRow } from '../../../src/domain/row.ts';
import { LOKI } from '../../../src/sources/loki/options.ts';
import { pullLoki } from '../../../src/sources/loki/pull-loki.ts';
import { startLoki } from '../../parts/loki-server.ts';
import type { LokiStream, RunningLoki } from '../../parts/loki-server.ts';
import { usePart } from '../../parts/part.ts';
import { collectRows } from '../contract/collect-rows.ts';
import type { CollectOptions } from '../contract/collect-rows.ts';
import { CANARY, describeSource } from '../contract/describe-source.ts';

const part = await usePart('loki');
const START = Date.UTC(2026, 10, 20, 8);
const JSON_TYPE = { 'content-type': 'application/json' };

/** Loki drops a line that its stream has at that very nanosecond already, so equal ones are a nanosecond apart. */
function streamsOf(rows: readonly LogRow[]): LokiStream[] {
  const streams = new Map<string, LokiStream>();
  const seen = new Map<string, number>();
  for (const { timestamp, message, level, service } of rows) {
    const key = `${service} ${level}`;
    const stream = streams.get(key) ?? { stream: { service_name: service, level }, values: [] };
    streams.set(key, stream);
    const same = `${key} ${timestamp} ${message}`;
    const nanos = seen.get(same) ?? 0;
    seen.set(same, nanos + 1);
    stream.values.push([`${BigInt(timestamp) * 1_000_000n + BigInt(nanos)}`, message]);
  }
  return [...streams.values()];
}

describe.skipIf(part.missing)('the real Loki', () => {
  describeSource({
    declaration: LOKI,
    pull: pullLoki,
    store: 'Loki 3.7.8',
    async start(rows) {
      const loki = await startLoki();
      await loki.push(CANARY, streamsOf(rows));
      return loki;
    },
    values: (url) => new Map(Object.entries({ url, tenant: CANARY, user: 'me', password: `${CANARY}-pass` })),
    refusals: {
      credentials: { kind: 'answer', status: 401, headers: { 'content-type': 'text/plain' }, body: 'no org id\n' },
      rateLimit: {
        kind: 'answer',
        status: 429,
        headers: { 'retry-after': '7' },
        body: 'too many outstanding requests\n',
      },
      badRequest: {
        kind: 'answer',
        status: 400,
        headers: JSON_TYPE,
        body: '{"status":"error","errorType":"bad_data","error":"parse error at line 1, col 6: syntax error"}',
      },
    },
  });

  describe('has traps', () => {
    let loki: RunningLoki;
    beforeAll(async () => {
      loki = await startLoki(1000);
    }, 120_000);
    afterAll(() => loki.stop());

    const collect = (tenant: string, over: Partial<CollectOptions> & { query?: string } = {}) => {
      const { query, ...options } = over;
      const values = new Map(
        Object.entries({ url: `${loki.url}/loki/api/v1/push`, tenant, ...(query ? { query } : {}) }),
      );
      return collectRows(LOKI, pullLoki, { values, startMs: START, endMs: START + 60_000, ...options });
    };
    const at = (ms: number, nanos = 0) => `${BigInt(START + ms) * 1_000_000n + BigInt(nanos)}`;

    test('5,000 lines in one millisecond come back as 5,000, although a page has 1,000', async () => {
      const values = Array.from({ length: 5000 }, (_, i): [string, string] => [at(10, i), `line ${i}`]);
      await loki.push('millisecond', [{ stream: { service_name: 'shop' }, values }]);
      const { rows, summary } = await collect('millisecond');
      expect(new Set(rows.map(({ message }) => message)).size).toBe(5000);
      expect(summary).toMatchObject({ rows: 5000, truncated: false });
    });

    test('so do 5,000 lines in one nanosecond, of several streams and of one', async () => {
      const values = (stream: number) =>
        Array.from({ length: 2500 }, (_, i): [string, string] => [at(20), `order ${i * 7} of ${stream} placed`]);
      await loki.push('nanosecond', [
        { stream: { service_name: 'shop' }, values: values(1) },
        { stream: { service_name: 'stock' }, values: values(2) },
        {
          stream: { service_name: 'till' },
          values: [
            [at(19), 'before'],
            [at(21), 'after'],
          ],
        },
      ]);
      const { rows, summary } = await collect('nanosecond');
      expect(new Set(rows.map(({ message, service }) => service + message)).size).toBe(5002);
      expect(summary).toMatchObject({ rows: 5002, truncated: false });
    });

    test('lines that nothing tells apart are told to be too many for one nanosecond', async () => {
      const streams = Array.from({ length: 1200 }, (_, i): LokiStream => {
        return { stream: { service_name: 'shop', pod: `pod-${i}` }, values: [[at(30), 'same']] };
      });
      await loki.push('alike', streams);
      const { summary } = await collect('alike');
      expect(summary).toMatchObject({ truncated: true });
      expect(summary.rows).toBeGreaterThanOrEqual(1000);
    });

    test('identical lines of two services in one nanosecond are two rows', async () => {
      await loki.push(
        'twins',
        ['shop', 'stock'].map((service) => ({ stream: { service_name: service }, values: [[at(5), 'tick']] })),
      );
      expect((await collect('twins')).rows).toHaveLength(2);
    });

    test('a window longer than a query may be is asked for in parts', async () => {
      const push = (pod: string, time: string, line: string) =>
        loki.push('long', [{ stream: { service_name: 'shop', pod }, values: [[time, line]] }]);
      await push('new', at(0), 'now');
      await push('old', at(-2000 * 3_600_000), 'long ago');
      const { rows } = await collect('long', { startMs: START - 2001 * 3_600_000 });
      expect(rows.map(({ message }) => message)).toEqual(['long ago', 'now']);
    });

    test('service and level come from labels, metadata, or the line', async () => {
      const stream = (labels: Record<string, string>, line: string, metadata = {}): LokiStream => {
        return { stream: labels, values: [[at(1), line, metadata]] };
      };
      await loki.push('labels', [
        stream({ service_name: 'a', level: 'WARN' }, 'ERROR said loudly'),
        stream({ app: 'b', env: 'x' }, 'level=error msg="no label"'),
        stream({ container: 'c' }, '{"level":"fatal","msg":"json says","time":"2020-01-01T00:00:00Z"}'),
        stream({ job: 'd' }, 'metadata says', { severity_text: 'Error' }),
        stream({ weird: 'e' }, 'nobody says'),
      ]);
      const { rows } = await collect('labels', { query: '{service_name=~".+"}' });
      expect(rows).toEqual([
        { timestamp: START + 1, message: 'ERROR said loudly', level: 'warn', service: 'a' },
        { timestamp: START + 1, message: 'level=error msg="no label"', level: 'error', service: 'b' },
        { timestamp: START + 1, message: 'json says', level: 'fatal', service: 'c' },
        { timestamp: START + 1, message: 'metadata says', level: 'error', service: 'd' },
        { timestamp: START + 1, message: 'nobody says', level: 'info', service: 'unknown_service' },
      ]);
    });

    test('odd lines come through: 1 MiB, not UTF-8, empty, of several lines', async () => {
      const odd = [
        'x'.repeat((1 << 20) - 1),
        'bad \ufffd byte',
        'first\n  at second',
        '{"msg":',
        '\u0000',
        'zażółć 🦊',
      ];
      await loki.push('odd', [{ stream: { service_name: 'shop' }, values: odd.map((line, i) => [at(i), line]) }]);
      expect((await collect('odd')).rows.map(({ message }) => message)).toEqual(odd);
    });

    test.each([
      ['sum(rate({app="x"}[1m]))', 'configuration', /not one of|counts lines|LOKI_QUERY/],
      ['{app="x"', 'configuration', /parse error/],
      ['{}', 'configuration', /at least one/],
    ])('the query %s is refused with a sentence', async (query, code, sentence) => {
      const failure = collect('refused', { query });
      await expect(failure).rejects.toThrow(sentence);
      await expect(failure).rejects.toMatchObject({ code });
    });

    test('a tenant that is missing is credentials refused', async () => {
      const values = new Map([['url', loki.url]]);
      const failure = collectRows(LOKI, pullLoki, { values, startMs: START, endMs: START + 1 });
      await expect(failure).rejects.toMatchObject({ code: 'credentials_refused', message: /no org id.*LOKI_TENANT/ });
    });

    test('a pipeline in the query shapes the lines', async () => {
      await loki.push('pipe', [
        {
          stream: { app: 'p' },
          values: [
            [at(1), 'keep a'],
            [at(2), 'drop b'],
          ],
        },
      ]);
      const { rows } = await collect('pipe', { query: '{app="p"} |= "keep" | line_format "shaped {{__line__}}"' });
      expect(rows.map(({ message }) => message)).toEqual(['shaped keep a']);
    });
  });
});

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
import { otlpRequest } from './otlp-request.ts';

const part = await usePart('loki');
const START = Date.UTC(2026, 10, 20, 8);
const HOUR = 3_600_000;
const MIB = 1 << 20;
const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

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
  let loki: RunningLoki;
  beforeAll(async () => {
    loki = await startLoki({
      few: { max_entries_limit_per_query: 1000 },
      day: { max_query_length: '24h' },
      fat: { query_timeout: '1500ms' },
      older: { discover_service_name: [], discover_log_levels: false },
      strict: { required_labels: ['app'] },
    });
  }, 120_000);
  afterAll(() => loki.stop());

  describeSource({
    declaration: LOKI,
    pull: pullLoki,
    store: 'Loki 3.7.8',
    async start(rows) {
      await loki.push(CANARY, streamsOf(rows));
      return { url: loki.url, stop: () => Promise.resolve() };
    },
    values: (url) => new Map(Object.entries({ url, tenant: CANARY, user: 'me', password: `${CANARY}-pass` })),
    refusals: {
      credentials: { kind: 'answer', status: 401, headers: TEXT_TYPE, body: 'no org id\n' },
      rateLimit: {
        kind: 'answer',
        status: 429,
        headers: { ...TEXT_TYPE, 'retry-after': '7' },
        body: 'too many outstanding requests',
      },
      badRequest: {
        kind: 'answer',
        status: 400,
        headers: TEXT_TYPE,
        body: 'parse error at line 1, col 25: syntax error: unexpected $end, expecting STRING or ip',
      },
    },
  });

  const collect = (tenant: string, over: Partial<CollectOptions> & { query?: string } = {}) => {
    const { query, ...options } = over;
    const values = new Map(Object.entries({ url: loki.url, tenant, ...(query ? { query } : {}) }));
    return collectRows(LOKI, pullLoki, { values, startMs: START, endMs: START + 60_000, ...options });
  };
  const at = (ms: number, nanos = 0) => `${BigInt(START + ms) * 1_000_000n + BigInt(nanos)}`;
  const messagesOf = ({ rows }: { rows: LogRow[] }) => rows.map(({ message }) => message);

  describe('holds more than a page in one instant', () => {
    test('5,000 lines in one millisecond come back as 5,000, although a page may have 1,000', async () => {
      const values = Array.from({ length: 5000 }, (_, i): [string, string] => [at(10, i), `line ${i}`]);
      await loki.push('few', [{ stream: { service_name: 'shop' }, values }]);
      const { rows, summary } = await collect('few');
      expect(new Set(rows.map(({ message }) => message)).size).toBe(5000);
      expect(summary).toMatchObject({ rows: 5000, truncated: false });
    });

    test('so do 5,000 lines in one nanosecond, of several streams and of one', async () => {
      const values = (stream: number) =>
        Array.from({ length: 2500 }, (_, i): [string, string] => [at(20), `order ${i * 7} of ${stream} placed`]);
      const beside: LokiStream['values'] = [
        [at(19, 999_999), 'before'],
        [at(20, 1), 'after'],
      ];
      await loki.push('nanosecond', [
        { stream: { service_name: 'shop' }, values: values(1) },
        { stream: { service_name: 'stock' }, values: values(2) },
        { stream: { service_name: 'till' }, values: beside },
      ]);
      const { rows, summary } = await collect('nanosecond', { pageRowsMax: 1000 });
      expect(new Set(rows.map(({ message, service }) => service + message)).size).toBe(5002);
      expect(summary).toMatchObject({ rows: 5002, truncated: false });
    });

    test('equal lines of 1,200 streams are 1,200 rows, also when a comment ends the query', async () => {
      const streams = Array.from({ length: 1200 }, (_, i): LokiStream => {
        return { stream: { service_name: 'shop', pod: `pod-${i}` }, values: [[at(30), 'same']] };
      });
      await loki.push('alike', streams);
      const { summary } = await collect('alike', { query: '{service_name="shop"} # every pod', pageRowsMax: 500 });
      expect(summary).toMatchObject({ rows: 1200, truncated: false });
    });

    test('they are 1,200 also where the window begins with them', async () => {
      const { summary } = await collect('alike', { startMs: START + 30 });
      expect(summary).toMatchObject({ rows: 1200, truncated: false });
    });

    test('those that the query itself has made equal are told to be too many', async () => {
      const query = '{service_name="shop"} | drop pod';
      const { summary } = await collect('alike', { query, pageRowsMax: 500 });
      expect(summary).toMatchObject({ rows: 500, truncated: true });
    });

    test('identical lines of two services in one nanosecond are two rows', async () => {
      const twins = ['shop', 'stock'].map((name): LokiStream => ({
        stream: { service_name: name },
        values: [[at(5), 'tick']],
      }));
      await loki.push('twins', twins);
      expect((await collect('twins', { pageRowsMax: 2 })).rows).toHaveLength(2);
    });
  });

  describe('has limits', () => {
    test.each([
      ['day', 'three days, where a query may be of one'],
      ['long', '83 days, where a query may be of 30'],
    ])('a window of tenant %s is read in parts: %s', async (tenant) => {
      const earlierMs = tenant === 'day' ? 71 * HOUR : 1990 * HOUR;
      const stream = (pod: string, ms: number, line: string): LokiStream[] => [
        { stream: { service_name: 'shop', pod }, values: [[at(ms), line]] },
      ];
      await loki.push(tenant, stream('new', 0, 'now'));
      await loki.push(tenant, stream('old', -earlierMs, 'long ago'));
      expect(messagesOf(await collect(tenant, { startMs: START - earlierMs }))).toEqual(['long ago', 'now']);
    });

    test('lines that together are too large for its messages come in small pages', async () => {
      const stream = (n: number): LokiStream[] => [
        {
          stream: { service_name: 'shop' },
          values: [0, 1, 2].map((i) => [at(3 * n + i), `${n} ${'x'.repeat(MIB - 9)}`]),
        },
      ];
      for (let n = 0; n < 4; n++) await loki.push('fat', stream(n));
      const { rows, summary } = await collect('fat');
      expect(rows.map(({ message }) => message.length)).toEqual(Array.from({ length: 12 }, () => MIB - 7));
      expect(summary.truncated).toBe(false);
    });

    test.each<[string, string, RegExp]>([
      ['strict', '{service_name="x"}', /missing required matchers \[app\]/],
      ['any', 'sum(rate({app="x"}[1m]))', /counts lines .*leave the metric part out/],
      ['any', '{app="x"', /parse error/],
      ['any', '{app="x"} |= ', /unexpected \$end/],
      ['any', '{app=~".*"}', /at least one regexp or equality matcher/],
    ])('it refuses tenant %s the query %s in a sentence', async (tenant, query, sentence) => {
      const failure = collect(tenant, { query });
      await expect(failure).rejects.toMatchObject({ code: 'configuration', message: expect.stringMatching(sentence) });
    });

    test('a tenant that is missing is credentials refused', async () => {
      const values = new Map([['url', loki.url]]);
      const failure = collectRows(LOKI, pullLoki, { values, startMs: START, endMs: START + 1 });
      await expect(failure).rejects.toMatchObject({ code: 'credentials_refused', message: /no org id.*LOKI_TENANT/ });
    });
  });

  describe('has rows whose service and level', () => {
    const stream = (labels: Record<string, string>, ms: number, line: string, metadata = {}): LokiStream => {
      return { stream: labels, values: [[at(ms), line, metadata]] };
    };
    const row = (ms: number, message: string, level: LogRow['level'], service: string): LogRow => {
      return { timestamp: START + ms, message, level, service };
    };

    test('come from labels, from structured metadata, from the line, or from what Loki made of it', async () => {
      await loki.push('labels', [
        stream({ service_name: 'a', level: 'WARN' }, 1, 'ERROR said loudly'),
        stream({ app: 'b', env: 'x' }, 2, 'level=error msg="no label"'),
        stream({ container: 'c' }, 3, '{"level":"fatal","msg":"json says","time":"2020-01-01T00:00:00Z"}'),
        stream({ container: 'c' }, 4, ' {"msg":"nested","attributes":{"severity":"warn"}} '),
        stream({ job: 'd' }, 5, 'metadata says', { severity_text: 'Error' }),
        stream({ job: 'e' }, 6, 'the word error is in it'),
        stream({ job: 'e' }, 7, '[debug] an error that was handled'),
        stream({ job: 'e' }, 8, '{"msg":"no level, but the word error is in it"}'),
        stream({ job: 'f', Level: 'crit' }, 9, 'a label in capitals'),
        stream({ weird: 'g' }, 10, 'nobody says'),
        stream({ weird: 'g' }, 11, '{"msg":"the line names it","service":{"name":"h"}}'),
      ]);
      expect((await collect('labels')).rows).toEqual([
        row(1, 'ERROR said loudly', 'warn', 'a'),
        row(2, 'level=error msg="no label"', 'error', 'b'),
        row(3, 'json says', 'fatal', 'c'),
        row(4, 'nested', 'warn', 'c'),
        row(5, 'metadata says', 'error', 'd'),
        row(6, 'the word error is in it', 'error', 'e'),
        row(7, '[debug] an error that was handled', 'debug', 'e'),
        row(8, 'no level, but the word error is in it', 'error', 'e'),
        row(9, 'a label in capitals', 'fatal', 'f'),
        row(10, 'nobody says', 'info', 'unknown_service'),
        row(11, 'the line names it', 'info', 'h'),
      ]);
    });

    test('come from OpenTelemetry as a Collector sends it', async () => {
      const record = (ms: number, body: object, severity: object) => ({ timeUnixNano: at(ms), body, ...severity });
      const logRecords = [
        record(1, { stringValue: 'by number' }, { severityNumber: 17 }),
        record(2, { stringValue: 'by both' }, { severityNumber: 13, severityText: 'Warning' }),
        record(3, { stringValue: 'by none' }, {}),
        record(4, { stringValue: 'by a text of its own' }, { severityNumber: 21, severityText: 'Zusammenbruch' }),
        record(5, { kvlistValue: { values: [{ key: 'msg', value: { stringValue: 'structured' } }] } }, {}),
      ];
      const attributes = [{ key: 'service.name', value: { stringValue: 'checkout' } }];
      const request = { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] };
      await loki.pushOtlp(
        'otlp',
        request,
        logRecords.map((_, i) => START + 1 + i),
      );
      expect((await collect('otlp')).rows).toEqual([
        row(1, 'by number', 'error', 'checkout'),
        row(2, 'by both', 'warn', 'checkout'),
        row(3, 'by none', 'info', 'checkout'),
        row(4, 'by a text of its own', 'fatal', 'checkout'),
        row(5, 'structured', 'info', 'checkout'),
      ]);
    });

    test('come from other labels where Loki makes no service_name', async () => {
      const streams = [
        stream({ job: 'varlogs', app: 'web' }, 1, 'WARN: one'),
        stream({ job: 'varlogs', filename: '/var/log/x' }, 2, 'two'),
      ];
      await loki.push('older', streams, '{job=~".+"}');
      expect((await collect('older')).rows).toEqual([
        row(1, 'WARN: one', 'warn', 'web'),
        row(2, 'two', 'info', 'varlogs'),
      ]);
    });
  });

  describe('has lines', () => {
    test('that are odd: 1 MiB, empty, of several lines, broken JSON, of other alphabets', async () => {
      const odd = [
        'x'.repeat(MIB - 1),
        'bad \ufffd byte',
        'first\n  at second',
        '{"msg":',
        '\u0000',
        'zażółć 🦊',
        '[1]',
      ];
      await loki.push('odd', [{ stream: { service_name: 'shop' }, values: odd.map((line, i) => [at(i), line]) }]);
      expect(messagesOf(await collect('odd'))).toEqual(odd);
    });

    test('that are no UTF-8, also where their instant has to be divided', async () => {
      const heads = [Buffer.from([0xc3, 0x28, 0xff]), Buffer.from([0xf0, 0x9f, 0x41]), Buffer.from('é(A')];
      const bodies = heads.map((head, i) => Buffer.concat([head, Buffer.from(` byte ${i}`)]));
      const request = otlpRequest('shop', BigInt(at(1)), bodies);
      await loki.pushOtlp(
        'bytes',
        request,
        bodies.map(() => START + 1),
      );
      const expected = ['é(A byte 2', '\ufffd(\ufffd byte 0', '\ufffd\ufffdA byte 1'];
      expect(messagesOf(await collect('bytes', { pageRowsMax: 2 }))).toEqual(expected);
    });

    test('that have just come in, and that only its memory has', async () => {
      const nowMs = Date.now();
      const values: LokiStream['values'] = [0, 1, 2].map((i) => [String(BigInt(nowMs - i) * 1_000_000n), `fresh ${i}`]);
      await loki.send('fresh', [{ stream: { service_name: 'shop' }, values }]);
      const { rows } = await collect('fresh', { startMs: nowMs - HOUR, endMs: nowMs + 1, pageRowsMax: 2 });
      expect(rows.map(({ message }) => message)).toEqual(['fresh 2', 'fresh 1', 'fresh 0']);
    });

    test('of several tenants', async () => {
      for (const tenant of ['left', 'right']) {
        await loki.push(tenant, [{ stream: { service_name: 'shop' }, values: [[at(1), 'the same in both']] }]);
      }
      expect((await collect('left|right')).rows).toHaveLength(2);
    });

    test('that a pipeline in the query shapes', async () => {
      const values: LokiStream['values'] = [
        [at(1), 'keep a'],
        [at(2), 'drop b'],
      ];
      await loki.push('pipe', [{ stream: { app: 'p' }, values }]);
      const query = '{app="p"} |= "keep" | line_format "shaped {{__line__}}" | label_format level="error"';
      expect((await collect('pipe', { query })).rows).toMatchObject([{ message: 'shaped keep a', level: 'error' }]);
    });
  });
});

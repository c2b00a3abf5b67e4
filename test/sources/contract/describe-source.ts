import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LogRow } from '../../../src/domain/row.ts';
import type { SourceDeclaration } from '../../../src/sources/declaration.ts';
import type { Pull } from '../../../src/sources/pull/pull.ts';
import { SourceError } from '../../../src/sources/source-error.ts';
import { askCommandLine, askService, environmentOf, withService } from './ask-service.ts';
import { byTimeServiceMessage, collectRows } from './collect-rows.ts';
import type { CollectOptions } from './collect-rows.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { Fault, FaultProxy } from './fault-proxy.ts';

/** A store that holds the rows it was started with, reached over HTTP on loopback. */
export interface RunningStore {
  url: string;
  stop(): Promise<void>;
}

export interface SourceUnderTest {
  declaration: SourceDeclaration;
  pull: Pull;
  /** What stands behind the tests: "Loki 3.7.8", "a loopback server with recorded answers". */
  store: string;
  /** Starts the store with the rows in it. Called once for all tests of the contract. */
  start(rows: readonly LogRow[]): Promise<RunningStore>;
  /** Values by which the source reads the store at `url`, with a working and easily recognised secret (`CANARY`). */
  values(url: string): ReadonlyMap<string, string>;
  /** The vendor's own refusals, as it words them. */
  refusals: {
    credentials: Extract<Fault, { kind: 'answer' }>;
    rateLimit: Extract<Fault, { kind: 'answer' }>;
    badRequest: Extract<Fault, { kind: 'answer' }>;
  };
  /** Requests that faults are for; every request without. */
  faultsOn?: RegExp;
}

/** Part of every secret in `values`: no error may show it. */
export const CANARY = 'canary-7f3a9';

const START = Date.UTC(2026, 10, 20, 8);
const MINUTE = 60_000;
/** The window of most tests: more than three pages of ten rows. */
const WINDOW = { startMs: START, endMs: START + 5 * MINUTE };
const PAGE = 10;
/** Rows that share an instant across the border of a page, from two services, some of them equal. */
const TIE = START + 2 * MINUTE + 7;

const inside: LogRow[] = [
  { timestamp: WINDOW.startMs, message: 'first of the window', level: 'info', service: 'shop' },
  ...Array.from({ length: 14 }, (_, i) => row(START + 1000 + 3001 * i, `order ${i} placed`, 'info', 'shop')),
  ...Array.from({ length: 12 }, (_, i) => row(TIE, `disk ${i % 6} is full`, 'error', i % 2 === 0 ? 'shop' : 'stock')),
  ...Array.from({ length: 11 }, (_, i) => row(TIE + 1 + 2003 * i, `stock of item ${i} is low`, 'warn', 'stock')),
  { timestamp: WINDOW.endMs - 1, message: 'last of the window', level: 'debug', service: 'stock' },
];
const outside: LogRow[] = [
  { timestamp: WINDOW.startMs - 1, message: 'just before', level: 'info', service: 'shop' },
  { timestamp: WINDOW.endMs, message: 'just after', level: 'info', service: 'shop' },
];

function row(timestamp: number, message: string, level: LogRow['level'], service: string): LogRow {
  return { timestamp, message, level, service };
}

/** What holds for every source that pulls windows from a store. */
export function describeSource(source: SourceUnderTest): void {
  const { declaration, pull } = source;
  describe(`${declaration.title} as a source, against ${source.store}`, () => {
    let store: RunningStore;
    let proxy: FaultProxy;
    beforeAll(async () => {
      store = await source.start([...inside, ...outside]);
    }, 120_000);
    afterAll(() => store.stop());
    beforeEach(async () => {
      proxy = await startFaultProxy(store.url);
    });
    afterEach(() => proxy.close());

    const collect = (over: Partial<CollectOptions> = {}) =>
      collectRows(declaration, pull, { values: source.values(proxy.url), pageRowsMax: PAGE, ...WINDOW, ...over });
    const failure = async (over: Partial<CollectOptions> = {}): Promise<SourceError> => {
      const error: unknown = await collect(over).then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect(error).toBeInstanceOf(SourceError);
      const { message, vendor } = error as SourceError;
      expect(message).toContain(declaration.title);
      expect(vendor?.source).toBe(declaration.name);
      expect(`${message} ${JSON.stringify(vendor)}`).not.toContain(CANARY);
      return error as SourceError;
    };
    const fail = (fault: Fault, times = 1) => proxy.fail(fault, times, source.faultsOn);

    it('gives every row of the window once, over pages and ties, and none beside it', async () => {
      const { rows, summary } = await collect();
      expect(rows).toEqual(inside.toSorted(byTimeServiceMessage));
      expect(summary).toMatchObject({ rows: inside.length, truncated: false });
    });

    it('gives the same rows whatever the size of a page', async () => {
      const { rows } = await collect({ pageRowsMax: 1000 });
      expect(rows).toEqual(inside.toSorted(byTimeServiceMessage));
    });

    it('keeps to the window by the millisecond', async () => {
      const { rows } = await collect({ startMs: TIE, endMs: TIE + 1 });
      expect(rows).toEqual(inside.filter(({ timestamp }) => timestamp === TIE).toSorted(byTimeServiceMessage));
    });

    it.each([1, 5, 13, 20, 38])('keeps the newest %i rows of a window that has more', async (maxRows) => {
      const { rows, summary } = await collect({ maxRows });
      expect(rows).toEqual(inside.toSorted(byTimeServiceMessage).slice(-maxRows));
      expect(summary.truncated).toBe(true);
    });

    it('does not call a window cut that has just as many rows as are wanted', async () => {
      const { summary } = await collect({ maxRows: inside.length });
      expect(summary).toMatchObject({ rows: inside.length, truncated: false });
    });

    it.each<[string, Buffer, string]>([
      ['bytes that are no UTF-8', Buffer.from('disk \xff\xc3( gone', 'latin1'), 'disk \ufffd\ufffd( gone'],
      ['a megabyte of text', Buffer.alloc(1 << 20, 'x'), 'x'.repeat(1 << 20)],
    ])('gives a row with %s as one row', async (_, bytes, message) => {
      // As it stands in the store's answers.
      fail({ kind: 'rewrite', text: 'order 3 placed', bytes }, 100);
      const { rows } = await collect({ pageRowsMax: 1000 });
      const expected = inside.map((one) => (one.message === 'order 3 placed' ? { ...one, message } : one));
      expect(rows).toEqual(expected.toSorted(byTimeServiceMessage));
    });

    it('gives no row of an empty window', async () => {
      const { rows, summary } = await collect({ startMs: START - 600 * MINUTE, endMs: START - 599 * MINUTE });
      expect(rows).toEqual([]);
      expect(summary.truncated).toBe(false);
    });

    it.each<[string, () => Fault]>([
      ['a rate limit', () => source.refusals.rateLimit],
      ['a server error', () => ({ kind: 'answer', status: 503, body: 'upstream is starting' })],
      ['a connection that breaks', () => ({ kind: 'break' })],
      ['an answer that breaks off', () => ({ kind: 'cut' })],
    ])('asks again after %s', async (_, fault) => {
      fail(withoutWait(fault()));
      const { rows, summary } = await collect();
      expect(rows).toEqual(inside.toSorted(byTimeServiceMessage));
      expect(summary.retries).toBeGreaterThan(0);
    });

    it('says that the credentials were refused, and what to check', async () => {
      fail(source.refusals.credentials, 100);
      const error = await failure();
      expect(error.code).toBe('credentials_refused');
      expect(error.vendor?.status).toBe(source.refusals.credentials.status);
      expect(error.message).toMatch(/check/);
    });

    it('passes on what the store says of a request that it does not take', async () => {
      fail(source.refusals.badRequest, 100);
      const error = await failure();
      expect(error.code).toBe('configuration');
      expect(error.message).toContain(String(source.refusals.badRequest.status));
      const given = declaration.options.filter(
        ({ key, secret }) => secret !== true && source.values(proxy.url).has(key),
      );
      expect(given.filter(({ variable }) => !error.message.includes(variable))).toEqual([]);
    });

    it('gives up a store that goes on limiting, and says so', async () => {
      fail(withoutWait(source.refusals.rateLimit), 100);
      expect((await failure()).code).toBe('rate_limited');
    });

    it('does not wait an hour because the store says so', async () => {
      const { rateLimit } = source.refusals;
      fail({ ...rateLimit, headers: { ...rateLimit.headers, 'retry-after': '3600' } }, 100);
      const error = await failure();
      expect(error.code).toBe('rate_limited');
      expect(error.vendor?.retryAfterSeconds).toBe(3600);
    });

    it('gives up a store that goes on failing, and says so', async () => {
      fail({ kind: 'answer', status: 500, body: '{"message":"out of order"}' }, 100);
      const error = await failure();
      expect(error.code).toBe('vendor_error');
      expect(error.message).toContain('out of order');
    });

    it('says that nothing listens', async () => {
      const closed = await startFaultProxy(store.url);
      await closed.close();
      expect((await failure({ values: source.values(closed.url) })).code).toBe('unreachable');
    });

    it('says that the store takes too long', async () => {
      fail({ kind: 'hang' }, 100);
      expect((await failure({ answerTimeoutMs: 100 })).code).toBe('timed_out');
    });

    it.each([
      ['a page of HTML', '<!doctype html><title>Sign in</title>'],
      ['JSON of another kind', '[1, "two", null]'],
    ])('says that %s is no answer of this store', async (_, body) => {
      fail({ kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body }, 100);
      expect((await failure()).code).toBe('malformed_answer');
    });

    it('follows no redirect to another host, so that no credential goes there', async () => {
      const other = await startFaultProxy(store.url);
      fail({ kind: 'answer', status: 307, headers: { location: `${other.url}/` } }, 100);
      const error = await failure();
      expect(error.code).toBe('configuration');
      expect(other.requests).toEqual([]);
      await other.close();
    });

    it('is answered by the running service, which shows no secret', async () => {
      const values = source.values(proxy.url);
      const answers = await askService(declaration.name, environmentOf(declaration, values), windowQuery());
      expect(answers.clusters.body).toMatchObject({ source: declaration.name, log_count: inside.length });
      const clusters = answers.clusters.body['clusters'] as { service: string; logCount: number }[];
      expect(new Set(clusters.map(({ service }) => service))).toEqual(new Set(['shop', 'stock']));
      const listed = answers.sources.find((one) => one.source === declaration.name);
      expect(listed?.configured).toBe(true);
      expect(listed?.credentials.map(({ key, is_set }) => [key, is_set])).toEqual(
        declaration.options.map(({ key }) => [key, values.has(key)]),
      );
      expect(listed?.supports).toEqual({
        absolute_windows: true,
        whole: false,
        max_rows: declaration.isLimited,
        pushdown: declaration.pushdown ?? false,
        credentials_per_request: true,
      });
      expect(answers.said).toContain(`halfspace_source_rows_total{source="${declaration.name}"} ${inside.length}`);
      expect(answers.said).not.toContain(CANARY);
    });

    it('is refused by the running service as the store refuses it', async () => {
      fail(source.refusals.credentials, 100);
      const values = source.values(proxy.url);
      const { clusters, said } = await askService(declaration.name, environmentOf(declaration, values), windowQuery());
      expect(clusters.status).toBe(424);
      expect(clusters.body).toMatchObject({ code: 'source_refused', source: declaration.name });
      expect(said).not.toContain(CANARY);
    });

    it('is answered by the running service with a status and a sentence of its own for whatever may happen', async () => {
      const environment = environmentOf(declaration, source.values(proxy.url));
      const faults: [Fault, number, string][] = [
        [source.refusals.credentials, 424, 'source_refused'],
        [source.refusals.badRequest, 400, 'source_not_configured'],
        [{ kind: 'answer', status: 200, body: '<!doctype html>' }, 502, 'source_failed'],
      ];
      await withService(environment, async (call, log) => {
        const sentences = new Set<unknown>();
        for (const [fault, status, code] of faults) {
          proxy.heal();
          fail(fault, 100);
          const answer = await call(`/clusters?source=${declaration.name}&${windowQuery().toString()}`);
          const problem = JSON.parse(answer.text) as Record<string, unknown>;
          expect({ status: answer.status, ...problem }).toMatchObject({ status, code, source: declaration.name });
          expect(problem['detail']).toContain(declaration.title);
          expect(problem['call']).toEqual(expect.any(String));
          sentences.add(problem['detail']);
          expect(`${answer.text} ${log.join(' ')}`).not.toContain(CANARY);
        }
        expect(sentences.size).toBe(faults.length);
        proxy.heal();
        const window = { start: isoOf(START - 600 * MINUTE), end: isoOf(START - 599 * MINUTE) };
        const empty = await call(`/clusters?source=${declaration.name}&${new URLSearchParams(window).toString()}`);
        expect(empty.status).toBe(200);
        expect(JSON.parse(empty.text)).toMatchObject({ log_count: 0, clusters: [], truncated: false });
        const accept = { headers: { accept: 'text/event-stream' } };
        const events = await call(`/clusters?source=${declaration.name}&${windowQuery().toString()}`, accept);
        expect(events.text).toContain('event: result\n');
        const metrics = await call('/metrics');
        expect(metrics.text).toMatch(
          new RegExp(`^halfspace_source_first_row_seconds_count\\{source="${declaration.name}"\\} \\d`, 'm'),
        );
      });
    });

    it('ends its calls when the client of the running service goes away', async () => {
      fail({ kind: 'hang' });
      const environment = { ...environmentOf(declaration, source.values(proxy.url)), ANALYSIS_THREADS: '1' };
      await withService(environment, async (call) => {
        const going = new AbortController();
        const met = proxy.met();
        const path = `/clusters?source=${declaration.name}&${windowQuery().toString()}`;
        const asking = call(path, { signal: going.signal });
        await Promise.race([met, asking]);
        going.abort(new Error('the user closed the page'));
        await expect(asking).rejects.toThrow('the user closed the page');
        await proxy.abandoned();
        // The one thread is free again once the store has been told that nobody waits.
        proxy.heal();
        expect((await call(path)).status).toBe(200);
      });
    });

    it('is answered by the command line', async () => {
      const window = ['--start', isoOf(WINDOW.startMs), '--end', isoOf(WINDOW.endMs)];
      const environment = environmentOf(declaration, source.values(proxy.url));
      const asked = await askCommandLine(['annotate', '--source', declaration.name, ...window], environment);
      expect(asked).toMatchObject({ code: 0, stderr: '' });
      const rows = asked.lines.map(({ timestamp, message, level, service }) => ({
        timestamp,
        message,
        level,
        service,
      }));
      expect(rows).toEqual(inside.toSorted(byTimeServiceMessage));
    });

    it('ends its calls when nobody waits for the window any more', async () => {
      fail({ kind: 'hang' });
      const going = new AbortController();
      const pulling = collect({ signal: going.signal });
      await proxy.met();
      going.abort(new Error('the client went away'));
      await expect(pulling).rejects.toThrow('the client went away');
      await proxy.abandoned();
    });
  });
}

function windowQuery(): URLSearchParams {
  return new URLSearchParams({ start: isoOf(WINDOW.startMs), end: isoOf(WINDOW.endMs) });
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Tests do not wait as long as a store would like. */
function withoutWait(fault: Fault): Fault {
  if (fault.kind !== 'answer') return fault;
  const hints = /^(retry-after|x-?ratelimit.*|x-(sentry-)?rate-limit.*)$/i;
  const headers = Object.entries(fault.headers ?? {}).map(([name, value]) => [name, hints.test(name) ? '0' : value]);
  return { ...fault, headers: Object.fromEntries(headers) as Record<string, string> };
}

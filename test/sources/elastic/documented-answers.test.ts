import { afterEach, describe, expect, it } from 'vitest';
import { ELASTICSEARCH } from '../../../src/sources/elastic/options.ts';
import { pullElasticsearch } from '../../../src/sources/elastic/pull-elastic.ts';
import { SourceError } from '../../../src/sources/source-error.ts';
import { collectRows } from '../contract/collect-rows.ts';
import { CANARY } from '../contract/describe-source.ts';
import { hit, startScriptedStore } from './scripted-store.ts';
import type { Call, Reply, ScriptedStore } from './scripted-store.ts';

const AT = Date.UTC(2026, 10, 20, 8);
const WINDOW = { startMs: AT, endMs: AT + 1000 };
const PAGES = [
  [hit(AT + 9, 9), hit(AT + 8, 8), hit(AT + 8, 7)],
  [hit(AT + 8, 7), hit(AT + 5, 9), hit(AT + 4, 1)],
  [hit(AT + 4, 1), hit(AT + 3, 0)],
];

let store: ScriptedStore;
afterEach(() => store.close());

async function collect(values: Record<string, string> = {}, pageRowsMax = 3) {
  const all = new Map(Object.entries({ url: store.url, index: 'logs', ...values }));
  return collectRows(ELASTICSEARCH, pullElasticsearch, { values: all, ...WINDOW, pageRowsMax });
}

async function failure(values: Record<string, string> = {}): Promise<SourceError> {
  const error: unknown = await collect(values).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(SourceError);
  expect((error as SourceError).message).not.toContain(CANARY);
  return error as SourceError;
}

/** Replaces the answers to calls whose path begins so. */
function at(path: string, reply: Reply | ((call: Call) => Reply)) {
  return (call: Call) => (call.path.startsWith(path) ? (typeof reply === 'function' ? reply(call) : reply) : undefined);
}

describe('Elasticsearch 8, 9 and serverless, as documented', () => {
  it('goes on with the newest name of the point in time, and gives that one back', async () => {
    store = await startScriptedStore(PAGES);
    const { rows } = await collect();
    expect(rows.map(({ message }) => message)).toEqual(['m 0', 'm 1', 'm 9', 'm 7', 'm 8', 'm 9']);
    const searches = store.calls.filter(({ path }) => path.startsWith('/_search'));
    expect(searches.map(({ body }) => body?.['search_after'])).toEqual([undefined, [AT + 8, 8], [AT + 5, 9]]);
    expect(store.calls.at(-1)).toMatchObject({ method: 'DELETE', path: '/_pit', body: { id: 'pit-4' } });
  });

  it.each([
    ['an encoded key', { api_key: 'aWQ6a2V5' }, 'ApiKey aWQ6a2V5'],
    ['a key in its two parts', { api_key: 'id:key' }, 'ApiKey aWQ6a2V5'],
    ['a token', { bearer_token: 'ey.J.h' }, 'Bearer ey.J.h'],
    ['a user', { user: 'reader', password: 'pässword' }, `Basic ${Buffer.from('reader:pässword').toString('base64')}`],
    ['nothing', {}, undefined],
  ])('says who asks by %s', async (_, values, header) => {
    store = await startScriptedStore(PAGES);
    await collect(values);
    expect(new Set(store.calls.map(({ authorization }) => authorization))).toEqual(new Set([header]));
  });

  it.each([
    ['password', { user: 'reader' }, 'ELASTICSEARCH_PASSWORD'],
    ['user', { password: `${CANARY}-password` }, 'ELASTICSEARCH_USER'],
  ])('says that the %s is missing', async (_, values, variable) => {
    store = await startScriptedStore([]);
    const error = await failure(values);
    expect(error.code).toBe('configuration');
    expect(error.message).toContain(`${variable} is missing`);
    expect(store.calls).toEqual([]);
  });

  it('keeps to the path of the address, and to names with signs in them', async () => {
    store = await startScriptedStore([], (call) => {
      call.path = call.path.replace('/search/es', '');
      return undefined;
    });
    await collect({ url: `${store.url}/search/es/`, index: '<logs-{now/d}>,remote:logs-*,-logs-x' }).catch(
      () => undefined,
    );
    expect(store.calls[0]?.path).toContain('/<logs-{now/d}>,remote:logs-*,-logs-x/_field_caps');
  });

  it('says what a key lacks', async () => {
    const reason = `action [indices:data/read/open_point_in_time] is unauthorized for API key id [x] with ${CANARY}-key`;
    const body = {
      error: { root_cause: [{ type: 'security_exception', reason }], type: 'security_exception', reason },
      status: 403,
    };
    store = await startScriptedStore([], at('/logs/_pit', { status: 403, body }));
    const error = await failure({ api_key: `${CANARY}-key` });
    expect(error).toMatchObject({ code: 'credentials_refused', vendor: { status: 403, call: '_pit' } });
    expect(error.message).toMatch(/security_exception: action \[indices.*check ELASTICSEARCH_API_KEY.*privilege read/);
  });

  it('tells the cause of a failed search, and not that shards failed', async () => {
    const cause = { type: 'illegal_argument_exception', reason: 'Fielddata is disabled on text fields by default' };
    const error = {
      root_cause: [cause],
      type: 'search_phase_execution_exception',
      reason: 'all shards failed',
      failed_shards: [{ shard: 0, index: 'logs', reason: cause }],
      caused_by: { ...cause, caused_by: cause },
    };
    store = await startScriptedStore([], at('/_search', { status: 400, body: { error, status: 400 } }));
    const { message } = await failure();
    expect(message).toContain('"illegal_argument_exception: Fielddata is disabled on text fields by default"');
  });

  it('asks again where its thread pool is full, after the time that it names', async () => {
    const error = { type: 'es_rejected_execution_exception', reason: 'rejected execution of search' };
    store = await startScriptedStore(PAGES, (call, nth) =>
      call.path.startsWith('/_search') && nth === 2
        ? {
            status: 429,
            headers: { 'retry-after': '0' },
            body: { error: { root_cause: [error], ...error }, status: 429 },
          }
        : undefined,
    );
    const { rows, summary } = await collect();
    expect(rows).toHaveLength(6);
    expect(summary.retries).toBe(1);
  });

  it('says that the point in time is gone', async () => {
    const error = {
      root_cause: [{ type: 'search_context_missing_exception', reason: 'No search context found for id [7]' }],
      type: 'search_phase_execution_exception',
      reason: 'all shards failed',
    };
    store = await startScriptedStore(PAGES, (call, nth) =>
      call.path.startsWith('/_search') && nth === 2 ? { status: 404, body: { error, status: 404 } } : undefined,
    );
    const { code, message } = await failure();
    expect(code).toBe('vendor_error');
    expect(message).toContain('search_context_missing_exception: No search context found for id [7]');
  });
});

describe('answers of status 200 that are not whole', () => {
  const search = (over: object) =>
    at('/_search', {
      body: { took: 1, timed_out: false, _shards: { total: 3, successful: 3, failed: 0 }, hits: { hits: [] }, ...over },
    });
  const rejected = { type: 'es_rejected_execution_exception', reason: 'queue is full' };

  it.each<[string, object, string, string]>([
    [
      'shards that failed',
      { _shards: { total: 3, successful: 1, failed: 2, failures: [{ shard: 1, reason: rejected }] } },
      'vendor_error',
      '2 of 3 shards failed: es_rejected_execution_exception: queue is full',
    ],
    ['a search that ran out of time', { timed_out: true }, 'timed_out', 'ran out of its own time'],
    [
      'a remote cluster that is away',
      { _clusters: { total: 2, successful: 1, skipped: 1 } },
      'vendor_error',
      '1 of the remote clusters',
    ],
  ])('takes %s for an error', async (_, over, code, said) => {
    store = await startScriptedStore([], search(over));
    const error = await failure();
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });

  it('takes a point in time without all shards for an error', async () => {
    const reason = { type: 'no_shard_available_action_exception', reason: 'no shard' };
    const body = { id: 'x', _shards: { total: 2, successful: 1, failed: 1, failures: [{ reason }] } };
    store = await startScriptedStore([], at('/logs/_pit', { body }));
    expect((await failure()).message).toContain('1 of 2 shards failed: no_shard_available_action_exception: no shard');
  });
});

describe('answers that are not those of the store', () => {
  it.each<[string, readonly unknown[]]>([
    ['the same page again and again', [PAGES[0], PAGES[0], PAGES[0]]],
    ['rows that grow younger', [[hit(AT + 5, 1), hit(AT + 6, 0)]]],
    ['rows without sort values', [[{ _source: { message: 'm' } }]]],
    ['sort values that are no times', [[{ ...hit(AT, 1), sort: ['x', 1] }]]],
    ['a tie-break that is none', [[{ ...hit(AT, 1), sort: [AT, null] }]]],
    ['nanoseconds that nobody asked for', [[{ ...hit(AT, 1), sort: [1.795161600123456e18, 1] }]]],
    ['rows that are no objects', [[1, 'two', null]]],
  ])('refuses %s', async (_, pages) => {
    store = await startScriptedStore(pages);
    expect((await failure()).code).toBe('malformed_answer');
    expect(store.calls.at(-1)).toMatchObject({ method: 'DELETE', path: '/_pit' });
  });

  it.each([
    ['no fields', '/logs/_field_caps', { indices: ['logs'] }],
    ['no point in time', '/logs/_pit', { acknowledged: true }],
    ['no hits', '/_search', { took: 1 }],
  ])('refuses an answer with %s', async (_, path, body) => {
    store = await startScriptedStore([], at(path, { body }));
    expect((await failure()).code).toBe('malformed_answer');
  });

  it('passes on the refusal of a point in time where nothing else explains it', async () => {
    store = await startScriptedStore([], at('/logs/_pit', { status: 400, body: { error: 'no', status: 400 } }));
    expect((await failure()).message).toContain('_pit: it answered 400 with the words "no"');
  });
});

describe('answers that are too large', () => {
  it('asks for fewer rows', async () => {
    const sizes: number[] = [];
    store = await startScriptedStore([[hit(AT, 1)]], ({ path, body }) => {
      if (!path.startsWith('/_search')) return undefined;
      sizes.push(body?.['size'] as number);
      return sizes.length === 1 ? { body: ' '.repeat(65 << 20) } : undefined;
    });
    expect((await collect({}, 200)).rows).toHaveLength(1);
    expect(sizes).toEqual([200, 50]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Level } from '../../../src/domain/level.ts';
import { GCP } from '../../../src/sources/gcp/options.ts';
import { pullGcp } from '../../../src/sources/gcp/pull-gcp.ts';
import { collectRows } from '../contract/collect-rows.ts';
import type { CollectOptions } from '../contract/collect-rows.ts';
import { CANARY, describeSource } from '../contract/describe-source.ts';
import { startFaultProxy } from '../contract/fault-proxy.ts';
import { accountJson, PROJECT, startLoggingServer } from './logging-server.ts';
import type { Entry, LoggingServer } from './logging-server.ts';

const START = Date.UTC(2026, 10, 20, 8);
const at = (ms: number, nanos = '') => new Date(START + ms).toISOString().replace('Z', `${nanos}Z`);
const SEVERITIES: Partial<Record<Level, string>> = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' };
const logName = `projects/${PROJECT}/logs/stdout`;
/** The key's id is no secret of its own, but a part of one. */
const ACCOUNT = accountJson({ private_key_id: CANARY });

const values = (url: string, over: Record<string, string> = {}) =>
  new Map(Object.entries({ project_id: PROJECT, credentials_json: ACCOUNT, endpoint: url, ...over }));

const refusal = (code: number, status: string, message: string, details: unknown[] = []) => ({
  kind: 'answer' as const,
  status: code,
  headers: { 'content-type': 'application/json; charset=UTF-8' },
  body: JSON.stringify({ error: { code, message, status, details } }),
});
const QUOTA =
  "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service 'logging.googleapis.com'";

describeSource({
  declaration: GCP,
  pull: pullGcp,
  store: "a loopback server that satisfies Google's own client",
  start: (rows) =>
    startLoggingServer(
      rows.map(({ timestamp, message, level, service }, i) => ({
        timestamp: new Date(timestamp).toISOString(),
        insertId: `id-${i}`,
        logName,
        textPayload: message,
        severity: SEVERITIES[level],
        resource: {
          type: 'k8s_container',
          labels: { project_id: PROJECT, container_name: service, pod_name: 'pod-1' },
        },
      })),
    ),
  values,
  refusals: {
    credentials: refusal(
      403,
      'PERMISSION_DENIED',
      "Permission 'logging.logEntries.list' denied on resource (or it may not exist).",
    ),
    // Without a hint of when.
    rateLimit: refusal(429, 'RESOURCE_EXHAUSTED', QUOTA, [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED' },
    ]),
    badRequest: refusal(400, 'INVALID_ARGUMENT', 'Unparseable filter: syntax error at line 1, column 5'),
  },
});

const entry = (ms: number, over: Record<string, unknown>): Entry => ({
  timestamp: at(ms),
  logName,
  resource: { type: 'global', labels: {} },
  ...over,
});
let entries: Entry[];
let store: LoggingServer;
beforeEach(async () => {
  entries = [];
  store = await startLoggingServer(entries);
});
afterEach(() => store.stop());
const collect = (over: Record<string, string> = {}, options: Partial<CollectOptions> = {}, url = store.url) =>
  collectRows(GCP, pullGcp, { values: values(url, over), startMs: START, endMs: START + 1000, ...options });

describe('an entry', () => {
  it.each<[string, Record<string, unknown>, [string, string, string]]>([
    ['text', { textPayload: 'plain\n', severity: 'NOTICE' }, ['plain', 'info', 'stdout']],
    [
      'text without severity',
      { textPayload: 'ERROR at its head', severity: 'DEFAULT' },
      ['ERROR at its head', 'error', 'stdout'],
    ],
    ['severity as a number', { textPayload: 'x', severity: 700 }, ['x', 'fatal', 'stdout']],
    ['an emergency', { textPayload: 'x', severity: 'EMERGENCY' }, ['x', 'fatal', 'stdout']],
    ['JSON in text', { textPayload: '{"msg":"in text","level":"warn"}' }, ['in text', 'warn', 'stdout']],
    [
      'a JSON payload',
      {
        jsonPayload: { message: 'hello', level: 'error', service: 'pay', time: '2019-01-01T00:00:00Z' },
        severity: 'DEFAULT',
      },
      ['hello', 'error', 'pay'],
    ],
    [
      'a nested JSON payload',
      { jsonPayload: { event: { id: 5 }, at: [1, { x: 2 }] } },
      ['{"at":[1,{"x":2}],"event":{"id":5}}', 'info', 'stdout'],
    ],
    [
      "Error Reporting's",
      { jsonPayload: { message: 'boom', serviceContext: { service: 'cart' } }, severity: 'CRITICAL' },
      ['boom', 'fatal', 'cart'],
    ],
    [
      'an audit log',
      {
        severity: 'ERROR',
        logName: `projects/${PROJECT}/logs/cloudaudit.googleapis.com%2Factivity`,
        protoPayload: {
          '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
          methodName: 'storage.objects.get',
          resourceName: 'projects/_/buckets/b',
          status: { code: 7, message: 'PERMISSION_DENIED' },
        },
      },
      ['storage.objects.get projects/_/buckets/b: PERMISSION_DENIED', 'error', 'cloudaudit.googleapis.com/activity'],
    ],
    [
      'a request at a load balancer',
      {
        severity: 'WARNING',
        httpRequest: { requestMethod: 'GET', requestUrl: 'https://shop.example/cart', status: 404 },
        jsonPayload: { '@type': 'type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry' },
        resource: { type: 'http_load_balancer', labels: { backend_service_name: 'cart-backend' } },
      },
      ['GET https://shop.example/cart 404', 'warn', 'cart-backend'],
    ],
    ['without payload', {}, ['', 'info', 'stdout']],
    [
      'a Cloud Run service',
      {
        textPayload: 'x',
        resource: { type: 'cloud_run_revision', labels: { service_name: 'web', revision_name: 'web-1' } },
      },
      ['x', 'info', 'web'],
    ],
    [
      'an App Engine module',
      { textPayload: 'x', resource: { type: 'gae_app', labels: { module_id: 'api', version_id: '1' } } },
      ['x', 'info', 'api'],
    ],
    [
      'a Cloud Function',
      { textPayload: 'x', resource: { type: 'cloud_function', labels: { function_name: 'thumb' } } },
      ['x', 'info', 'thumb'],
    ],
    [
      'a pod',
      {
        textPayload: 'x',
        labels: { 'k8s-pod/app': 'stock' },
        resource: { type: 'k8s_pod', labels: { cluster_name: 'main' } },
      },
      ['x', 'info', 'stock'],
    ],
    [
      'a machine',
      {
        textPayload: 'x',
        labels: { 'compute.googleapis.com/resource_name': 'vm-1' },
        resource: { type: 'gce_instance', labels: { instance_id: '1' } },
      },
      ['x', 'info', 'vm-1'],
    ],
  ])('that is %s', async (_, over, expected) => {
    entries.push(entry(1, over));
    const { rows } = await collect();
    expect(rows.map(({ message, level, service }) => [message, level, service])).toEqual([expected]);
    expect(rows[0]?.timestamp).toBe(START + 1);
  });

  it('that was given twice is one row, and equal lines of other entries are rows of their own', async () => {
    const twin = (nanos: string, insertId: string, log = logName) => ({
      timestamp: at(5, nanos),
      textPayload: 'again',
      insertId,
      logName: log,
    });
    entries.push(
      twin('000001', 'a'),
      twin('000001', 'a'),
      twin('000001', 'a', `projects/${PROJECT}/logs/other`),
      twin('000001', 'b'),
      twin('000002', 'a'),
      twin('000001', 'a', 'projects/other-project/logs/stdout'),
      { timestamp: at(5, '000001'), textPayload: 'again', logName },
      { timestamp: at(5, '000001'), textPayload: 'again', logName },
    );
    const { rows } = await collect({}, { pageRowsMax: 1 });
    expect(rows).toHaveLength(6);
  });

  it('of the last nanosecond belongs to the window, and to its millisecond', async () => {
    entries.push(
      entry(0, { timestamp: at(999, '999999'), textPayload: 'last' }),
      entry(1000, { textPayload: 'after' }),
    );
    const { rows } = await collect();
    expect(rows).toMatchObject([{ message: 'last', timestamp: START + 999 }]);
  });

  it('may hold anything', async () => {
    const long = 'x'.repeat(1 << 20);
    entries.push(entry(1, { textPayload: long }), entry(2, { textPayload: 'a\u0000b \uFFFD \u{1F600}\nline 2' }));
    const { rows } = await collect();
    expect(rows.map(({ message }) => message)).toEqual([long, 'a\u0000b \uFFFD \u{1F600}\nline 2']);
  });
});

describe('paging', () => {
  it('goes on after pages without entries while a token comes with them', async () => {
    const first = entry(9, { textPayload: 'newest' });
    store.answer(
      { body: { nextPageToken: 'a' } },
      { body: { entries: [first], nextPageToken: 'b' } },
      { body: { nextPageToken: 'c' } },
      { body: {} },
    );
    const { rows } = await collect();
    expect(rows).toMatchObject([{ message: 'newest' }]);
    expect(store.calls.map(({ pageToken }) => pageToken)).toEqual([undefined, 'a', 'b', 'c']);
  });

  it('ends where a token comes again', async () => {
    store.answer(...Array.from({ length: 12 }, (_, i) => ({ body: { nextPageToken: `t${i % 2}` } })));
    await expect(collect()).rejects.toMatchObject({ code: 'malformed_answer', message: /same page token twice/ });
  });

  it('stops once the newest rows are there', async () => {
    entries.push(...Array.from({ length: 100 }, (_, i) => entry(i, { textPayload: `line ${i}` })));
    const { rows, summary } = await collect({}, { pageRowsMax: 10, maxRows: 15 });
    expect(rows.map(({ message }) => message)).toEqual(Array.from({ length: 15 }, (_, i) => `line ${85 + i}`));
    expect([summary.truncated, store.calls.length]).toEqual([true, 2]);
  });

  it.each([
    ['entries that are no list', { entries: {} }, 'no list'],
    ['an entry without a time', { entries: [{ textPayload: 'x' }] }, 'without a timestamp'],
    ['entries in another order', { entries: [entry(1, {}), entry(2, {})] }, 'order'],
  ])('refuses %s', async (_, body, sentence) => {
    store.answer({ body });
    await expect(collect()).rejects.toMatchObject({
      code: 'malformed_answer',
      message: expect.stringContaining(sentence) as string,
    });
  });
});

describe('what is asked for', () => {
  it("is the window and the user's filter in brackets, of all that is named", async () => {
    entries.push(
      entry(1, { textPayload: 'one' }),
      entry(2, { textPayload: 'two' }),
      entry(3, { textPayload: 'three' }),
      entry(2000, { textPayload: 'one' }),
    );
    const filter = 'textPayload:"one" OR textPayload:"two" -- not (the rest';
    const { rows } = await collect({
      filter,
      project_id: `${PROJECT}, folders/12, projects/${PROJECT}/locations/eu/buckets/b/views/v`,
    });
    expect(rows.map(({ message }) => message)).toEqual(['one', 'two']);
    expect(store.calls[0]).toEqual({
      resourceNames: [`projects/${PROJECT}`, 'folders/12', `projects/${PROJECT}/locations/eu/buckets/b/views/v`],
      filter: `timestamp >= "${at(0)}" AND timestamp < "${at(1000)}" AND (\n${filter}\n)`,
      orderBy: 'timestamp desc',
      pageSize: 1000,
    });
  });

  it.each([
    ['severity>=ERROR) OR (severity<ERROR', 'closes a bracket'],
    ['(a', 'bracket that is not closed'],
    ['textPayload:"a', 'quote'],
    ['x'.repeat(20_000), 'longer'],
  ])('cannot be led out of its window by a filter (%#)', async (filter, sentence) => {
    await expect(collect({ filter })).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining(sentence) as string,
    });
    expect(store.calls).toEqual([]);
  });

  it.each(['-- only "a) comment', 'textPayload:"a) OR (b"'])(
    'may have brackets in quotes and comments: %s',
    async (filter) => {
      expect((await collect({ filter })).rows).toEqual([]);
      expect(store.calls).toHaveLength(1);
    },
  );

  it("is refused in the store's own words", async () => {
    await expect(collect({ project_id: 'another-project' })).rejects.toMatchObject({
      code: 'credentials_refused',
      message: /The caller does not have permission.*check GCP_CREDENTIALS_JSON/,
    });
    await expect(collect({ filter: 'nonsense' })).rejects.toMatchObject({
      code: 'configuration',
      message: /Unparseable filter/,
    });
  });
});

describe('a quota that is used up', () => {
  it('is waited for with patience, as no answer says how long', async () => {
    const proxy = await startFaultProxy(store.url);
    proxy.fail(refusal(429, 'RESOURCE_EXHAUSTED', QUOTA), 5);
    const began = performance.now();
    const { summary } = await collect({}, {}, proxy.url);
    // Ten times the pauses of other calls: with a first one of 5 ms, at least half of 50 + 100 + 200 + 400 + 800.
    expect(performance.now() - began).toBeGreaterThan(700);
    expect(summary.retries).toBe(5);
    await proxy.close();
  });

  it('is waited for as long as its details say', async () => {
    const proxy = await startFaultProxy(store.url);
    const info = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '120s' };
    proxy.fail(refusal(429, 'RESOURCE_EXHAUSTED', QUOTA, [info]));
    await expect(collect({}, {}, proxy.url)).rejects.toMatchObject({
      code: 'rate_limited',
      vendor: { retryAfterSeconds: 120 },
    });
    await proxy.close();
  });
});

import { describe, expect, test } from 'vitest';
import { fingerprint } from '../../src/domain/fingerprint.ts';
import { Problem } from '../../src/serve/problem.ts';
import { anomalyOf, RECEIVERS, rowOf } from './engine-double.ts';
import { useRest } from './rest-fixture.ts';

const rest = useRest();

describe('windows', () => {
  test('GET /clusters hands the window over, source otlp when none is named', async () => {
    const { call, engine } = rest();
    const answer = await call('GET', '/clusters?window=custom&hours=1.5');
    expect(answer.status).toBe(200);
    expect(engine.calls.at(-1)).toEqual({ source: 'otlp', window: 'custom', hours: 1.5 });
    expect(Object.keys(answer.body)).toEqual([
      'source',
      'window',
      'lookback_hours',
      'start',
      'end',
      'log_count',
      'cluster_count',
      'truncated',
      'clusters',
    ]);
  });

  test('start and end go through as they are', async () => {
    const { call, engine } = rest();
    await call('GET', '/clusters?source=file&start=2026-11-22T14:00:00Z&end=2026-11-22T15:00:00%2B01:00');
    expect(engine.calls.at(-1)).toEqual({
      source: 'file',
      start: '2026-11-22T14:00:00Z',
      end: '2026-11-22T15:00:00+01:00',
    });
  });

  test('text of logs comes back as it went in, whatever it holds', async () => {
    const { body } = await rest().call('GET', '/clusters');
    const [cluster] = body['clusters'] as { logs: { message: string }[] }[];
    // A lone surrogate has no place in UTF-8.
    expect(cluster?.logs[0]?.message.slice(0, -1)).toBe('say "hi" \u2028 <script>');
  });

  test('POST /clusters/train adds what was learnt', async () => {
    const { status, body } = await rest().call('POST', '/clusters/train?source=file');
    expect(status).toBe(200);
    expect(body).toMatchObject({ source: 'file', trained_on: 1, detector: { trained: true, service_count: 1 } });
  });

  test.each(['/clusters', '/clusters/train'])(
    'POST %s takes its window from the query or from the body',
    async (path) => {
      const { call, engine } = rest();
      expect((await call('POST', path, { body: '' })).status).toBe(200);
      expect((await call('POST', path, { body: {} })).status).toBe(200);
      const body = { window: '1h', credentials: { path: '/var/log/x.log' }, tenant: 'acme' };
      expect((await call('POST', `${path}?source=file`, { body })).status).toBe(200);
      expect(engine.calls.at(-1)).toEqual({ source: 'file', ...body });
      const twice = await call('POST', `${path}?source=file`, { body: { source: 'otlp' } });
      expect(twice.status).toBe(400);
      expect(twice.body['detail']).toBe('source stands in the query and in the body; give it once');
    },
  );

  test.each<[Record<string, unknown>, string]>([
    [{ tenant: 'a b' }, 'tenant'],
    [{ tenant: '' }, 'tenant'],
    [{ credentials: { path: 7 } }, 'credentials.path'],
    [{ credentials: 'canary' }, 'credentials'],
    [{ source: 'nowhere' }, 'source must be one of'],
    [{ query: 'x' }, 'unknown member "query"'],
  ])('POST /clusters refuses the body %j', async (body, part) => {
    const answer = await rest().call('POST', '/clusters', { body });
    expect(answer.status).toBe(400);
    expect(answer.body['detail']).toContain(part);
    expect(answer.text).not.toContain('canary');
  });

  test('GET /clusters/compare hands both windows over', async () => {
    const { call, engine } = rest();
    const answer = await call('GET', '/clusters/compare?source=file&a=24h&b=1h');
    expect(answer.status).toBe(200);
    expect(engine.calls.at(-1)).toEqual({ source: 'file', start: '24h', end: '1h' });
    expect(answer.body).toMatchObject({
      source: 'file',
      counts: { new: 1 },
      templates: [{ change: 'new', ratio: null }],
    });
  });

  test.each([
    '/clusters/compare',
    '/clusters/compare?a=1h',
    '/clusters/compare?a=1h&b=',
    '/clusters/compare?a=1h&b=2h&c=',
  ])('GET %s is refused', async (path) => {
    expect((await rest().call('GET', path)).status).toBe(400);
  });

  test('GET /clusters/live gives the clusters of the latest retraining', async () => {
    const { body } = await rest().call('GET', '/clusters/live');
    expect(body).toMatchObject({ source: 'otlp', retrained_at: '2026-11-22T20:00:00.000Z', cluster_count: 1 });
  });

  test("the engine's refusals are answered as they are", async () => {
    const { call, engine } = rest();
    engine.failure = new Problem(400, 'bad_window', 'window is "5y"; allowed: 1h, 6h, 12h');
    const { status, body, headers } = await call('GET', '/clusters?window=5y');
    expect(status).toBe(400);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body).toEqual({
      type: 'urn:halfspace:problem:bad-window',
      title: 'The window is not valid',
      status: 400,
      detail: 'window is "5y"; allowed: 1h, 6h, 12h',
      code: 'bad_window',
    });
  });

  test('any other failure is a 500 that does not tell its text, and is logged', async () => {
    const { call, engine, failures } = rest();
    engine.failure = new Error('canary: /etc/secret');
    const { status, text } = await call('GET', '/clusters');
    expect(status).toBe(500);
    expect(text).not.toContain('canary');
    expect(failures.splice(0)).toMatchObject([{ method: 'GET', route: '/clusters' }]);
  });
});

describe('POST /anomalies/detect', () => {
  test('posted rows reach the engine clean, with any spelling of the level', async () => {
    const { call, engine } = rest();
    const logs = [{ ...rowOf(), level: 'CRITICAL', extra: { constructor: 1 } }, rowOf({ level: 'warn' })];
    const { status, body } = await call('POST', '/anomalies/detect', { body: { logs } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ source: 'request', lookback_hours: null, scored: 2, anomaly_count: 1 });
    expect(engine.calls.at(-1)).toEqual({ logs: [rowOf({ level: 'fatal' }), rowOf({ level: 'warn' })] });
  });

  test('a window instead of rows', async () => {
    const { call, engine } = rest();
    const { body } = await call('POST', '/anomalies/detect', { body: { source: 'file', window: '1h' } });
    expect(body).toMatchObject({ source: 'file', lookback_hours: 6 });
    expect(engine.calls.at(-1)).toEqual({ window: { source: 'file', window: '1h' } });
  });

  test('409 while nothing has been trained', async () => {
    const { call, engine } = rest();
    engine.trained = false;
    const { status, body } = await call('POST', '/anomalies/detect', { body: { logs: [rowOf()] } });
    engine.trained = true;
    expect(status).toBe(409);
    expect(body['code']).toBe('not_trained');
  });

  test.each([
    ['nothing', '', 'the body must be an object, got nothing'],
    ['no rows', { logs: [] }, 'logs must not be empty, got an empty array'],
    ['a wrong type', { logs: [rowOf(), { ...rowOf(), timestamp: '1' }] }, 'logs[1].timestamp must be a whole number'],
    ['a fraction', { logs: [{ ...rowOf(), timestamp: 1.5 }] }, 'logs[0].timestamp must be a whole number, got 1.5'],
    ['a time before 1970', { logs: [{ ...rowOf(), timestamp: -1 }] }, 'logs[0].timestamp must be >= 0, got -1'],
    ['a time far ahead', { logs: [{ ...rowOf(), timestamp: 2 ** 60 }] }, 'logs[0].timestamp must be <= 86'],
    ['a missing field', { logs: [{ ...rowOf(), message: undefined }] }, 'logs[0] lacks message'],
    ['an unknown level', { logs: [{ ...rowOf(), level: 'loud' }] }, 'logs[0].level must be one of trace, debug, info'],
    ['an empty service', { logs: [{ ...rowOf(), service: '' }] }, 'logs[0].service must not be empty'],
    ['rows and a window', { logs: [rowOf()], window: '1h' }, 'the body has both logs and window'],
    ['a member too many', { logs: [rowOf()], rows: [] }, 'the body has the unknown member "rows"; allowed: logs'],
    ['a row that is none', { logs: [rowOf(), 5] }, 'logs[1] must be an object, got 5'],
    ['an unknown member', { rows: [] }, 'the body has the unknown member "rows"; allowed: logs, source, window'],
    ['an unknown source', { source: 'nowhere' }, 'source must be one of otlp, file, loki'],
    ['an array', [], 'the body must be an object, got an empty array'],
    ['null', 'null', 'the body must be an object, got nothing'],
  ])('%s is refused with its place', async (_what, body, detail) => {
    const answer = await rest().call('POST', '/anomalies/detect', { body });
    expect(answer.status).toBe(400);
    expect(answer.body['detail']).toContain(detail);
  });

  test('100,000 rows are taken and one more is not', async () => {
    const { call } = rest();
    const logs = Array.from({ length: 100_001 }, () => ({ timestamp: 1, message: '', level: 'info', service: 's' }));
    const refused = await call('POST', '/anomalies/detect', { body: { logs } });
    expect(refused.body['detail']).toBe('logs must have at most 100000 items, got an array of 100001');
    const taken = await call('POST', '/anomalies/detect', { body: { logs: logs.slice(1) } });
    expect(taken.body['scored']).toBe(100_000);
  });

  test('anomalies that are posted back count as rows', async () => {
    const { status } = await rest().call('POST', '/anomalies/detect', { body: { logs: [anomalyOf()] } });
    expect(status).toBe(200);
  });
});

describe('the detector', () => {
  test('GET /detector/status lists at most limit services', async () => {
    const { call } = rest();
    expect((await call('GET', '/detector/status')).body).toMatchObject({
      trained: true,
      services: [{ service: 'api' }],
    });
    const { body } = await call('GET', '/detector/status?limit=0');
    expect(body['detail']).toBe('limit must be >= 1, got 0');
  });

  test('POST /detector/reset', async () => {
    expect((await rest().call('POST', '/detector/reset')).body).toEqual({ reset: true, services_removed: 1 });
    expect((await rest().call('POST', '/detector/reset?tenant=acme')).status).toBe(200);
    const refused = await rest().call('POST', '/detector/reset?tenant=a%20b');
    expect({ status: refused.status, detail: refused.body['detail'] }).toEqual({
      status: 400,
      detail: expect.stringContaining('tenant'),
    });
  });
});

describe('sources and credentials', () => {
  test('GET /sources', async () => {
    expect((await rest().call('GET', '/sources')).body).toMatchObject({ sources: [{ source: 'otlp' }] });
  });

  test('values are set, never shown, and cleared', async () => {
    const { call } = rest();
    const path = '/canary/app.log';
    const set = await call('POST', '/credentials', { body: { source: 'file', credentials: { path } } });
    expect(set.status).toBe(200);
    const listed = await call('GET', '/credentials');
    const entry = { source: 'file', configured: true, keys: ['path', 'format'], keys_set: ['path', 'format'] };
    expect(listed.body).toEqual({ credentials: [{ ...entry, set_by: 'request' }] });
    expect(set.text + listed.text).not.toContain('canary');
    const cleared = await call('DELETE', '/credentials?source=file');
    expect(cleared.body).toEqual({
      credentials: [{ ...entry, configured: false, keys_set: ['format'], set_by: 'environment' }],
    });
  });

  test.each([
    [{ source: 'loki', credentials: { url: 'canary' } }, 'there is no source "loki" with credentials; there is: file'],
    [{ source: 'file', credentials: { url: 'canary' } }, 'unknown key "url"; source file takes path, format'],
    [{ source: 'file', credentials: {} }, 'credentials is empty; source file takes path, format'],
    [{ source: 'file', credentials: { format: 'canary' } }, 'credentials.format must be one of json'],
    [{ source: 'file', credentials: { path: ['canary'] } }, 'credentials.path must be a text, got an array of 1'],
    [{ source: 'file', credentials: 'canary' }, 'credentials must be an object, got a text of 6 characters'],
    [{ credentials: { path: 'canary' } }, 'the body lacks source'],
    ['{"source":"file","credentials":{"path": canary}}', 'the body is not valid JSON'],
  ])('%j is refused without showing a value', async (body, detail) => {
    const answer = await rest().call('POST', '/credentials', { body });
    expect(answer.status).toBe(400);
    expect(answer.body['detail']).toContain(detail);
    expect(answer.text).not.toContain('canary');
  });

  test('a source that there is not cannot be cleared', async () => {
    expect((await rest().call('DELETE', '/credentials?source=loki')).status).toBe(400);
  });
});

describe('operation', () => {
  test('GET /health', async () => {
    expect((await rest().call('GET', '/health')).body).toEqual({ status: 'ok', version: '1.2.3' });
  });

  test('GET /ready says why not', async () => {
    const { call, engine } = rest();
    expect((await call('GET', '/ready')).body).toEqual({ ready: true });
    engine.readiness = { ready: false, reasons: ['OTLP/gRPC does not listen', 'shard 2 has stopped'] };
    const { status, body } = await call('GET', '/ready');
    engine.readiness = { ready: true, reasons: [] };
    expect(status).toBe(503);
    expect(body).toMatchObject({
      code: 'not_ready',
      detail: 'OTLP/gRPC does not listen; shard 2 has stopped',
      reasons: ['OTLP/gRPC does not listen', 'shard 2 has stopped'],
    });
  });

  test('GET /status is answered also while logs are not taken', async () => {
    const { call, engine } = rest();
    engine.readiness = { ready: false, reasons: ['shutting down'] };
    const { status, body } = await call('GET', '/status');
    engine.readiness = { ready: true, reasons: [] };
    expect(status).toBe(200);
    expect(body).toEqual({
      ready: false,
      reasons: ['shutting down'],
      parts: [{ name: 'sink/chat', state: 'failed', detail: '3 pending', last_error: 'refused' }],
      receivers: RECEIVERS,
      version: '1.2.3',
      uptime_seconds: expect.any(Number),
    });
  });

  test('GET /metrics is the page of the registry', async () => {
    const { headers, text } = await rest().call('GET', '/metrics');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toBe('up 1\n');
  });

  test('GET /services is what the engine knows of them', async () => {
    const { call } = rest();
    const { status, body } = await call('GET', '/services?limit=1');
    expect({ status, body }).toMatchObject({ status: 200, body: { line_count: 300, services: [{ service: 'api' }] } });
    expect((await call('GET', '/services?limit=201')).status).toBe(400);
  });

  test('GET /docs and everything it loads comes from here', async () => {
    const { call } = rest();
    const page = await call('GET', '/docs');
    expect(page.status).toBe(200);
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(assets.length).toBeGreaterThan(4);
    for (const path of assets) {
      expect(path).toMatch(/^\/docs\//);
      expect((await call('GET', path)).status).toBe(200);
    }
    expect(page.headers['content-security-policy']).not.toMatch(/https?:|unsafe-eval/);
  });
});

describe('templates', () => {
  const known = fingerprint('api', 'user <*> failed');

  test('GET /templates/{fingerprint} tells what is known of it, in either case of the digits', async () => {
    const { call } = rest();
    const { status, body } = await call('GET', `/templates/${known.toUpperCase()}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ fingerprint: known, count: 300, last_seen: null, levels: { error: 300 } });
    expect(body['parameters']).toMatchObject([{ top: [{ value: '<script>', count: 9 }], quantiles: { p50: 2 } }]);
  });

  test('one that nobody knows is 404, one that is none is 400, each with a sentence', async () => {
    const { call } = rest();
    const unknown = await call('GET', `/templates/${'0'.repeat(16)}`);
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'not_found']);
    const { status, headers } = await call('POST', `/templates/${known}`, { body: {} });
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    const malformed = await call('GET', '/templates/user%20failed');
    expect(malformed.status).toBe(400);
    expect(malformed.body['detail']).toBe(
      'a fingerprint is 16 hex digits, as anomalies and clusters show it, got "user failed"',
    );
  });
});

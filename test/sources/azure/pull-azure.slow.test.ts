import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AZURE } from '../../../src/sources/azure/options.ts';
import { pullAzure } from '../../../src/sources/azure/pull-azure.ts';
import { collectRows } from '../contract/collect-rows.ts';
import type { CollectOptions } from '../contract/collect-rows.ts';
import { CANARY, describeSource } from '../contract/describe-source.ts';
import { startFaultProxy } from '../contract/fault-proxy.ts';
import { CLIENT, startAzureServer, TENANT, WORKSPACE } from './azure-server.ts';
import type { AzureServer, Table } from './azure-server.ts';

const SECRET = `~secret+&=${CANARY}`;
const START = Date.UTC(2026, 10, 20, 8);
const at = (ms: number, ticks = '') => new Date(START + ms).toISOString().replace('Z', `${ticks}Z`);
const string = (name: string) => ({ name, type: 'string' });
const TIME = { name: 'TimeGenerated', type: 'datetime' };

const values = (url: string, over: Record<string, string> = {}) =>
  new Map(
    Object.entries({
      tenant_id: TENANT,
      client_id: CLIENT,
      client_secret: SECRET,
      workspace_id: WORKSPACE,
      authority_host: url,
      endpoint: `${url}/v1/`,
      ...over,
    }),
  );

const answer = (status: number, error: unknown, headers: Record<string, string> = {}) => ({
  kind: 'answer' as const,
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ error }),
});

describeSource({
  declaration: AZURE,
  pull: pullAzure,
  store: "a loopback server that satisfies Azure's own client",
  start: (rows) =>
    startAzureServer({
      secret: SECRET,
      tables: new Map([
        [
          'union',
          {
            columns: [TIME, string('Message'), string('Level'), string('Service')],
            rows: rows.map(({ timestamp, message, level, service }) => [
              new Date(timestamp).toISOString(),
              message,
              level,
              service,
            ]),
          },
        ],
      ]),
    }),
  values,
  faultsOn: /\/query$/,
  refusals: {
    credentials: answer(403, {
      code: 'InsufficientAccessError',
      message: 'The provided credentials have insufficient access to perform the requested operation',
    }),
    rateLimit: answer(
      429,
      { code: 'ThrottledError', message: 'Too many requests, or the workspace is busy' },
      { 'retry-after': '30' },
    ),
    badRequest: answer(400, {
      code: 'BadArgumentError',
      message: 'The request had some invalid properties',
      innererror: { code: 'SyntaxError', message: 'A recognition error occurred in the query.' },
    }),
  },
});

const traces: Table = {
  columns: [
    TIME,
    string('Message'),
    { name: 'SeverityLevel', type: 'int' },
    string('AppRoleName'),
    string('_ResourceId'),
  ],
  rows: [
    [at(0, '0000'), 'verbose', 0, 'shop', '/x'],
    [at(0, '0001'), 'information', 1, 'shop', '/x'],
    [at(0, '9999'), 'warning', 2, 'shop', '/x'],
    [at(1), 'error', 3, 'shop', '/x'],
    [at(2), 'critical', 4, '', '/subscriptions/1/providers/microsoft.insights/components/stock'],
    [at(3), '[warn] level at its head', null, 'shop', null],
    [at(4), '{"msg":"in JSON","level":"error","service":"pay"}', null, 'shop', null],
    [at(1000), 'after', 1, 'shop', '/x'],
  ],
};

let store: AzureServer;
const tables = new Map<string, Table>([['AppTraces', traces]]);
beforeEach(async () => {
  store = await startAzureServer({ tables, secret: SECRET });
});
afterEach(() => store.stop());
const collect = (over: Record<string, string>, options: Partial<CollectOptions> = {}, url = store.url) =>
  collectRows(AZURE, pullAzure, {
    values: values(url, { query: 'AppTraces', ...over }),
    startMs: START,
    endMs: START + 1000,
    ...options,
  });

describe('rows of a workspace', () => {
  it('of Application Insights have levels from 0 to 4 and a role as their service', async () => {
    const { rows } = await collect({});
    expect(rows.map(({ message, level, service }) => [message, level, service])).toEqual([
      ['information', 'info', 'shop'],
      ['verbose', 'trace', 'shop'],
      ['warning', 'warn', 'shop'],
      ['error', 'error', 'shop'],
      ['critical', 'fatal', 'stock'],
      ['[warn] level at its head', 'warn', 'shop'],
      ['in JSON', 'error', 'pay'],
    ]);
    expect(rows.map(({ timestamp }) => timestamp - START)).toEqual([0, 0, 0, 1, 2, 3, 4]);
  });

  it.each<[string, Table, unknown[]]>([
    [
      'ContainerLogV2',
      {
        columns: [
          TIME,
          { name: 'LogMessage', type: 'dynamic' },
          string('LogLevel'),
          string('ContainerName'),
          string('PodName'),
        ],
        rows: [[at(5), '{"log":{"nested":1},"text":"hello"}', 'critical', 'web', 'web-1']],
      },
      ['hello', 'fatal', 'web'],
    ],
    [
      'Syslog',
      {
        columns: [TIME, string('Computer'), string('SyslogMessage'), string('SeverityLevel'), string('ProcessName')],
        rows: [[at(5), 'host', 'out of memory', 'crit', 'kernel']],
      },
      ['out of memory', 'fatal', 'kernel'],
    ],
    [
      'Event',
      {
        columns: [
          TIME,
          string('Source'),
          string('RenderedDescription'),
          string('EventLevelName'),
          { name: 'EventLevel', type: 'int' },
        ],
        rows: [[at(5), 'Service Control Manager', 'it stopped', 'Error', 2]],
      },
      ['it stopped', 'error', 'Service Control Manager'],
    ],
    [
      'AppServiceConsoleLogs',
      {
        columns: [TIME, string('ResultDescription'), string('Level'), string('_ResourceId')],
        rows: [
          [at(5), 'GET / 500', 'Error', '/subscriptions/1/resourcegroups/g/providers/microsoft.web/sites/checkout'],
        ],
      },
      ['GET / 500', 'error', 'checkout'],
    ],
    [
      'Custom_CL',
      {
        columns: [
          string('TenantId'),
          TIME,
          string('Action_s'),
          { name: 'Count_d', type: 'real' },
          string('_ResourceId'),
          string('Type'),
        ],
        rows: [['t', at(5), 'retry', 3, '', 'Custom_CL']],
      },
      ['{"Action_s":"retry","Count_d":3}', 'info', 'unknown_service'],
    ],
  ])('of %s have the fields of its columns', async (name, table, expected) => {
    tables.set(name, table);
    const { rows } = await collect({ query: name });
    expect(rows.map(({ message, level, service }) => [message, level, service])).toEqual([expected]);
  });

  it('may hold anything', async () => {
    const long = 'x'.repeat(1 << 20);
    tables.set('Odd', {
      columns: [TIME, string('Message')],
      rows: [
        [at(1), long],
        [at(2), 'a\u0000b \uFFFD \u{1F600}\nline 2'],
        [at(3), ''],
      ],
    });
    const { rows } = await collect({ query: 'Odd' });
    expect(rows.map(({ message }) => message)).toEqual([long, 'a\u0000b \uFFFD \u{1F600}\nline 2', '']);
  });
});

describe('a query', () => {
  it("is the user's own, with window, order and limit after it, whatever it ends with", async () => {
    const { rows } = await collect({ query: 'AppTraces | where Message has "crit" // only these;\n;' });
    expect(rows.map(({ message }) => message)).toEqual(['critical']);
    expect(store.queries[0]).toEqual({
      query: `AppTraces | where Message has "crit" // only these
| where TimeGenerated >= datetime(${at(0)}) and TimeGenerated < datetime(${at(1000)})
| top 20000 by TimeGenerated desc`,
      timespan: `${at(0)}/${at(1000)}`,
    });
  });

  it('that has a mistake is told where', async () => {
    await expect(collect({ query: 'Nowhere' })).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(
        /^Azure Monitor Logs, query: it answered 400 with the words "BadArgumentError: 'Nowhere' could not be resolved to a table \(The request had some invalid properties\)": check .*AZURE_QUERY/,
      ),
    });
  });

  it('whose result is cut by the API is asked again for fewer rows', async () => {
    store.rowsMax = 5;
    const { rows, summary } = await collect({}, { pageRowsMax: 8 });
    expect(rows).toHaveLength(7);
    expect(summary.truncated).toBe(false);
    expect(store.queries.map(({ query }) => /top (\d+)/.exec(query)?.[1])).toEqual(
      expect.arrayContaining(['8', '2', '4']),
    );
  });

  it('that has a partial error in its 200 is an error', async () => {
    const partial = {
      code: 'PartialError',
      message: 'There were some errors when processing your query.',
      details: [{ code: 'EngineError', message: 'One of the shards did not answer' }],
    };
    store.answer(200, {
      tables: [{ name: 'PrimaryResult', columns: traces.columns, rows: traces.rows }],
      error: partial,
    });
    await expect(collect({})).rejects.toMatchObject({
      code: 'vendor_error',
      message: /PartialError: One of the shards/,
      vendor: { status: 200 },
    });
  });

  it.each([
    ['no tables', {}, 'has no tables'],
    ['two tables', { tables: [{}, {}] }, 'must be one statement'],
    ['a table without rows', { tables: [{ columns: [] }] }, 'no rows'],
    ['a row without a time', { tables: [{ columns: [TIME], rows: [[null]] }] }, 'TimeGenerated'],
    ['rows in another order', { tables: [{ columns: [TIME], rows: [[at(1)], [at(2)]] }] }, 'order'],
  ])('whose answer has %s is malformed', async (_, body, sentence) => {
    store.answer(200, body);
    await expect(collect({})).rejects.toMatchObject({
      code: 'malformed_answer',
      message: expect.stringContaining(sentence) as string,
    });
  });

  it('that is throttled waits as Retry-After says', async () => {
    store.answer(429, { error: { code: 'ThrottledError', message: 'wait' } }, { 'retry-after': '0' });
    const { summary } = await collect({});
    expect(summary.retries).toBe(1);
  });
});

describe('the token', () => {
  it('is asked for once while it is valid, and again before it ends', async () => {
    await collect({}, { pageRowsMax: 2 });
    expect([store.tokens, store.queries.length > 3]).toEqual([1, true]);
    store.tokenSeconds = 0.000_001;
    await collect({}, { pageRowsMax: 2 });
    expect(store.tokens).toBeGreaterThan(3);
  });

  it.each([
    [{ client_secret: `wrong-${CANARY}` }, 'AADSTS7000215: Invalid client secret provided.'],
    [{ client_id: WORKSPACE }, 'AADSTS700016: Application was not found in the directory.'],
  ])('is refused for wrong credentials (%#)', async (over, said) => {
    const failed = collect(over).catch((error: unknown) => error as Error);
    const error = await failed;
    expect(error).toMatchObject({ code: 'credentials_refused', message: expect.stringContaining(said) as string });
    expect((error as Error).message).toContain('check AZURE_CLIENT_SECRET');
    expect((error as Error).message).not.toContain(CANARY);
  });

  it('is no token without its end', async () => {
    const proxy = await startFaultProxy(store.url);
    proxy.fail({ kind: 'answer', status: 200, body: '{"access_token":"a"}' });
    await expect(collect({}, {}, proxy.url)).rejects.toMatchObject({ code: 'malformed_answer', message: /expires_in/ });
    await proxy.close();
  });

  it('is shown in no error', async () => {
    store.answer(400, { error: { code: 'BadArgumentError', message: 'strange header Bearer token-1' } });
    await expect(collect({})).rejects.toThrow('strange header Bearer ***');
  });

  it('goes to no host that a request must not name', async () => {
    const rules = { allowed: ['api.loganalytics.io'], denied: [], isOpen: false };
    await expect(collect({}, { hostRules: rules, fromRequest: true })).rejects.toMatchObject({ code: 'host_refused' });
    expect(store.tokens).toBe(0);
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { NEWRELIC } from '../../../src/sources/newrelic/options.ts';
import { pullNewRelic } from '../../../src/sources/newrelic/pull-newrelic.ts';
import { conditionFault } from '../../../src/sources/newrelic/where-condition.ts';
import { collectRows } from '../contract/collect-rows.ts';
import { ACCOUNT, API_KEY, failureOf, startNerdGraph } from './nerdgraph-server.ts';
import type { Log, NerdGraph } from './nerdgraph-server.ts';

const START = Date.UTC(2026, 10, 20, 8);
const servers: NerdGraph[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(logs: Log[]): Promise<NerdGraph> {
  const server = await startNerdGraph(logs);
  servers.push(server);
  return server;
}

function collect(server: NerdGraph, values: Record<string, string> = {}) {
  const all = { url: server.url, api_key: API_KEY, account_id: String(ACCOUNT), ...values };
  const window = { startMs: START, endMs: START + 60_000 };
  return collectRows(NEWRELIC, pullNewRelic, { values: new Map(Object.entries(all)), ...window });
}

describe('a window beyond the limit of one query', () => {
  test('is split by time until each part has less', async () => {
    const server = await serve(
      Array.from({ length: 12_000 }, (_, i) => ({ timestamp: START + (i >> 2), message: `row ${i}` })),
    );
    const { rows, summary } = await collect(server);
    expect(new Set(rows.map(({ message }) => message)).size).toBe(12_000);
    expect(summary).toMatchObject({ rows: 12_000, truncated: false });
    expect(server.queries.length).toBeGreaterThanOrEqual(3);
  });

  test('of which one millisecond has more is told to be cut, and the rest of it comes', async () => {
    const burst = Array.from({ length: 6000 }, (_, i) => ({ timestamp: START + 500, message: `burst ${i}` }));
    const server = await serve([
      { timestamp: START, message: 'before' },
      ...burst,
      { timestamp: START + 900, message: 'after' },
    ]);
    const { rows, summary } = await collect(server);
    expect(summary.truncated).toBe(true);
    expect(rows).toHaveLength(5002);
    expect([rows[0]?.message, rows.at(-1)?.message]).toEqual(['before', 'after']);
  });
});

test('an answer too large to hold is asked for in smaller ones, and none of it is lost', async () => {
  const server = await serve(
    Array.from({ length: 80 }, (_, i) => ({ timestamp: START + i, message: `${i} ${'x'.repeat(1e6)}` })),
  );
  const { rows, summary } = await collect(server);
  expect(new Set(rows.map(({ message }) => message.slice(0, 3))).size).toBe(80);
  expect(summary).toMatchObject({ rows: 80, truncated: false });
});

// Denied, so that the name is told and nobody is called.
test.each([
  [{}, 'api.newrelic.com'],
  [{ region: 'us' }, 'api.newrelic.com'],
  [{ region: 'eu' }, 'api.eu.newrelic.com'],
])('with %j it is %s that is asked', async (values, host) => {
  const all = new Map(Object.entries({ api_key: API_KEY, account_id: String(ACCOUNT), ...values }));
  const rules = { hostRules: { allowed: [], denied: [host], isOpen: false }, fromRequest: true };
  const failure = collectRows(NEWRELIC, pullNewRelic, { values: all, startMs: START, endMs: START + 1, ...rules });
  await expect(failure).rejects.toMatchObject({ code: 'host_refused', message: expect.stringContaining(` ${host} `) });
});

describe('errors with status 200', () => {
  test.each([
    ['INVALID_API_KEY', 'Invalid API key', 'credentials_refused'],
    ['ACCESS_DENIED', 'no access', 'credentials_refused'],
    ['NRDB_TIMEOUT', 'NRDB:1106 Query timed out', 'timed_out'],
    ['NRDB_SYNTAX', "NRQL Syntax Error: at position 40, unexpected '='", 'configuration'],
    // What the query itself says is no sign of what went wrong.
    [
      'INVALID_INPUT',
      "NRQL Syntax Error: unexpected 'api_key' near 'access denied, too many timeouts'",
      'configuration',
    ],
    ['', "NRQL Syntax Error: unexpected 'api_key' near 'timeout'", 'configuration'],
    ['TIMEOUT', 'NRDB:1109 the query on `api_key` did not end', 'timed_out'],
  ])('%s is told at once as what it is', async (errorClass, message, code) => {
    const server = await serve([]);
    server.failures.push(failureOf(errorClass, message));
    await expect(collect(server)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(server.queries).toHaveLength(1);
  });

  test.each(['TOO_MANY_REQUESTS', 'SERVER_ERROR'])('%s is asked again', async (errorClass) => {
    const server = await serve([{ timestamp: START, message: 'row' }]);
    server.failures.push(failureOf(errorClass, 'please wait'), failureOf(errorClass, 'please wait'));
    const { rows, summary } = await collect(server);
    expect(rows).toHaveLength(1);
    expect(summary.retries).toBe(2);
  });

  test('an account that the key may not see is credentials refused', async () => {
    const failure = collect(await serve([]), { account_id: '1' });
    await expect(failure).rejects.toMatchObject({ code: 'credentials_refused', message: /NR_ACCOUNT_ID/ });
  });
});

test('a condition narrows the window', async () => {
  const logs = ['shop', 'till'].map((name, i) => ({ timestamp: START + i, message: name, 'service.name': name }));
  expect((await collect(await serve(logs), { query: "service.name = 'till'" })).rows).toHaveLength(1);
});

test.each([
  "service.name = 'a) OR (1=1'",
  "message LIKE '%from%' AND (level = 'error' OR `select` IS NOT NULL)",
  "level = 'it\\'s'",
])('the condition %s is one', (query) => {
  expect(conditionFault(query)).toBeUndefined();
});

test.each([
  ["level = 'x') SINCE 1 (", 'closes a parenthesis'],
  ["level = 'x' SINCE 30 days ago", 'the clause SINCE'],
  ["level = 'x' LIMIT MAX", 'the clause LIMIT'],
  ['id IN (SELECT id FROM Transaction)', 'the clause SELECT'],
  ["level = 'x", 'opens a quote'],
  ["(level = 'x'", 'opens a parenthesis'],
  ["level = 'x' -- ", 'a comment'],
  ["level = 'x' /* a", 'a comment'],
  ['  ', 'is empty'],
])('the condition %s is none, and nobody is asked', async (query, fault) => {
  const server = await serve([]);
  await expect(collect(server, { query })).rejects.toMatchObject({
    code: 'configuration',
    message: expect.stringContaining(
      `NR_QUERY ${fault.startsWith('the') || fault.startsWith('a ') ? 'has ' : ''}${fault}`,
    ),
  });
  expect(server.queries).toEqual([]);
});

test('odd logs come through: levels and services by other names, no message, 1 MiB, broken UTF-16', async () => {
  const server = await serve([
    { timestamp: START, message: 'ERROR in words' },
    { timestamp: START + 1, message: 'a', 'log.level': 'WARNING', 'entity.name': 'till' },
    { timestamp: START + 2, message: 'b', 'severity.number': 21, appName: 'old' },
    { timestamp: START + 3, 'error.message': 'no route', 'http.statusCode': 502, unheard: 1 },
    { timestamp: START + 4, message: 'x'.repeat(1 << 20) },
    { timestamp: START + 5, message: 'bad \ud800', 'service.name': '' },
  ]);
  const { rows } = await collect(server);
  expect(rows.map(({ message, level, service }) => [message.slice(0, 30), level, service])).toEqual([
    ['ERROR in words', 'error', 'unknown_service'],
    ['a', 'warn', 'till'],
    ['b', 'fatal', 'old'],
    ['{"error.message":"no route","http.statusCode":502}'.slice(0, 30), 'info', 'unknown_service'],
    ['x'.repeat(30), 'info', 'unknown_service'],
    ['bad \ufffd', 'info', 'unknown_service'],
  ]);
});

import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATADOG } from '../../../src/sources/datadog/options.ts';
import { pullDatadog } from '../../../src/sources/datadog/pull-datadog.ts';
import { usePart } from '../../parts/part.ts';
import { collectRows } from '../contract/collect-rows.ts';
import { API_KEY, APP_KEY, startDatadog } from './datadog-server.ts';
import type { DatadogServer } from './datadog-server.ts';

const run = promisify(execFile);
const part = await usePart('datadog-client');
const START = Date.UTC(2026, 10, 20, 8);
const WINDOW = { startMs: START, endMs: START + 60_000 };
const EVENTS = Array.from({ length: 45 }, (_, i) => ({
  id: `AQ${i}`,
  type: 'log',
  attributes: {
    // Every four share an instant, and so does the border of two pages.
    timestamp: new Date(START + 1000 * (i >> 2)).toISOString(),
    status: i % 9 === 0 ? 'error' : 'info',
    service: i % 2 === 0 ? 'shop' : 'till',
    message: `order ${i} placed`,
    tags: ['env:prod'],
    attributes: { order: i },
  },
}));

/** Follows every page of a search and prints one event a line, or the status of what refused it. */
const PROGRAM = `
const [, root, url, apiKey, appKey, query, from, to, limit] = process.argv;
const { client, v2 } = require(root);
const configuration = client.createConfiguration({
  authMethods: { apiKeyAuth: apiKey, appKeyAuth: appKey },
  baseServer: new client.BaseServerConfiguration(url, {}),
  enableRetry: false,
});
(async () => {
  const filter = { query, from, to, indexes: ['main'], storageTier: 'indexes' };
  const body = { filter, sort: '-timestamp', page: { limit: Number(limit) } };
  try {
    for await (const event of new v2.LogsApi(configuration).listLogsWithPagination({ body })) {
      if (event._unparsed || event.attributes._unparsed) throw new Error('an event that it cannot read');
      const { message, status, service, timestamp } = event.attributes;
      console.log(JSON.stringify({ message, level: status, service, timestamp: timestamp.getTime() }));
    }
  } catch (error) {
    console.log(JSON.stringify({ code: error.code, errors: error.body && error.body.errors, said: String(error) }));
  }
})();
`;

describe.skipIf(part.path === undefined)("Datadog's own client, asked what the source asks", () => {
  let datadog: DatadogServer;
  beforeAll(async () => {
    datadog = await startDatadog(EVENTS);
  });
  afterAll(() => datadog.stop());

  async function ask(query: string, apiKey = API_KEY): Promise<Record<string, unknown>[]> {
    const root = dirname(part.path as string);
    // To the client both ends belong to the window.
    const [from, to] = [START, WINDOW.endMs - 1].map((ms) => new Date(ms).toISOString()) as [string, string];
    const args = ['-e', PROGRAM, root, datadog.url, apiKey, APP_KEY, query, from, to, '10'];
    const { stdout } = await run(process.execPath, args);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async function pull(query: string, apiKey = API_KEY) {
    const values = { url: datadog.url, api_key: apiKey, app_key: APP_KEY, query, indexes: 'main', storage: 'indexes' };
    return collectRows(DATADOG, pullDatadog, { values: new Map(Object.entries(values)), pageRowsMax: 10, ...WINDOW });
  }

  const byMessage = (a: Record<string, unknown>, b: Record<string, unknown>) =>
    String(a['message']) < String(b['message']) ? -1 : 1;

  test.each([
    ['*', 45],
    ['service:till', 22],
    ['service:nobody', 0],
  ])('reads the same events of %s from the same server, over its pages and their ties', async (query, count) => {
    const expected = (await ask(query)).toSorted(byMessage);
    expect(expected).toHaveLength(count);
    const { rows } = await pull(query);
    expect(rows.map((row) => ({ ...row })).toSorted(byMessage)).toEqual(expected);
  });

  test('asks for it in the same words', async () => {
    datadog.searches.length = 0;
    await ask('*');
    const theirs = datadog.searches.splice(0);
    await pull('*');
    const [mine, yours] = [datadog.searches, theirs].map((searches) =>
      searches.map(({ filter, sort, page }) => ({ ...(filter as object), to: undefined, sort, page })),
    );
    expect(mine).toEqual(yours);
    expect(theirs.length).toBeGreaterThanOrEqual(3);
  });

  test('is refused as the source is', async () => {
    expect(await ask('*', 'wrong')).toEqual([expect.objectContaining({ code: 403, errors: ['Forbidden'] })]);
    await expect(pull('*', 'wrong')).rejects.toMatchObject({ code: 'credentials_refused', vendor: { status: 403 } });
  });
});

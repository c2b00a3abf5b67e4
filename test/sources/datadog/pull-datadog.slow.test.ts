import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { DATADOG } from '../../../src/sources/datadog/options.ts';
import { pullDatadog } from '../../../src/sources/datadog/pull-datadog.ts';
import { shared, sharedPath } from '../../shared.ts';
import { collectRows } from '../contract/collect-rows.ts';
import { API_KEY, APP_KEY, startDatadog } from './datadog-server.ts';
import type { DatadogServer, Event } from './datadog-server.ts';

const START = Date.UTC(2026, 10, 20, 8);
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function event(i: number, attributes: Record<string, unknown> = {}): Event {
  const timestamp = new Date(START + i).toISOString();
  return { id: `${i}`, type: 'log', attributes: { timestamp, message: `row ${i}`, service: 'shop', ...attributes } };
}

async function serve(events: Event[], odd: DatadogServer['odd'] = {}): Promise<DatadogServer> {
  const server = await startDatadog(events);
  server.odd = odd;
  stops.push(() => server.stop());
  return server;
}

function collect(url: string, values: Record<string, string> = {}, startMs = START, endMs = START + 60_000) {
  const all = new Map(Object.entries({ url, api_key: API_KEY, app_key: APP_KEY, ...values }));
  return collectRows(DATADOG, pullDatadog, { values: all, startMs, endMs });
}

describe('pages', () => {
  test('a short page, and one without an event, is not the last while a cursor is given', async () => {
    const server = await serve(
      Array.from({ length: 2500 }, (_, i) => event(i)),
      { emptyPages: true },
    );
    const { rows } = await collect(server.url);
    expect(new Set(rows.map(({ message }) => message)).size).toBe(2500);
    expect(server.searches.every((search) => (search['page'] as { limit: number }).limit === 1000)).toBe(true);
  });

  test('a cursor that does not move ends with an error', async () => {
    const server = await serve(
      Array.from({ length: 2500 }, (_, i) => event(i)),
      { sameCursor: true },
    );
    await expect(collect(server.url)).rejects.toMatchObject({ code: 'malformed_answer' });
  });

  test('a search that timed out is told, though its status is 200', async () => {
    const server = await serve([event(1)], { meta: { status: 'timeout' } });
    await expect(collect(server.url)).rejects.toMatchObject({ code: 'timed_out' });
  });

  test.each([
    ['unknown_index', 'One or several indexes are missing or invalid', 'configuration', /DD_INDEXES/],
    ['slow_shard', 'Some data could not be read', 'vendor_error', /only a part/],
  ])('a part of what was asked for (%s) is not taken for all of it, though its status is 200', async (...given) => {
    const [code, title, kind, words] = given;
    const warnings = [{ code, title, detail: `${API_KEY} saw a part` }];
    const failure = collect((await serve([event(1)], { meta: { warnings } })).url);
    await expect(failure).rejects.toMatchObject({ code: kind, message: expect.stringMatching(words) });
    await expect(failure).rejects.toMatchObject({ message: expect.stringContaining(title) });
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining(API_KEY) });
  });

  test('a page too large to hold is asked for smaller, and none of it is lost', async () => {
    const server = await serve(Array.from({ length: 80 }, (_, i) => event(i, { message: `${i} ${'x'.repeat(1e6)}` })));
    const { rows } = await collect(server.url);
    expect(rows.map(({ message }) => Number(message.split(' ')[0]))).toEqual(Array.from({ length: 80 }, (_, i) => i));
    const limits = server.searches.map((search) => (search['page'] as { limit: number }).limit);
    expect(limits.slice(0, 3)).toEqual([1000, 125, 15]);
  });

  test('amid a window a search of its own goes on in smaller pages, and no event of that instant is lost or doubled', async () => {
    // The large events lie behind the first page, whose last instant goes on in them.
    const small = Array.from({ length: 990 }, (_, i) => event(1000 + i));
    const tied = Array.from({ length: 20 }, (_, i) => event(999, { message: `tie ${i}` }));
    const large = Array.from({ length: 80 }, (_, i) => event(i, { message: `${i} ${'x'.repeat(1e6)}` }));
    const all = [...large, ...tied, ...small].map((one, i) => ({ ...one, id: `id${i}` }));
    const server = await serve(all);
    const { rows } = await collect(server.url);
    expect(rows).toHaveLength(all.length);
    expect(new Set(rows.map(({ message }) => message.slice(0, 10))).size).toBe(all.length);
    const pages = server.searches.map(({ page }) => page as { limit: number; cursor?: string });
    expect(pages.slice(0, 3).map(({ limit, cursor }) => [limit, cursor === undefined])).toEqual([
      [1000, true],
      [1000, false],
      [125, true],
    ]);
  });

  test('indexes, storage tier and query are asked for as they are', async () => {
    const server = await serve([event(1), event(2, { service: 'till' })]);
    const { rows } = await collect(server.url, { query: 'service:till', indexes: 'main, audit', storage: 'flex' });
    expect(rows).toHaveLength(1);
    expect(server.searches[0]?.['filter']).toMatchObject({ indexes: ['main', 'audit'], storage_tier: 'flex' });
  });

  test('events that are not in order are no answer to what was asked', async () => {
    const server = createServer((_, answer) => answer.end(JSON.stringify({ data: [event(1), event(2)] })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(collect(url)).rejects.toMatchObject({ code: 'malformed_answer' });
  });
});

// Denied, so that the name is told and nobody is called.
test.each([
  [{}, 'api.datadoghq.com'],
  [{ site: 'us3.datadoghq.com' }, 'api.us3.datadoghq.com'],
  [{ site: 'datadoghq.eu' }, 'api.datadoghq.eu'],
  [{ site: 'ddog-gov.com' }, 'api.ddog-gov.com'],
])('with %j it is %s that is asked', async (values, host) => {
  const all = new Map(Object.entries({ api_key: API_KEY, app_key: APP_KEY, ...values }));
  const rules = { hostRules: { allowed: [], denied: [host], isOpen: false }, fromRequest: true };
  const failure = collectRows(DATADOG, pullDatadog, { values: all, startMs: START, endMs: START + 1, ...rules });
  await expect(failure).rejects.toMatchObject({ code: 'host_refused', message: expect.stringContaining(` ${host} `) });
});

test('odd events come through: no level, no message, nested, a service in the tags, 1 MiB, broken UTF-16', async () => {
  const server = await serve([
    event(0, { message: 'ERROR without a status' }),
    event(1, { message: '', status: 'warn', attributes: { log: { msg: 'x' }, message: 'nested says' } }),
    event(2, { message: undefined, attributes: { code: 7, a: { b: 'c' } } }),
    event(3, { service: undefined, tags: ['env:prod', 'service:till'], status: 'emergency' }),
    event(4, { message: 'x'.repeat(1 << 20), status: 'ok' }),
    event(5, { message: 'bad \ud800 \u0000', service: undefined }),
  ]);
  const { rows } = await collect(server.url);
  expect(rows.map(({ message, level, service }) => [message.slice(0, 40), level, service])).toEqual([
    ['ERROR without a status', 'error', 'shop'],
    ['nested says', 'warn', 'shop'],
    [expect.stringContaining('"code":7'), 'info', 'shop'],
    ['row 3', 'fatal', 'till'],
    ['x'.repeat(40), 'info', 'shop'],
    ['bad \ufffd \u0000', 'info', 'unknown_service'],
  ]);
});

describe.skipIf(!shared)('recorded answers', () => {
  interface Entry {
    request: { postData: { text: string } };
    response: { content: { text: string } };
  }
  const recorded = (name: string) => {
    const text = readFileSync(sharedPath(`fixtures/datadog/${name}`), 'utf8');
    return (JSON.parse(text) as { log: { entries: Entry[] } }).log.entries;
  };

  async function replay(entries: Entry[]) {
    let at = 0;
    const server = createServer((_, answer) => {
      answer.setHeader('content-type', 'application/json');
      answer.end(entries[at++]?.response.content.text ?? '{"data":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const end = Date.UTC(2022, 3, 12);
    return { asked: () => at, answers: () => collect(url, {}, Date.UTC(2022, 3, 11), end) };
  }

  test('of a search with pages are followed to the end; they were sorted upwards, which is not what is asked for', async () => {
    const entries = recorded('v2__Logs_1370058150__Search-logs-returns-OK-response-with-pagination_2666035826.har');
    const upwards = await replay(entries);
    await expect(upwards.answers()).rejects.toMatchObject({ code: 'malformed_answer' });
    const downwards = await replay(entries.toReversed().map((entry) => reversed(entry, entries)));
    const { rows } = await downwards.answers();
    expect(rows.length).toBeGreaterThanOrEqual(3);
    expect(rows[0]).toMatchObject({ level: 'info', timestamp: Date.UTC(2022, 3, 11, 16, 29, 47) });
    expect(rows.every(({ service }) => service === 'unknown_service')).toBe(true);
  });

  test('of a search that finds nothing give an empty window', async () => {
    const entries = recorded('v2__Logs_1370058150__Search-logs-returns-OK-response_3514533342.har');
    const { rows } = await (await replay(entries)).answers();
    expect(rows).toEqual([]);
  });

  /** The same events from the last to the first; every page but the last with a cursor. */
  function reversed(entry: Entry, all: Entry[]): Entry {
    const answer = JSON.parse(entry.response.content.text) as { data: unknown[] };
    const isLast = entry === all[0];
    const meta = isLast ? {} : { page: { after: `after-${all.indexOf(entry)}` } };
    const text = JSON.stringify({ data: answer.data.toReversed(), meta });
    return { ...entry, response: { content: { text } } };
  }
});

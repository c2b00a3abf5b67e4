import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { LogRow } from '../../../src/domain/row.ts';
import { nextCursor } from '../../../src/sources/sentry/next-cursor.ts';
import { SENTRY } from '../../../src/sources/sentry/options.ts';
import { pullSentry } from '../../../src/sources/sentry/pull-sentry.ts';
import { eventRow, issueRow } from '../../../src/sources/sentry/sentry-rows.ts';
import { TimestampReader } from '../../../src/sources/record/timestamp-reader.ts';
import { shared, sharedPath } from '../../shared.ts';
import { collectRows } from '../contract/collect-rows.ts';
import type { CollectOptions } from '../contract/collect-rows.ts';
import { eventOf, logOf } from './sentry-contents.ts';
import { ORG, PROJECT, PROJECT_ID, startSentry, TOKEN } from './sentry-server.ts';
import type { SentryContents, SentryServer } from './sentry-server.ts';

const START = Date.UTC(2026, 10, 20, 8);
const servers: SentryServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

function row(i: number, over: Partial<LogRow> = {}): LogRow {
  return { timestamp: START + i * 100, message: `row ${i}`, level: 'error', service: 'shop', ...over };
}

async function serve(contents: SentryContents): Promise<SentryServer> {
  const server = await startSentry(contents);
  servers.push(server);
  return server;
}

function collect(server: SentryServer, values: Record<string, string> = {}, over: Partial<CollectOptions> = {}) {
  const all = { url: server.url, token: TOKEN, org: ORG, project: PROJECT, ...values };
  const window = { startMs: START, endMs: START + 60_000 };
  return collectRows(SENTRY, pullSentry, { values: new Map(Object.entries(all)), ...window, ...over });
}

const events = (count: number) => Array.from({ length: count }, (_, i) => eventOf(row(i), `e${i}`));
const logs = (count: number) =>
  Array.from({ length: count }, (_, i) => logOf(row(i, { message: `log ${i}` }), `l${i}`));
const messagesOf = ({ rows }: { rows: LogRow[] }) => rows.map(({ message }) => message);

describe('what is pulled', () => {
  test('is error events and logs side by side, or one of them', async () => {
    const server = await serve({ events: events(3), logs: logs(2) });
    expect(messagesOf(await collect(server))).toEqual(['log 0', 'row 0', 'log 1', 'row 1', 'row 2']);
    expect(messagesOf(await collect(server, { dataset: 'errors' }))).toEqual(['row 0', 'row 1', 'row 2']);
    expect(messagesOf(await collect(server, { dataset: 'logs' }))).toEqual(['log 0', 'log 1']);
  });

  test('is logs under the name that this Sentry has for them, and none where it has none', async () => {
    const server = await serve({ events: events(1), logs: logs(1) });
    server.odd = { logDatasets: ['ourlogs'] };
    expect(messagesOf(await collect(server))).toEqual(['log 0', 'row 0']);
    server.odd = { logDatasets: [] };
    expect(messagesOf(await collect(server))).toEqual(['row 0']);
    await expect(collect(server, { dataset: 'logs' })).rejects.toMatchObject({ code: 'configuration' });
  });

  test('is issues, each once, at the time it was last seen', async () => {
    const issue = (i: number) => ({
      timeMs: START + i,
      issue: {
        id: `${i}`,
        title: 'Error: boom',
        type: 'error',
        metadata: { type: 'Error', value: `boom ${i}` },
        level: 'fatal',
        culprit: 'index.fetch',
        lastSeen: new Date(START + i).toISOString(),
        project: { slug: PROJECT },
      },
    });
    const server = await serve({ issues: [issue(1), issue(2)] });
    expect((await collect(server, { dataset: 'issues' })).rows).toEqual([
      { timestamp: START + 1, message: 'Error: boom 1', level: 'fatal', service: PROJECT },
      { timestamp: START + 2, message: 'Error: boom 2', level: 'fatal', service: PROJECT },
    ]);
  });

  test('is what a search finds', async () => {
    const server = await serve({ events: events(12), logs: [] });
    expect(messagesOf(await collect(server, { query: 'row 11' }))).toEqual(['row 11']);
  });
});

describe('the project', () => {
  test('is asked for by its number, which Sentry tells once', async () => {
    const server = await serve({ events: events(250), logs: logs(250) });
    expect((await collect(server, { query: ' ' })).rows).toHaveLength(500);
    const [first, ...others] = server.requests;
    expect(first?.pathname).toBe(`/api/0/projects/${ORG}/${PROJECT}/`);
    expect(new Set(others.map(({ searchParams }) => searchParams.get('project')))).toEqual(new Set([PROJECT_ID]));
  });

  test('needs no number where its own list is all that is read', async () => {
    const server = await serve({ events: events(1), logs: [] });
    await collect(server, { dataset: 'errors' });
    expect(server.requests.map(({ pathname }) => pathname)).toEqual([`/api/0/projects/${ORG}/${PROJECT}/events/`]);
  });

  test.each([['../issues'], ['-1'], [{}]])('that is said to be %j is malformed', async (projectId) => {
    const server = await serve({ events: [], logs: [] });
    server.odd = { projectId };
    await expect(collect(server)).rejects.toMatchObject({ code: 'malformed_answer' });
  });
});

describe('pages', () => {
  test('are followed by their cursor on the address that was configured, wherever the link points', async () => {
    const server = await serve({ events: events(250), logs: [] });
    server.odd = { link: (link) => link.replaceAll(/<[^>]*>/g, '<http://169.254.169.254/latest>') };
    expect((await collect(server)).rows).toHaveLength(250);
  });

  test('a page size that is refused for logs is taken back to the usual one', async () => {
    const server = await serve({ events: [], logs: logs(150) });
    server.odd = { logPageRowsMax: 100 };
    expect((await collect(server, { dataset: 'logs' })).rows).toHaveLength(150);
  });

  test('a row that moves to the next page while pages are read comes once', async () => {
    const contents = { events: events(150), logs: [] };
    const server = await serve(contents);
    let added = 0;
    server.odd = {
      onPage: () => {
        if (added++ === 1) contents.events.push(eventOf(row(151), 'new'));
      },
    };
    const { rows } = await collect(server, { dataset: 'errors' });
    expect(new Set(rows.map(({ message }) => message)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThanOrEqual(150);
  });

  test('a cursor that does not move ends with an error', async () => {
    const server = await serve({ events: events(300), logs: [] });
    server.odd = { link: (link) => link.replaceAll(/cursor="0:\d+:0"/g, 'cursor="0:100:0"') };
    await expect(collect(server)).rejects.toMatchObject({ code: 'malformed_answer' });
  });

  test('a link that says neither that there is more nor that there is not is malformed', async () => {
    const server = await serve({ events: events(300), logs: [] });
    server.odd = { link: (link) => link.replace('results="true"', 'results="maybe"') };
    await expect(collect(server)).rejects.toMatchObject({ code: 'malformed_answer' });
  });

  test('a Sentry that knows no bounds in time gives the window all the same', async () => {
    const server = await serve({ events: events(500), logs: [] });
    server.odd = { ignoresPeriod: true };
    const { rows } = await collect(server, { dataset: 'errors' }, { startMs: START + 10_000, endMs: START + 10_500 });
    expect(messagesOf({ rows })).toEqual([100, 101, 102, 103, 104].map((i) => `row ${i}`));
  });

  test('a window of which only a part was looked through is told to be cut', async () => {
    const server = await serve({ events: [], logs: logs(1) });
    server.odd = { meta: { dataScanned: 'partial' } };
    expect((await collect(server, { dataset: 'logs' })).summary.truncated).toBe(true);
  });
});

test.each<[string | undefined, ReturnType<typeof nextCursor>]>([
  [undefined, 'none'],
  ['', 'none'],
  ['<https://x/?a=1,2>; rel="next"; results="true"; cursor="0:100:0"', { cursor: '0:100:0' }],
  [
    '<https://x>; rel="previous"; results="true"; cursor="a", <https://x>; rel="next"; results="false"; cursor="b"',
    'none',
  ],
  ['<https://x>; rel="next"; results="true"', 'malformed'],
])('the next page of the Link header %s', (link, expected) => {
  expect(nextCursor(link)).toEqual(expected);
});

describe('odd rows', () => {
  test('a row without a level, with an odd message or of a megabyte is taken for what it is', async () => {
    const bare = eventOf(row(0), 'e0');
    bare.event.tags = [];
    const huge = eventOf(row(1, { message: 'x'.repeat(1 << 20) }), 'e1');
    const odd = eventOf(row(2, { message: 'zażółć \ud800 \u0000 🦊' }), 'e2');
    const server = await serve({ events: [bare, huge, odd], logs: [] });
    const { rows } = await collect(server);
    expect(rows.map(({ level, service }) => [level, service])).toEqual([
      ['info', PROJECT],
      ['error', 'shop'],
      ['error', 'shop'],
    ]);
    expect(rows[1]?.message).toHaveLength(1 << 20);
    expect(rows[2]?.message).toBe('zażółć \ufffd \u0000 🦊');
  });
});

describe.skipIf(!shared)('captured answers', () => {
  const fixture = (name: string) =>
    JSON.parse(readFileSync(sharedPath(`fixtures/sentry/${name}.json`), 'utf8')) as Record<string, unknown>;
  const timestamps = new TimestampReader(START);

  test('an event is told by its error, and its culprit is no service', () => {
    expect(eventRow(fixture('event'), timestamps)).toMatchObject({
      id: '7ca573c0f4814912aaa9bdc77d1a7d51',
      message: 'Error: Tool list_organizations is already registered',
      level: 4,
      service: undefined,
    });
  });

  test('an event without an exception is told by its message', () => {
    expect(eventRow(fixture('default-event'), timestamps)).toMatchObject({
      message: 'Something went wrong',
      timeMs: Date.UTC(2025, 9, 2, 12),
    });
  });

  test('an issue is one row of its project', () => {
    expect(issueRow(fixture('issue'), timestamps)).toMatchObject({
      id: '6507376925',
      level: 4,
      service: 'CLOUDFLARE-MCP',
    });
  });
});

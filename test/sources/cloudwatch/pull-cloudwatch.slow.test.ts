import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLOUDWATCH } from '../../../src/sources/cloudwatch/options.ts';
import { pullCloudWatch } from '../../../src/sources/cloudwatch/pull-cloudwatch.ts';
import { CANARY, describeSource } from '../contract/describe-source.ts';
import { collectRows } from '../contract/collect-rows.ts';
import type { CollectOptions } from '../contract/collect-rows.ts';
import { KEYS, Refusal, REGION, startLogsServer } from './logs-server.ts';
import type { LogsServer, StoredEvent } from './logs-server.ts';
import { AWS_REFUSALS } from './refusals.ts';

const START = Date.UTC(2026, 10, 20, 8);
const group = '/aws/lambda/checkout';
const events: StoredEvent[] = [
  ...Array.from({ length: 40 }, (_, i) => ({ group, timestamp: START + i * 100, message: `order ${i} placed` })),
  ...Array.from({ length: 25 }, (_, i) => ({ group, timestamp: START + 5_000, message: `ERROR timeout ${i % 5}` })),
  { group: '/ecs/stock', timestamp: START + 5_000, message: '{"level":"warn","msg":"low"}' },
  { group, timestamp: START + 59_999, message: 'last' },
  { group, timestamp: START + 60_000, message: 'after' },
  { group, timestamp: START - 1, message: 'before' },
];

let store: LogsServer;
beforeEach(async () => {
  store = await startLogsServer(events);
});
afterEach(() => store.stop());

const collect = (over: Record<string, string> = {}, options: Partial<CollectOptions> = {}) =>
  collectRows(CLOUDWATCH, pullCloudWatch, {
    values: new Map(
      Object.entries({
        access_key_id: KEYS.accessKeyId,
        secret_access_key: KEYS.secretAccessKey,
        region: REGION,
        log_group: group,
        endpoint: store.url,
        ...over,
      }),
    ),
    startMs: START,
    endMs: START + 60_000,
    ...options,
  });

const wholePattern = (key: string) =>
  new RegExp(`^(?:${CLOUDWATCH.options.find((option) => option.key === key)?.pattern?.source})$`);
const event = (i: number, timestamp = START + i) => ({
  timestamp,
  message: `event ${i}`,
  logStreamName: 's',
  eventId: `${i}`,
});

it("AWS's own client is content with the loopback server, which refuses wrong keys", async () => {
  const config = { endpoint: store.url, region: REGION, maxAttempts: 1 };
  const client = new CloudWatchLogsClient({ ...config, credentials: KEYS });
  await client.send(new FilterLogEventsCommand({ logGroupName: group }));
  const window = { startTime: START / 1000, endTime: START / 1000 + 59 };
  const queryString = 'fields @timestamp, @message, @log\n| sort @timestamp desc\n| limit 5';
  const { queryId } = await client.send(new StartQueryCommand({ ...window, logGroupNames: [group], queryString }));
  const statuses: unknown[] = [];
  for (let i = 0; i < 3; i++) statuses.push((await client.send(new GetQueryResultsCommand({ queryId }))).status);
  expect(statuses).toEqual(['Scheduled', 'Running', 'Complete']);

  const wrong = new CloudWatchLogsClient({ ...config, credentials: { ...KEYS, secretAccessKey: 'wrong' } });
  const refused = wrong.send(new FilterLogEventsCommand({ logGroupName: group }));
  await expect(refused).rejects.toThrow('signature we calculated does not match');
});

describe('FilterLogEvents', () => {
  it('goes on after pages without events while a token comes with them', async () => {
    store.answer(
      'FilterLogEvents',
      () => ({ events: [], nextToken: 'a' }),
      () => ({ events: [], nextToken: 'b' }),
      () => ({ events: [event(1), event(2)], nextToken: 'c' }),
      () => ({ events: [], nextToken: 'd' }),
      () => ({ events: [event(3)] }),
    );
    const { rows } = await collect();
    expect(rows.map(({ message }) => message)).toEqual(['event 1', 'event 2', 'event 3']);
    expect(store.calls.slice(0, 5).map(({ input }) => input['nextToken'])).toEqual([undefined, 'a', 'b', 'c', 'd']);
  });

  it('ends where a token comes again', async () => {
    const circle = Array.from({ length: 20 }, (_, i) => () => ({ events: [], nextToken: `token ${i % 3}` }));
    store.answer('FilterLogEvents', ...circle);
    await expect(collect()).rejects.toMatchObject({ code: 'malformed_answer', message: /same page token twice/ });
  });

  it('sends streams, prefix and pattern as parameters, and the window to the millisecond', async () => {
    await collect({ log_stream: 'web-*', filter_pattern: '"} ?ERROR' }, { startMs: START + 59_000 });
    expect(store.calls[0]?.input).toEqual({
      logGroupName: group,
      filterPattern: '"} ?ERROR',
      logStreamNamePrefix: 'web-',
      startTime: START + 59_000,
      endTime: START + 59_999,
      limit: 10_000,
    });
    store.calls.length = 0;
    const names = Array.from({ length: 101 }, (_, i) => `s${i}`).join(',');
    await collect({ log_stream: names, log_group: 'arn:aws:logs:eu-central-1:123456789012:log-group:/x:*' });
    const [first, second] = store.calls.map(({ input }) => input['logStreamNames'] as string[]);
    expect([first?.length, second]).toEqual([100, ['s100']]);
    expect(store.calls[0]?.input['logGroupIdentifier']).toBe('arn:aws:logs:eu-central-1:123456789012:log-group:/x');
  });

  it.each([
    ['no events', {}, 'has no events'],
    ['an event without a time', { events: [{ message: 'x' }] }, 'without message or timestamp'],
    ['an event that is none', { events: [null] }, 'without message or timestamp'],
  ])('says that an answer with %s is none', async (_, answer, sentence) => {
    store.answer('FilterLogEvents', () => answer);
    await expect(collect()).rejects.toMatchObject({
      code: 'malformed_answer',
      message: expect.stringContaining(sentence) as string,
    });
  });

  it.each([
    ['AccessDeniedException', 'User: arn:aws:iam::1:user/a is not authorized', 'credentials_refused'],
    ['ExpiredTokenException', 'The security token included in the request is expired', 'credentials_refused'],
    ['InvalidSignatureException', 'Signature expired: 20261120T080000Z is now earlier than', 'credentials_refused'],
    ['ResourceNotFoundException', 'The specified log group does not exist.', 'configuration'],
    ['InvalidParameterException', 'Invalid filter pattern', 'configuration'],
    ['ServiceUnavailableException', 'unavailable', 'vendor_error'],
    ['ThrottlingException', 'Rate exceeded', 'rate_limited'],
  ])('%s is told in its own words', async (type, said, code) => {
    const refuse = () => {
      throw new Refusal(type, said);
    };
    store.answer('FilterLogEvents', ...Array<typeof refuse>(6).fill(refuse));
    const message = expect.stringContaining(`${type}: ${said} (log group ${group}, ${REGION})`) as string;
    await expect(collect()).rejects.toMatchObject({ code, message });
  });

  it('tells a wrong secret by its signature, without showing it', async () => {
    const wrong = collect({ secret_access_key: 'wrong-secret' });
    await expect(wrong).rejects.toMatchObject({
      code: 'credentials_refused',
      message: expect.not.stringContaining('wrong-secret') as string,
    });
  });
});

describe('the address that is called', () => {
  it.each([
    ['http://169.254.169.254', {}],
    [
      'http://logs.internal.example',
      { fromRequest: true, hostRules: { allowed: ['*.amazonaws.com'], denied: [], isOpen: false } },
    ],
  ])('is refused where no request may go: %s', async (endpoint, options) => {
    await expect(collect({ endpoint }, options)).rejects.toMatchObject({ code: 'host_refused' });
  });

  it.each(['eu-west-1', 'us-gov-west-1', 'cn-north-1', 'eusc-de-east-1'])('may be that of the region %s', (region) => {
    expect(region).toMatch(wholePattern('region'));
  });

  it.each(['evil.example/', 'eu-west-1.evil.example#', 'EU', ''])(
    'is not led elsewhere by a region such as "%s"',
    (region) => {
      expect(region).not.toMatch(wholePattern('region'));
    },
  );
});

describe('a Logs Insights query', () => {
  const query = 'filter @message like /ERROR|low|order/ # all of them';

  it('gives its lines of the window, over pages and a tie', async () => {
    const { rows, summary } = await collect({ query, log_group: `${group},/ecs/stock` }, { pageRowsMax: 10 });
    expect(rows).toHaveLength(66);
    expect(rows.filter(({ level }) => level === 'error')).toHaveLength(25);
    expect(rows.find(({ message }) => message === 'low')).toMatchObject({ level: 'warn', service: 'stock' });
    expect(rows[0]).toMatchObject({ timestamp: START, service: 'checkout' });
    expect(summary.truncated).toBe(false);
  });

  it.each([1, 7, 26, 40])('keeps its newest %i lines', async (maxRows) => {
    const all = await collect({ query, log_group: `${group},/ecs/stock` });
    const { rows, summary } = await collect({ query, log_group: `${group},/ecs/stock` }, { pageRowsMax: 10, maxRows });
    expect(rows).toEqual(all.rows.slice(-maxRows));
    expect(summary.truncated).toBe(true);
  });

  it('waits for the query to be complete, and asks for whole seconds around the window', async () => {
    const { rows } = await collect(
      { query: 'filter @message like /order 1/' },
      { startMs: START + 1001, endMs: START + 1901 },
    );
    expect(rows.map(({ message }) => message)).toEqual(Array.from({ length: 9 }, (_, i) => `order ${i + 11} placed`));
    const start = store.calls.find(({ action }) => action === 'StartQuery');
    expect(start?.input).toMatchObject({ startTime: START / 1000 + 1, endTime: START / 1000 + 1, limit: 10_000 });
    expect(store.calls.map(({ action }) => action).filter((action) => action === 'GetQueryResults')).toHaveLength(3);
  });

  it.each([
    'stats count(*) by bin(5m)',
    'filter a = 1 | limit 5',
    'fields @x|SORT @x asc',
    'parse @message /a|b/ | dedup @x',
  ])('that makes something else of lines is refused: %s', async (bad) => {
    await expect(collect({ query: bad })).rejects.toMatchObject({
      code: 'configuration',
      message: /must leave log lines/,
    });
    expect(store.calls).toEqual([]);
  });

  it('may speak of such commands inside quotes and expressions', async () => {
    const { rows } = await collect({ query: 'filter @message like /x|stats | limit/' });
    expect(rows).toEqual([]);
  });

  it('that fails says how it ended', async () => {
    store.answer('GetQueryResults', () => ({ status: 'Failed' }));
    await expect(collect({ query })).rejects.toMatchObject({ code: 'vendor_error', message: /ended as Failed/ });
  });

  it('is stopped when nobody waits for it any more', async () => {
    const going = new AbortController();
    store.answer('GetQueryResults', () => {
      going.abort(new Error('the client went away'));
      return { status: 'Running', results: [] };
    });
    await expect(collect({ query }, { signal: going.signal })).rejects.toThrow('the client went away');
    expect(store.calls.map(({ action }) => action)).toEqual(['StartQuery', 'GetQueryResults', 'StopQuery']);
    expect(store.calls[2]?.input).toEqual({ queryId: 'query-0' });
  });

  it('waits while too many run at once', async () => {
    store.answer('StartQuery', () => {
      throw new Refusal('LimitExceededException', 'Account maximum query concurrency limit of [30] reached.');
    });
    const { rows, summary } = await collect({ query });
    expect([rows.length, summary.retries]).toEqual([65, 1]);
  });

  it('that leaves no time of its lines is told', async () => {
    store.answer('GetQueryResults', () => ({ status: 'Complete', results: [[{ field: 'n', value: '5' }]] }));
    await expect(collect({ query })).rejects.toMatchObject({ code: 'malformed_answer', message: /no @timestamp/ });
  });

  it('does not go with a stream or pattern of FilterLogEvents', async () => {
    await expect(collect({ query, log_stream: 'a' })).rejects.toMatchObject({ code: 'configuration' });
  });
});

describeSource({
  declaration: CLOUDWATCH,
  pull: pullCloudWatch,
  store: 'a loopback server that runs Logs Insights queries, as documented',
  start: (rows) =>
    startLogsServer(
      rows.map(({ service, timestamp, level, message }) => ({
        group: `/aws/lambda/${service}`,
        timestamp,
        message: JSON.stringify({ level, message }),
      })),
      false,
    ),
  values: (endpoint) =>
    new Map(
      Object.entries({
        access_key_id: 'AKIDTEST',
        secret_access_key: `secret-${CANARY}`,
        region: REGION,
        log_group: '/aws/lambda/shop,/aws/lambda/stock',
        query: 'filter @message like /./',
        endpoint,
      }),
    ),
  refusals: AWS_REFUSALS,
});

import { afterEach, describe, expect, test } from 'vitest';
import { LOKI } from '../../../src/sources/loki/options.ts';
import { pullLoki } from '../../../src/sources/loki/pull-loki.ts';
import { collectRows } from '../contract/collect-rows.ts';
import type { CollectOptions } from '../contract/collect-rows.ts';
import { CANARY } from '../contract/describe-source.ts';
import { startScriptedLoki } from './scripted-loki.ts';
import type { LokiCall, LokiReply, ScriptedEntry, ScriptedLoki } from './scripted-loki.ts';

const START = Date.UTC(2026, 10, 20, 8);
const HOUR = 3_600_000;
const MINUTE_NS = 60_000_000_000n;

let loki: ScriptedLoki;
afterEach(() => loki.close());

const at = (ms: number) => BigInt(START + ms) * 1_000_000n;
const entry = (ms: number, line: string): ScriptedEntry => {
  return { timeNs: at(ms), line, labels: { service_name: 'shop' } };
};
const widthOf = ({ startNs, endNs }: LokiCall) => endNs - startNs;

async function collect(
  reply: (call: LokiCall, number: number) => LokiReply,
  values: Record<string, string> = {},
  over: Partial<CollectOptions> = {},
) {
  loki = await startScriptedLoki(reply);
  const given = new Map(Object.entries({ url: loki.url, ...values }));
  return collectRows(LOKI, pullLoki, { values: given, startMs: START, endMs: START + 60_000, ...over });
}

describe('the address and what goes with it', () => {
  const nothing = (): LokiReply => ({ entries: [entry(1, 'x')] });

  test.each(['', '/', '/loki/api/v1', '/loki/api/v1/', '/loki/api/v1/push', '/loki/api/v1/query_range'])(
    'an address that ends in "%s" is understood',
    async (end) => {
      loki = await startScriptedLoki(nothing);
      const values = new Map([['url', `${loki.url}/logs${end}`]]);
      await collectRows(LOKI, pullLoki, { values, startMs: START, endMs: START + 1000 });
      expect(loki.calls.map(({ path }) => path)).toEqual(['/logs/loki/api/v1/query_range']);
    },
  );

  test.each<[string, Record<string, string>, string | undefined]>([
    ['nothing', {}, undefined],
    ['a token', { api_key: 'token' }, 'Bearer token'],
    ['user and password', { user: 'me', password: 'p:w' }, `Basic ${btoa('me:p:w')}`],
    ['user and token, as Grafana Cloud calls it', { user: '4711', api_key: 'glc_x' }, `Basic ${btoa('4711:glc_x')}`],
  ])('%s is sent as it should be', async (_, values, authorization) => {
    await collect(nothing, { tenant: 'one', ...values });
    expect(loki.calls[0]?.headers).toMatchObject({ 'x-scope-orgid': 'one' });
    expect(loki.calls[0]?.headers.authorization).toBe(authorization);
  });

  test.each<[Record<string, string>, RegExp]>([
    [{ api_key: CANARY, user: 'me', password: CANARY }, /LOKI_API_KEY and LOKI_PASSWORD are both set/],
    [{ password: CANARY }, /LOKI_PASSWORD is set without LOKI_USER/],
    [{ user: 'me' }, /LOKI_USER is set without LOKI_PASSWORD/],
  ])('values that do not go together are refused before anything is asked', async (values, sentence) => {
    const failure = collect(nothing, values);
    await expect(failure).rejects.toMatchObject({ code: 'configuration', message: expect.stringMatching(sentence) });
    await expect(failure).rejects.not.toThrow(CANARY);
    expect(loki.calls).toEqual([]);
  });

  test('a gateway that refuses the password names what to check, and shows none', async () => {
    const html = '<html><head><title>401 Authorization Required</title></head></html>';
    const failure = collect(() => ({ status: 401, text: html }), { user: 'me', password: CANARY });
    await expect(failure).rejects.toMatchObject({ code: 'credentials_refused', message: /LOKI_PASSWORD.*LOKI_TENANT/ });
    await expect(failure).rejects.not.toThrow(CANARY);
  });

  test('a path that is not of Loki is told as such', async () => {
    const failure = collect(() => ({ status: 404, text: '404 page not found\n' }));
    await expect(failure).rejects.toMatchObject({ code: 'configuration', message: /404 page not found/ });
  });
});

describe('limits in the words of the source code of Loki 3.7', () => {
  test('a span whose lines are too many bytes is asked for in shorter ones, which grow again', async () => {
    const entries = Array.from({ length: 48 }, (_, hour) => entry(hour * HOUR, `hour ${hour}`));
    const tooMany =
      'the query would read too many bytes (query: 7.3 GiB, limit: 1.0 GiB); consider adding more specific ' +
      'stream selectors or reduce the time range of the query';
    const reply = (call: LokiCall): LokiReply =>
      widthOf(call) > 360n * MINUTE_NS ? { status: 400, text: tooMany } : { entries };
    const { rows } = await collect(reply, {}, { endMs: START + 48 * HOUR });
    expect(rows.map(({ message }) => message)).toEqual(entries.map(({ line }) => line));
    expect(loki.calls.length).toBeLessThan(45);
  });

  test('a page that is too large a message is asked for with fewer lines', async () => {
    const entries = Array.from({ length: 300 }, (_, i) => entry(i, `line ${i}`));
    const reply = (call: LokiCall): LokiReply =>
      call.limit > 50
        ? { status: 413, text: 'response larger than the max message size (151005062 vs 104857600)' }
        : { entries };
    const { rows, summary } = await collect(reply);
    expect(rows).toHaveLength(300);
    expect(summary.truncated).toBe(false);
  });

  test('a message that is too large for the scheduler too', async () => {
    const text =
      'rpc error: code = ResourceExhausted desc = grpc: received message larger than max (5246767 vs. 4194304)';
    const reply = (call: LokiCall): LokiReply =>
      call.limit > 50 ? { status: 500, text } : { entries: [entry(1, 'x')] };
    expect((await collect(reply)).rows).toHaveLength(1);
    expect(loki.calls).toHaveLength(2);
  });

  test('a single span that is still too much is told in the words of Loki', async () => {
    const failure = collect(() => ({
      status: 400,
      text: 'the query would read too many bytes (query: 7 GiB, limit: 1 GiB)',
    }));
    await expect(failure).rejects.toMatchObject({ code: 'configuration', message: /would read too many bytes/ });
  });

  test('several tenants where Loki takes only one are wrong at once, although it answers 500', async () => {
    const failure = collect(() => ({ status: 500, text: 'multiple org IDs present' }), { tenant: 'a|b' });
    await expect(failure).rejects.toMatchObject({ code: 'configuration', message: /multiple org IDs present/ });
    expect(loki.calls).toHaveLength(1);
  });
});

describe('a query that Loki does not get done with', () => {
  const slow = 'request timed out, decrease the duration of the request or add more label matchers';

  test('is made smaller at once when it says so', async () => {
    const entries = Array.from({ length: 20 }, (_, i) => entry(i * HOUR, `hour ${i}`));
    const reply = (call: LokiCall): LokiReply =>
      widthOf(call) > 120n * MINUTE_NS ? { status: 504, text: slow } : { entries };
    const { rows, summary } = await collect(reply, {}, { endMs: START + 20 * HOUR });
    expect(rows).toHaveLength(20);
    expect(summary.retries).toBe(0);
  });

  test('is made smaller when the connection is closed on it twice', async () => {
    // As Loki does with messages above 4 MiB: how long the lines are is known after the first page.
    const entries = Array.from({ length: 20 }, (_, i) => entry(i, `line ${i} ${'x'.repeat(150_000)}`));
    const reply = (call: LokiCall): LokiReply => (call.limit > 15 ? 'break' : { entries });
    const { rows, summary } = await collect(reply);
    expect(rows).toHaveLength(20);
    expect(summary.retries).toBe(1);
  });

  test('is given up when the smallest one fails too', async () => {
    const failure = collect(() => ({ status: 504, text: slow }));
    await expect(failure).rejects.toMatchObject({ code: 'timed_out', message: /decrease the duration/ });
    expect(loki.calls.at(-1)).toMatchObject({ limit: 2 });
    expect(loki.calls.length).toBeLessThan(5);
  });
});

describe('an answer is checked before it is believed', () => {
  const streams = (result: unknown) => ({ json: { status: 'success', data: { resultType: 'streams', result } } });

  test.each<[string, LokiReply]>([
    ['an entry from outside of the span', streams([{ stream: {}, values: [[String(at(-1)), 'x']] }])],
    ['an entry at the end of the span', streams([{ stream: {}, values: [[String(at(60_000)), 'x']] }])],
    ['a time that is none', streams([{ stream: {}, values: [['yesterday', 'x']] }])],
    ['a line that is none', streams([{ stream: {}, values: [[String(at(1)), 7]] }])],
    ['a stream without labels', streams([{ values: [] }])],
    ['labels that are none', streams([{ stream: { a: 1 }, values: [] }])],
    ['no list of streams', streams({})],
    ['a failure with a good status', { json: { status: 'error', error: 'x' } }],
  ])('%s makes it malformed', async (_, reply) => {
    await expect(collect(() => reply)).rejects.toMatchObject({ code: 'malformed_answer', vendor: { status: 200 } });
  });

  test('a store that does not filter is not asked for ever', async () => {
    const entries = Array.from({ length: 50 }, (_, i) => entry(7, `line ${i}`));
    const failure = collect(() => ({ entries }), {}, { pageRowsMax: 10 });
    await expect(failure).rejects.toMatchObject({ code: 'malformed_answer', message: /filters out/ });
  });
});

describe('where the default query finds nothing', () => {
  const labels = (...names: string[]): LokiReply => ({ json: { status: 'success', data: names } });
  const older = (names: LokiReply) => (call: LokiCall) => {
    if (call.path.endsWith('labels')) return names;
    return { entries: call.query === '{job=~".+"}' ? [entry(1, 'found')] : [] };
  };

  test('the label that most streams have is asked for', async () => {
    const { rows } = await collect(older(labels('app', 'filename', 'job')));
    expect(rows.map(({ message }) => message)).toEqual(['found']);
  });

  test.each<[string, LokiReply]>([
    ['there is no label', { json: { status: 'success' } }],
    ['the window is just empty', labels('job', 'service_name')],
    ['labels may not be read', { status: 403, text: 'access denied' }],
  ])('the window is empty when %s', async (_, names) => {
    expect((await collect(older(names))).rows).toEqual([]);
    expect(loki.calls).toHaveLength(2);
  });

  test('a query of the user is not replaced', async () => {
    expect((await collect(older(labels('job')), { query: '{app="none"}' })).rows).toEqual([]);
    expect(loki.calls).toHaveLength(1);
  });
});

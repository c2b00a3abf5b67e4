import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SPLUNK } from '../../../src/sources/splunk/options.ts';
import { pullSplunk } from '../../../src/sources/splunk/pull-splunk.ts';
import { collectRows } from '../contract/collect-rows.ts';
import type { CollectOptions } from '../contract/collect-rows.ts';
import { startFaultProxy } from '../contract/fault-proxy.ts';
import type { SplunkEvent } from './spl.ts';
import { PASSWORD, startSplunk, TOKEN, USER } from './splunk-server.ts';
import type { SplunkServer } from './splunk-server.ts';

const START = Date.UTC(2026, 10, 20, 8);
const WINDOW = { startMs: START, endMs: START + 60_000 };

/** Forty events in forty seconds, from two hosts. */
const EVENTS: SplunkEvent[] = Array.from({ length: 40 }, (_, i) => ({
  timeUs: (START + 1000 * i) * 1000 + 500 + i,
  raw: `order ${i} placed`,
  host: i % 2 === 0 ? 'web1' : 'web2',
  extracted: { level: 'warn', service: 'shop' },
}));
const ALL = EVENTS.map(({ raw }) => raw);

describe('pulling from Splunk', () => {
  let splunk: SplunkServer;
  beforeEach(async () => {
    splunk = await startSplunk(EVENTS);
  });
  afterEach(() => splunk.stop());

  const values = (over: Record<string, string> = {}) =>
    new Map(Object.entries({ url: splunk.url, token: TOKEN, query: 'index=main', ...over }));
  const collect = (over: Partial<CollectOptions> = {}) =>
    collectRows(SPLUNK, pullSplunk, { values: values(), ...WINDOW, ...over });
  const messages = async (over: Partial<CollectOptions> = {}) => (await collect(over)).rows.map((row) => row.message);
  const lastLine = (line: unknown) => {
    splunk.odd = { lines: (lines) => [...lines, JSON.stringify(line)] };
  };
  const says = (type: string, text: string) => lastLine({ preview: false, messages: [{ type, text }] });

  it('signs in with user and password where there is no token, and searches as an app', async () => {
    const signedIn = new Map(values({ user: USER, password: PASSWORD, app: 'search' }));
    signedIn.delete('token');
    expect(await messages({ values: signedIn })).toEqual(ALL);
  });

  it('calls the address under the path that it is given', async () => {
    const proxy = await startFaultProxy(splunk.url);
    const lost = collect({ values: values({ url: `${proxy.url}/behind/a/proxy/`, app: 'my app' }) });
    await expect(lost).rejects.toMatchObject({
      code: 'configuration',
      message: /it answered 404 with the words "Not Found"/,
    });
    await proxy.close();
    expect(proxy.requests).toEqual(['POST /behind/a/proxy/servicesNS/nobody/my%20app/search/v2/jobs/export']);
  });

  it('says what is missing where there is nothing to sign in with', async () => {
    const bare = values({ user: USER });
    bare.delete('token');
    const sentence = /Splunk, search\/v2\/jobs\/export: set SPLUNK_TOKEN, or SPLUNK_USER and SPLUNK_PASSWORD/;
    await expect(collect({ values: bare })).rejects.toThrow(sentence);
    expect(splunk.searches).toEqual([]);
  });

  it('needs few searches for a quiet week', async () => {
    expect(await messages({ startMs: WINDOW.endMs - 7 * 86_400_000 })).toEqual(ALL);
    expect(splunk.searches.length).toBeLessThan(10);
  });

  it('reads times by the microsecond, whatever the zone they are written in', async () => {
    const { rows } = await collect();
    expect(rows.map(({ timestamp }) => timestamp)).toEqual(EVENTS.map(({ timeUs }) => Math.floor(timeUs / 1000)));
  });

  it('loses and doubles nothing where events are sorted by the second only', async () => {
    const ties = await startSplunk(
      Array.from({ length: 60 }, (_, i) => ({ timeUs: (START + 37 * (i >> 1)) * 1000, raw: `line ${i % 4}` })),
    );
    ties.odd = {
      order: (events) =>
        events
          .map((event, index) => ({
            event,
            second: Math.floor(event.timeUs / 1e6),
            key: (index * 7 + ties.searches.length) % 11,
          }))
          .toSorted((a, b) => b.second - a.second || a.key - b.key)
          .map(({ event }) => event),
    };
    const { rows } = await collect({ values: values({ url: ties.url }), pageRowsMax: 7 });
    await ties.stop();
    expect(rows).toHaveLength(60);
    expect(rows.filter(({ message }) => message === 'line 3')).toHaveLength(15);
  });

  it('goes no further rather than losing rows where events come in no order at all', async () => {
    splunk.odd = { order: (events) => events };
    await expect(collect({ pageRowsMax: 10 })).rejects.toMatchObject({ code: 'malformed_answer' });
    expect(await messages({ pageRowsMax: 100 })).toEqual(ALL);
  });

  describe('with a search that means the whole window', () => {
    it('runs it once, and sorts what it gives', async () => {
      const query = 'index=main | dedup host | reverse';
      expect(await messages({ values: values({ query }), pageRowsMax: 1 })).toEqual([
        'order 38 placed',
        'order 39 placed',
      ]);
      expect(splunk.searches).toEqual([`search ${query} | sort 0 -_time | eval halfspace_time=_time`]);
    });

    it('keeps the newest rows of it', async () => {
      const { rows, summary } = await collect({ values: values({ query: 'index=main | reverse' }), maxRows: 3 });
      expect(rows.map(({ message }) => message)).toEqual(ALL.slice(-3));
      expect(summary.truncated).toBe(true);
    });

    it('passes over what it gave already when it is run again', async () => {
      const proxy = await startFaultProxy(splunk.url);
      proxy.fail({ kind: 'cut' }, 2);
      const query = 'index=main | reverse';
      const { rows, summary } = await collect({ values: values({ url: proxy.url, query }) });
      await proxy.close();
      expect(rows.map(({ message }) => message)).toEqual(ALL);
      expect(summary.retries).toBe(2);
    });

    it('takes a generating command as it is', async () => {
      const { rows } = await collect({
        values: values({ query: '| makeresults' }),
        startMs: 1_795_161_600_000,
        endMs: 1_795_161_601_000,
      });
      expect(rows).toMatchObject([{ message: 'made up', timestamp: 1_795_161_600_000 }]);
      expect(splunk.searches).toEqual(['| makeresults | sort 0 -_time | eval halfspace_time=_time']);
    });

    it('says that statistics have no time', async () => {
      const statistics = collect({ values: values({ query: 'index=main | stats count' }) });
      await expect(statistics).rejects.toMatchObject({ code: 'configuration', message: /a result has no time/ });
    });
  });

  it("passes on Splunk's words for a search that it does not understand", async () => {
    const wrong = collect({ values: values({ query: 'index=main | serach x' }) });
    await expect(wrong).rejects.toMatchObject({
      code: 'configuration',
      message: /it answered 400 with the words "Unknown search command 'serach'."/,
    });
  });

  it('runs nothing that does more than read', async () => {
    const risky = collect({ values: values({ query: 'index=main | delete' }) });
    await expect(risky).rejects.toMatchObject({ code: 'configuration', message: /the command delete .* SPLUNK_QUERY/ });
    expect(splunk.searches).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['FATAL', "Error in 'lookup' command: Could not find the lookup table.", 'configuration'],
    ['FATAL', 'The search process died.', 'vendor_error'],
    ['ERROR', '[idx2] Search process did not exit cleanly', 'vendor_error'],
    [
      'WARN',
      'Search results might be incomplete: the search process on the peer idx1 ended prematurely.',
      'vendor_error',
    ],
  ])('does not believe an answer of status 200 that ends with %s, %s', async (type, text, code) => {
    says(type, text);
    const said = JSON.stringify(text).slice(1, -1);
    await expect(collect()).rejects.toMatchObject({ code, message: expect.stringContaining(said) as string });
  });

  it.each([
    ['INFO', 'Your timerange was substituted based on your search string'],
    ['WARN', "The term '*x*' contains a wildcard in the middle of a word"],
    ['ERROR', '[idx1] Could not load lookup=LOOKUP-severity'],
  ])('believes one that ends with %s, %s', async (type, text) => {
    says(type, text);
    expect(await messages()).toEqual(ALL);
  });

  it('waits where too many searches run, also if it hears of that within the answer', async () => {
    let refusals = 2;
    splunk.odd = {
      lines: (lines) => {
        if (refusals-- <= 0) return lines;
        const text = 'Search not executed: The maximum number of concurrent historical searches has been reached.';
        return [JSON.stringify({ messages: [{ type: 'WARN', text }] })];
      },
    };
    const { rows, summary } = await collect();
    expect(rows).toHaveLength(40);
    expect(summary.retries).toBe(2);
  });

  it('takes no preview for a result', async () => {
    splunk.odd = {
      lines: (lines) => [...lines.map((line) => line.replace('"preview":false', '"preview":true')), ...lines],
    };
    expect(await messages()).toEqual(ALL);
  });

  it('asks on where an answer ends without saying so', async () => {
    let cuts = 3;
    splunk.odd = { lines: (lines) => (cuts-- > 0 ? lines.slice(0, 9) : lines) };
    expect(await messages()).toEqual(ALL);
    // Splunk may never say it; then it is over once nothing new comes.
    splunk.odd = { lines: (lines) => lines.map((line) => line.replace('"lastrow":true,', '')) };
    expect(await messages()).toEqual(ALL);
  });

  it('goes on within the row in which an answer ended', async () => {
    let cuts = 1;
    splunk.odd = {
      lines: (lines) => (cuts-- > 0 ? [...lines.slice(0, 9), '{"preview":false,"offset":9,"result":{"_ra\0'] : lines),
    };
    const proxy = await startCutter(splunk.url);
    expect(await messages({ values: values({ url: proxy.url }) })).toEqual(ALL);
    await proxy.close();
  });

  it('keeps rows with odd fields', async () => {
    const long = `{"message":"${'ä'.repeat(400_000)}"}`;
    const odd = await startSplunk([
      { timeUs: (START + 1) * 1000, raw: 'ERROR no level told' },
      { timeUs: (START + 2) * 1000, raw: '{"event":{"deep":{"message":"x"}},"severity":"crit"}' },
      { timeUs: (START + 3) * 1000, raw: long },
      { timeUs: (START + 4) * 1000, raw: 'a\u2028b\0c "quoted" \\n' },
      { timeUs: (START + 5) * 1000, raw: '' },
    ]);
    const { rows } = await collect({ values: values({ url: odd.url }) });
    await odd.stop();
    expect(rows.map(({ level }) => level)).toEqual(['error', 'fatal', 'info', 'info', 'info']);
    expect(rows[1]?.message).toBe('{"event":{"deep":{"message":"x"}},"severity":"crit"}');
    expect(rows[2]?.message).toHaveLength(400_000);
    expect(rows[3]?.message).toBe('a\u2028b\0c "quoted" \\n');
    expect(rows[4]?.message).toBe('');
  });

  it('gives rows while the answer still comes, and ends it when nobody waits any more', async () => {
    const held = Promise.withResolvers<ServerResponse>();
    const server = createServer((_, answer) => {
      const result = { _raw: 'caf\u00e9 ?', halfspace_time: '1795161600.007' };
      const line = Buffer.from(`${JSON.stringify({ preview: false, offset: 0, result })}\n`, 'latin1');
      answer.write(line);
      held.resolve(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const going = new AbortController();
    const counted = Promise.withResolvers<number>();
    const pulling = collect({
      values: values({ url }),
      signal: going.signal,
      startMs: 1_795_161_600_000,
      endMs: 1_795_161_601_000,
      onRow: counted.resolve,
    });
    const gone = held.promise.then((answer) => new Promise((resolve) => answer.on('close', resolve)));
    expect(await counted.promise).toBe(1);
    going.abort(new Error('the client went away'));
    await expect(pulling).rejects.toThrow('the client went away');
    await gone;
    server.close();
  });
});

/** Passes requests on, and ends an answer cleanly at a NUL in it. */
async function startCutter(target: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((incoming, answer) => {
    const init = { method: 'POST', headers: headersOf(incoming.headers), body: incoming, duplex: 'half' };
    void fetch(new URL(incoming.url ?? '/', target), init as unknown as RequestInit)
      .then((reply) => reply.text())
      .then((text) => answer.end(text.split('\0')[0]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function headersOf({ authorization, 'content-type': type }: NodeJS.Dict<string | string[]>): Record<string, string> {
  return { authorization: String(authorization), 'content-type': String(type) };
}

import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SPLUNK } from '../../../src/sources/splunk/options.ts';
import { pullSplunk } from '../../../src/sources/splunk/pull-splunk.ts';
import { usePart } from '../../parts/part.ts';
import { collectRows } from '../contract/collect-rows.ts';
import { PASSWORD, startSplunk, TOKEN, USER } from './splunk-server.ts';
import type { SplunkServer } from './splunk-server.ts';

const run = promisify(execFile);
const part = await usePart('splunk-clients');
const START = Date.UTC(2026, 10, 20, 8);
const QUERY = 'search index=main | fields level service | head 25 | eval halfspace_time=_time';

/** Signs in, exports, and prints what the client's reader makes of it. */
const PYTHON = `
import json, sys, urllib.parse
import splunklib.client as client, splunklib.results as results
url, query, how, user, secret, earliest, latest = sys.argv[1:]
at = urllib.parse.urlparse(url)
credentials = dict(splunkToken=secret) if how == 'token' else dict(username=user, password=secret)
service = client.connect(scheme='http', host=at.hostname, port=at.port, autologin=False, **credentials)
stream = service.jobs.export(query, output_mode='json', preview='false', earliest_time=earliest, latest_time=latest)
for one in results.JSONResultsReader(stream):
    print(json.dumps(one if isinstance(one, dict) else dict(message=one.message)))
`;

/** Knows no export by name: posts to it as to any endpoint, and its HTTP layer reads one JSON document. */
const JAVASCRIPT = `
const [, root, url, query, username, password, earliest, latest] = process.argv;
const { Service } = require(root);
const { hostname: host, port } = new URL(url);
(async () => {
  const service = new Service({ scheme: 'http', host, port, username, password, version: '9.4' });
  await service.login();
  const parameters = { search: query, output_mode: 'json', preview: 'false', earliest_time: earliest, latest_time: latest };
  const { data } = await service.post('search/v2/jobs/export', parameters);
  console.log(Buffer.isBuffer(data) ? data.toString() : typeof data === 'string' ? data : JSON.stringify(data));
})();
`;

describe.skipIf(part.path === undefined)("Splunk's own clients, asked what the source asks", () => {
  let splunk: SplunkServer;
  beforeAll(async () => {
    splunk = await startSplunk(
      Array.from({ length: 40 }, (_, i) => ({
        timeUs: (START + 1000 * i) * 1000,
        raw: `order ${i} placed`,
        extracted: { level: 'warn', service: 'shop' },
      })),
    );
  });
  afterAll(() => splunk.stop());

  const range = [START / 1000, (START + 60_000) / 1000].map((seconds) => seconds.toFixed(3)) as [string, string];

  it.each([
    ['token', '', TOKEN],
    ['password', USER, PASSWORD],
  ])('get the same from the same server: Python, signed in with %s', async (how, user, secret) => {
    const args = ['-W', 'ignore', '-c', PYTHON, splunk.url, QUERY, how, user, secret, ...range];
    const { stdout } = await run(part.path as string, args);
    const results = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { _raw: string; level: string });
    expect(results.map(({ _raw }) => _raw)).toEqual(await pulled(25));
    expect(new Set(results.map(({ level }) => level))).toEqual(new Set(['warn']));
  });

  it('get the same from the same server: JavaScript', async () => {
    const root = join(dirname(part.path as string), '../node_modules/splunk-sdk');
    const args = ['-e', JAVASCRIPT, root, splunk.url, QUERY.replace('head 25', 'head 1'), USER, PASSWORD, ...range];
    const { stdout } = await run(process.execPath, args);
    expect(stdout).toContain(`"_raw":"${(await pulled(1))[0]}"`);
  });

  it('are refused as the source is', async () => {
    const args = ['-W', 'ignore', '-c', PYTHON, splunk.url, QUERY, 'password', USER, 'wrong', ...range];
    await expect(run(part.path as string, args)).rejects.toThrow(/Login failed/);
  });

  /** Newest first, as the clients get them. */
  async function pulled(count: number): Promise<string[]> {
    const values = new Map(Object.entries({ url: splunk.url, token: TOKEN, query: 'index=main' }));
    const window = { startMs: START, endMs: START + 60_000 };
    const { rows } = await collectRows(SPLUNK, pullSplunk, { values, ...window, maxRows: count });
    return rows.toReversed().map(({ message }) => message);
  }
});

import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { exportLines } from '../../../src/sources/splunk/export-stream.ts';
import { SPLUNK } from '../../../src/sources/splunk/options.ts';
import { pullSplunk } from '../../../src/sources/splunk/pull-splunk.ts';
import type { Result } from '../../../src/sources/splunk/result-row.ts';
import { shared, sharedPath } from '../../shared.ts';
import { collectRows } from '../contract/collect-rows.ts';

const folder = 'fixtures/splunk/data__results__';

describe.skipIf(!shared)('answers that Splunk gave', () => {
  it.each([16, 100_000])('are read past all previews, however they are cut up (by %i bytes)', async (highWaterMark) => {
    const results: Result[] = [];
    let isLast = false;
    for await (const line of exportLines(
      createReadStream(sharedPath(`${folder}resultsExport.json`), { highWaterMark }),
    )) {
      results.push(...line.results);
      isLast = line.isLast;
    }
    expect(results).toEqual([
      { host: '172.16.35.130', count: '16' },
      { host: 'ANDY-PC', count: '29732' },
      { host: 'Andy-PC', count: '36185' },
      { host: 'andy-pc', count: '135' },
      { host: 'three.four.com', count: '35994' },
    ]);
    expect(isLast).toBe(true);
  });

  it('give a row with the time and source type of the event', async () => {
    const { rows, summary } = await replayed('resultsMV5.json', Date.UTC(2012, 10, 28));
    expect(rows).toEqual([
      {
        timestamp: Date.parse('2012-11-27T16:44:22.581-08:00'),
        message: expect.stringMatching(/^127\.0\.0\.1 - admin .* - - - 1ms$/) as string,
        level: 'info',
        service: 'splunkd_access',
      },
    ]);
    expect(summary.truncated).toBe(false);
  });

  it.each(['resultsExport.json', 'results5.json'])('give no rows where they are statistics (%s)', async (name) => {
    await expect(replayed(name, Date.UTC(2012, 10, 28))).rejects.toMatchObject({
      code: 'configuration',
      message: /a result has no time/,
    });
  });

  it('are not taken for an export where they are XML', async () => {
    await expect(replayed('resultsPreview.xml', Date.UTC(2012, 10, 28))).rejects.toMatchObject({
      code: 'malformed_answer',
      message: /no export but "<\?xml version=.*management port/,
    });
  });
});

async function replayed(name: string, startMs: number) {
  const body = readFileSync(sharedPath(folder + name));
  const server = createServer((_, answer) => void answer.end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const values = new Map(Object.entries({ url, token: 'x', query: '| loadjob recorded' }));
    return await collectRows(SPLUNK, pullSplunk, { values, startMs, endMs: startMs + 86_400_000 });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

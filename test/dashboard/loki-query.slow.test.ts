import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeQuery } from '../../src/dashboard/template/store-queries.ts';
import { startLoki } from '../parts/loki-server.ts';
import type { RunningLoki } from '../parts/loki-server.ts';
import { usePart } from '../parts/part.ts';

const part = await usePart('loki');
const TENANT = 'queries';
const SERVICE = `o'clock "svc" \\`;
const LIMIT_MS = 120_000;

describe.skipIf(part.missing)('the query for Loki, asked of the real one', () => {
  let loki: RunningLoki;
  beforeAll(async () => {
    loki = await startLoki();
  }, LIMIT_MS);
  afterAll(() => loki?.stop());

  test(
    'finds the lines of its template and no other',
    async () => {
      const template = `it's "odd" (50 %_) \\ {x} $y <*>\tend.`;
      const line = template.replace('<*>', '17 of 20');
      const lines = ['before', line, line.replace('end.', 'ends'), line.replace('(50', '50')];
      const nowMs = Date.now();
      const values = lines.map((text, i): [string, string] => [`${BigInt(nowMs - 10_000 + i) * 1_000_000n}`, text]);
      await loki.send(TENANT, [{ stream: { service_name: SERVICE }, values }]);
      const query = new URLSearchParams({
        query: storeQuery('loki', SERVICE, template)!.text,
        start: `${nowMs - 60_000}000000`,
        end: `${nowMs}000000`,
      });
      const { body, statusCode } = await request(`${loki.url}/loki/api/v1/query_range?${query.toString()}`, {
        headers: { 'x-scope-orgid': TENANT },
      });
      const text = await body.text();
      expect([statusCode, text.slice(0, 300)]).toEqual([200, expect.any(String)]);
      const { data } = JSON.parse(text) as { data: { result: { values: [string, string][] }[] } };
      expect(data.result.flatMap((stream) => stream.values.map(([, found]) => found))).toEqual([line]);
    },
    LIMIT_MS,
  );
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeQuery } from '../../src/dashboard/template/store-queries.ts';
import { clickHousePart, startClickHouse } from '../parts/clickhouse.ts';
import type { ClickHouse } from '../parts/clickhouse.ts';
import { usePart } from '../parts/part.ts';
import { startSearchNode } from '../parts/search-node.ts';
import type { RunningNode } from '../parts/search-node.ts';

const SERVICE = `o'clock "svc" \\`;
const TEMPLATE = `it's "odd" (50 %_) \\ {x} $y <*>\tend of rack-<*>.`;
const LINE = TEMPLATE.replace('<*>', '17 of 20').replace('<*>', '4711');
const OTHERS = ['before', LINE.replace('end', 'ends'), LINE.replace('50', '51')];
const LIMIT_MS = 120_000;

const clickhouse = await clickHousePart();

describe.skipIf(clickhouse.missing)('the query for ClickHouse, asked of the real one', () => {
  let server: ClickHouse;
  beforeAll(async () => {
    server = await startClickHouse(clickhouse.path ?? '', 'secret');
  }, LIMIT_MS);
  afterAll(() => server?.stop());

  test(
    'finds the lines of its template and window, and no other',
    async () => {
      const nowMs = Date.parse('2026-05-04T08:00:00Z');
      await server.run(
        'CREATE TABLE otel_logs (Timestamp DateTime64(9), SeverityText String, ServiceName String, Body String) ENGINE = MergeTree ORDER BY Timestamp',
      );
      const row = (Body: string, ms = nowMs, ServiceName = SERVICE) => {
        const Timestamp = new Date(ms).toISOString().slice(0, -1).replace('T', ' ');
        return { Timestamp, SeverityText: 'INFO', ServiceName, Body };
      };
      const outside = [row(LINE, nowMs - 3_600_000), row(LINE, nowMs + 3_600_000), row(LINE, nowMs, 'other')];
      await server.insert('otel_logs', [row(LINE), ...OTHERS.map((other) => row(other)), ...outside]);
      const window = { startMs: nowMs - 60_000, endMs: nowMs + 60_000 };
      const found = await server.query(storeQuery('clickhouse', SERVICE, TEMPLATE, window)!.text);
      expect(found.map(({ Body }) => Body)).toEqual([LINE]);
    },
    LIMIT_MS,
  );
});

/** Documents as each store is given them: ECS and, where it has them, the Collector's and Data Prepper's. */
const ECS = (line: string, service: string) => ({ message: line, 'service.name': service });
const SHAPES = {
  elasticsearch: [ECS],
  opensearch: [
    ECS,
    (line: string, service: string) => ({ body: line, 'resource.service.name': service }),
    (line: string, service: string) => ({ body: line, serviceName: service }),
  ],
};

describe.each(['elasticsearch', 'opensearch'] as const)('the query for %s, asked of the real one', async (name) => {
  const part = await usePart(name);
  let node: RunningNode;
  beforeAll(async () => {
    if (part.missing === undefined) node = await startSearchNode(name);
  }, LIMIT_MS);
  afterAll(() => node?.stop());

  const ask = async (method: string, path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${node.url}${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return JSON.parse(text) as unknown;
  };

  test.skipIf(part.missing).each(SHAPES[name].map((shape, i) => [Object.keys(shape('', '')).join(' and '), shape, i]))(
    'finds the lines of its template, and no other, by %s',
    async (_, shape, i) => {
      const index = `logs-${i}`;
      const names = ['service.name', 'serviceName', 'resource.service.name'];
      const keyword = Object.fromEntries(names.map((field) => [field, { type: 'keyword' }]));
      await ask('PUT', `/${index}`, { mappings: { properties: keyword } });
      const documents = [LINE, ...OTHERS].map((line) => shape(line, SERVICE));
      documents.push(shape(LINE, 'other'));
      for (const document of documents) await ask('POST', `/${index}/_doc?refresh=true`, document);
      const query = storeQuery(name, SERVICE, TEMPLATE)!.text;
      const { hits } = (await ask('POST', `/${index}/_search`, { query: { query_string: { query } } })) as {
        hits: { hits: { _source: unknown }[] };
      };
      expect(hits.hits.map(({ _source }) => _source)).toEqual([shape(LINE, SERVICE)]);
    },
    LIMIT_MS,
  );
});

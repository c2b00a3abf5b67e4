import { beforeAll, describe, expect, it } from 'vitest';
import { collectRows } from '../contract/collect-rows.ts';
import { startFaultProxy } from '../contract/fault-proxy.ts';
import type { NodeUnderTest } from './describe-elastic.ts';
import { ask, fillIndex } from './documents.ts';

const AT = Date.UTC(2026, 10, 21, 8);
const WINDOW = { startMs: AT, endMs: AT + 600_000 };
const ROWS = 12_000;

/** Paging of windows that no single answer holds, against a real node. */
export function describePointInTime(node: NodeUnderTest): void {
  const { declaration, pull } = node;
  const values = (url: string, index: string) => new Map(Object.entries({ url, index }));
  const collect = (index: string, over = {}) =>
    collectRows(declaration, pull, { values: values(node.url(), index), ...WINDOW, ...over });

  describe('paging', () => {
    beforeAll(async () => {
      const settings = { number_of_shards: 5 };
      const many = Array.from({ length: ROWS }, (_, i) => document(AT + (i >> 2), `line ${i}`));
      await fillIndex(node.url(), 'many', many, { settings });
      const same = Array.from({ length: 800 }, (_, i) => document(AT, `equal line ${i % 3}`));
      await fillIndex(node.url(), 'same-1', same, { settings });
      await fillIndex(node.url(), 'same-2', same.slice(0, 60), {
        properties: { '@timestamp': { type: 'date_nanos' } },
      });
      await fillIndex(node.url(), 'same-3', [{ note: 'an index without a time' }], { properties: {} });
      await fillIndex(node.url(), 'small-window', many.slice(0, 1000), {
        settings: { 'index.max_result_window': 90, number_of_shards: 2 },
      });
    }, 60_000);

    it('reads more rows than the result window of 10,000', async () => {
      const { rows, summary } = await collect('many', { maxRows: 50_000 });
      expect(summary).toMatchObject({ rows: ROWS, truncated: false, retries: 0 });
      expect(new Set(rows.map(({ message }) => message)).size).toBe(ROWS);
    });

    it('keeps to an index whose result window is smaller', async () => {
      const { rows } = await collect('small-window');
      expect(new Set(rows.map(({ message }) => message)).size).toBe(1000);
      expect(rows).toHaveLength(1000);
    });

    it('counts every document of one instant in pages of one', async () => {
      expect((await collect('same-2', { pageRowsMax: 1 })).rows).toHaveLength(60);
    });

    it.each([47, 300])('counts every one of 860 documents of one instant in pages of %i', async (pageRowsMax) => {
      const { rows } = await collect('same-*', { pageRowsMax });
      expect(rows).toHaveLength(860);
      expect(rows.filter(({ message }) => message === 'equal line 0')).toHaveLength(287);
    });

    it('asks for no more rows than are wanted', async () => {
      const proxy = await startFaultProxy(node.url());
      const { rows, summary } = await collect('many', { maxRows: 20, values: values(proxy.url, 'many') });
      expect(rows.at(-1)?.timestamp).toBe(AT + 2999);
      expect(rows).toHaveLength(20);
      expect(summary.truncated).toBe(true);
      const sizes = proxy.bodies.filter((body) => body.includes('"size"')).map((body) => sizeOf(body));
      expect(sizes).not.toEqual([]);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(22);
      await proxy.close();
    });

    it('gives the point in time back at the end, after an error and when nobody waits any more', async () => {
      const proxy = await startFaultProxy(node.url());
      const over = { values: values(proxy.url, 'many'), pageRowsMax: 500 };
      await collect('many', over);
      expect(await openContexts(node)).toBe(0);

      proxy.fail({ kind: 'answer', status: 400, body: '{"error":"no"}' }, 1, /\/_search\?/);
      await expect(collect('many', over)).rejects.toThrow('answered 400');
      expect(await openContexts(node)).toBe(0);

      proxy.fail({ kind: 'hang' }, 1, /\/_search\?/);
      const going = new AbortController();
      const pulling = collect('many', { ...over, signal: going.signal });
      await proxy.met();
      expect(await openContexts(node)).toBeGreaterThan(0);
      going.abort(new Error('gone'));
      await expect(pulling).rejects.toThrow('gone');
      expect(await openContexts(node)).toBe(0);
      await proxy.close();
    });

    it('reads a store of a version without points in time', async () => {
      const proxy = await startFaultProxy(node.url());
      const [uri, version] =
        declaration.name === 'opensearch'
          ? ['/_search/point_in_time', { number: '2.3.0', distribution: 'opensearch' }]
          : ['/_pit', { number: '7.9.3' }];
      const body = JSON.stringify({ error: `no handler found for uri [${uri}] and method [POST]` });
      proxy.fail({ kind: 'answer', status: 400, body }, 1, new RegExp(uri));
      proxy.fail({ kind: 'answer', status: 200, body: JSON.stringify({ version }) }, 1, /^GET \/$/);
      const { rows } = await collect('same-*', { values: values(proxy.url, 'same-*'), pageRowsMax: 50 });
      expect(rows).toHaveLength(860);
      expect(proxy.requests.at(-1)).toMatch(/^POST \/same-\*\/_search/);
      await proxy.close();
    });
  });
}

function document(ms: number, message: string): unknown {
  return { '@timestamp': new Date(ms).toISOString(), message, 'service.name': 's', 'log.level': 'info' };
}

function sizeOf(body: string): number {
  return (JSON.parse(body) as { size: number }).size;
}

/** Searches and points in time that the node holds. */
async function openContexts({ url, declaration }: NodeUnderTest): Promise<number> {
  const stats = (await ask(url(), 'GET', '/_nodes/stats/indices/search')) as {
    nodes: Record<string, { indices: { search: { open_contexts: number; point_in_time_current?: number } } }>;
  };
  const { open_contexts: open, point_in_time_current: points = 0 } = Object.values(stats.nodes)[0]!.indices.search;
  return declaration.name === 'opensearch' ? Math.max(open, points) : open;
}

import { beforeAll, describe, expect, it } from 'vitest';
import { ELASTICSEARCH, OPENSEARCH } from '../../../src/sources/elastic/options.ts';
import { pullElasticsearch, pullOpenSearch } from '../../../src/sources/elastic/pull-elastic.ts';
import { SourceError } from '../../../src/sources/source-error.ts';
import { collectRows } from '../contract/collect-rows.ts';
import type { NodeUnderTest } from './describe-elastic.ts';
import { ask, fillIndex } from './documents.ts';

const AT = Date.UTC(2026, 10, 22, 8);
const WINDOW = { startMs: AT, endMs: AT + 60_000 };

/** What a real node refuses, and what the user is told of it. */
export function describeRefusals(node: NodeUnderTest): void {
  const { declaration, pull } = node;
  const variable = (key: string) => declaration.options.find((option) => option.key === key)!.variable;
  const collect = async (index: string, more: Record<string, string> = {}) =>
    collectRows(declaration, pull, { values: new Map(Object.entries({ url: node.url(), index, ...more })), ...WINDOW });
  const failure = async (index: string, more: Record<string, string> = {}): Promise<SourceError> => {
    const error: unknown = await collect(index, more).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(SourceError);
    return error as SourceError;
  };

  describe('queries and refusals', () => {
    beforeAll(async () => {
      const document = (i: number, more: object) => ({
        '@timestamp': new Date(AT + i).toISOString(),
        message: `m ${i}`,
        ...more,
      });
      const documents = [document(1, { code: 'a', host: 'h1' }), document(2, { code: 'b', host: 'h2' })];
      await fillIndex(node.url(), 'refusals-text', documents, {
        properties: { '@timestamp': { type: 'date' }, code: { type: 'keyword' }, host: { type: 'keyword' } },
      });
      await fillIndex(node.url(), 'refusals-number', [document(3, { code: 7 })], {
        properties: { '@timestamp': { type: 'date' }, code: { type: 'integer' } },
      });
      await fillIndex(node.url(), 'refusals-keyword', [{ at: 'noon', message: 'm' }], {
        properties: { at: { type: 'keyword' } },
      });
      await fillIndex(node.url(), 'refusals-unsourced', [document(1, {})]);
      await ask(node.url(), 'PUT', '/refusals-closed', { mappings: { _source: { enabled: false } } });
      await ask(node.url(), 'POST', '/refusals-closed/_doc?refresh=true', document(1, {}));
    });

    it.each([
      ['a Lucene query string', 'host:h2'],
      ['an object of the query language', '{"term":{"host":"h2"}}'],
      ['the body of a search', ' {"query": {"term": {"host": "h2"}}}'],
      ['a query with quotes in it', 'message:"m 2" AND NOT host:"h\\"1"'],
    ])('takes %s', async (_, query) => {
      expect((await collect('refusals-text', { query })).rows.map(({ message }) => message)).toEqual(['m 2']);
    });

    it('cannot be led out of its window by a query', async () => {
      await expect(collect('refusals-text', { query: '*) OR (@timestamp:*' })).rejects.toThrow('Failed to parse query');
      const all = await collectRows(declaration, pull, {
        values: new Map(Object.entries({ url: node.url(), index: 'refusals-text', query: '*:* OR *' })),
        startMs: AT + 2,
        endMs: AT + 3,
      });
      expect(all.rows).toHaveLength(1);
    });

    it.each([
      ['a query string that is none', 'a AND (', /answered 400.*(Failed to parse query|parse_exception)/],
      ['an unknown kind of query', '{"mach":{"host":"h2"}}', /answered 400.*unknown query \[mach\]/],
      ['JSON that is none', '{"term":', /is not JSON/],
      ['an object of two kinds', '{"term":{"a":1},"match":{"b":2}}', /one object of one kind/],
    ])('says what is wrong with %s', async (_, query, said) => {
      const error = await failure('refusals-text', { query });
      expect(error.code).toBe('configuration');
      expect(error.message).toMatch(said);
    });

    it('says which index is not there', async () => {
      const error = await failure('nowhere');
      expect(error).toMatchObject({ code: 'configuration', vendor: { status: 404 } });
      expect(error.message).toContain('index_not_found_exception: no such index [nowhere]');
    });

    it('says that a pattern matches no index', async () => {
      const error = await failure('nowhere-*');
      expect(error.code).toBe('configuration');
      expect(error.message).toContain(`no index is called nowhere-*: check ${variable('index')}`);
    });

    it('says which fields of time there are', async () => {
      const none = await failure('refusals-keyword');
      expect(none.message).toContain('the indices have no field @timestamp');
      expect(none.message).toContain(variable('fields'));
      const other = await failure('refusals-keyword', { fields: 'timestamp=at' });
      expect(other.code).toBe('configuration');
      expect(other.message).toContain('at is keyword');
    });

    it('says that documents are kept without their source', async () => {
      const error = await failure('refusals-closed');
      expect(error.code).toBe('configuration');
      expect(error.message).toMatch(/_source is disabled|keeps no _source/);
    });

    it('gives no half of a window when one index fails, and says why', async () => {
      const error = await failure('refusals-text,refusals-number', { query: '{"term":{"code":"a"}}' });
      expect(error.message).toMatch(/For input string|number_format_exception|failed to create query/);
      expect(error.message).not.toMatch(/all shards failed|Partial shards/);
    });

    it('says that an index has no copy of its shards', async () => {
      const settings = { 'index.routing.allocation.require._name': 'no-such-node', number_of_shards: 1 };
      await ask(node.url(), 'PUT', '/refusals-red?wait_for_active_shards=0&timeout=1s', {
        settings,
        mappings: { properties: { '@timestamp': { type: 'date' } } },
      });
      const error = await failure('refusals-red');
      expect(error.code).toBe('vendor_error');
      expect(error.message).toMatch(/no_shard_available_action_exception|Search rejected due to missing shards/);
      await ask(node.url(), 'DELETE', '/refusals-red');
    });

    it.each(['..', '.', 'a,..', ''].filter((index) => index !== ''))('takes %j for no index', async (index) => {
      expect((await failure(index)).message).toContain('is no list of indices');
    });

    it('says that the other of the two stores answers', async () => {
      const [other, otherPull] =
        declaration.name === 'opensearch' ? [ELASTICSEARCH, pullElasticsearch] : [OPENSEARCH, pullOpenSearch];
      const values = new Map(Object.entries({ url: node.url(), index: 'refusals-text' }));
      await expect(collectRows(other, otherPull, { values, ...WINDOW })).rejects.toThrow(
        `answers at this address: use the source ${declaration.name}`,
      );
    });
  });
}

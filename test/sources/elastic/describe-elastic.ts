import { afterAll, beforeAll, describe } from 'vitest';
import type { LogRow } from '../../../src/domain/row.ts';
import type { SourceDeclaration } from '../../../src/sources/declaration.ts';
import type { Pull } from '../../../src/sources/pull/pull.ts';
import type { Part } from '../../parts/part.ts';
import { startSearchNode } from '../../parts/search-node.ts';
import type { RunningNode } from '../../parts/search-node.ts';
import { describeSource, CANARY } from '../contract/describe-source.ts';
import { describeDocuments } from './describe-documents.ts';
import { describePointInTime } from './describe-point-in-time.ts';
import { describeRefusals } from './describe-refusals.ts';
import { ecsDocument, fillIndex, otelDocument } from './documents.ts';

export interface RealStore {
  declaration: SourceDeclaration;
  pull: Pull;
  name: 'opensearch' | 'opensearch-2' | 'elasticsearch';
  title: string;
  part: Part;
  /** Whether another node, which differs in its paging alone, answers for documents and refusals. */
  pagingOnly?: boolean;
}

/** What the tests of a real node need of it. */
export interface NodeUnderTest extends RealStore {
  /** Address of the node, once it runs. */
  url(): string;
}

/** Everything that holds for Elasticsearch and OpenSearch alike, against one real node. */
export function describeElastic(store: RealStore): void {
  describe.skipIf(store.part.missing !== undefined)(`against ${store.title}`, () => {
    let node: RunningNode;
    beforeAll(async () => {
      node = await startSearchNode(store.name);
    }, 120_000);
    afterAll(() => node.stop());
    const under: NodeUnderTest = { ...store, url: () => node.url };

    describeSource({
      declaration: store.declaration,
      pull: store.pull,
      store: `${store.title}, two indices of two shards with date and date_nanos`,
      start: async (rows) => {
        await fillContractIndices(node.url, rows);
        return { url: node.url, stop: () => Promise.resolve() };
      },
      values: (url) =>
        new Map([
          ['url', url],
          ['index', 'contract-*'],
          ['user', 'reader'],
          ['password', `${CANARY}-password`],
        ]),
      refusals: refusals(),
      faultsOn: /\/_search(\?|$)/,
    });
    describePointInTime(under);
    if (store.pagingOnly === true) return;
    describeDocuments(under);
    describeRefusals(under);
  });
}

/** Every other row lies in an index of its own, so that ties go across indices and shards. */
async function fillContractIndices(url: string, rows: readonly LogRow[]): Promise<void> {
  const settings = { number_of_shards: 2 };
  const even = rows.filter((_, i) => i % 2 === 0);
  const odd = rows.filter((_, i) => i % 2 === 1);
  await fillIndex(
    url,
    'contract-ecs',
    even.map((row) => ecsDocument(row)),
    { settings },
  );
  await fillIndex(
    url,
    'contract-otel',
    odd.map((row) => otelDocument(row)),
    {
      settings,
      properties: { '@timestamp': { type: 'date_nanos' } },
    },
  );
}

function refusals() {
  const json = { 'content-type': 'application/json' };
  const body = (status: number, type: string, reason: string) =>
    JSON.stringify({ error: { root_cause: [{ type, reason }], type, reason }, status });
  return {
    credentials: {
      kind: 'answer' as const,
      status: 401,
      headers: { ...json, 'www-authenticate': 'Basic realm="security" charset="UTF-8"' },
      body: body(401, 'security_exception', 'unable to authenticate user [reader] for REST request [/_search]'),
    },
    rateLimit: {
      kind: 'answer' as const,
      status: 429,
      headers: json,
      body: body(
        429,
        'es_rejected_execution_exception',
        'rejected execution of TimedRunnable on EsThreadPoolExecutor[name = search, queue capacity = 1000]',
      ),
    },
    badRequest: {
      kind: 'answer' as const,
      status: 400,
      headers: json,
      body: body(400, 'parsing_exception', 'unknown query [mach] did you mean [match]?'),
    },
  };
}

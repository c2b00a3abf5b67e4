import type { SourceDeclaration } from '../declaration.ts';
import type { Pull, PullContext, PullRequest } from '../pull/pull.ts';
import { authorization } from './authorization.ts';
import { createElasticApi, ELASTICSEARCH_DIALECT, OPENSEARCH_DIALECT } from './elastic-api.ts';
import type { Dialect, ElasticApi } from './elastic-api.ts';
import { parseNamedFields } from './named-fields.ts';
import { ELASTICSEARCH, INDEX_DEFAULT, OPENSEARCH } from './options.ts';
import { pullPages } from './pull-pages.ts';
import { rowQuery } from './row-query.ts';
import { chooseTimeField, timeFieldNames } from './time-field.ts';
import type { TimeField } from './time-field.ts';

export const pullElasticsearch: Pull = (request, context) =>
  pullElastic(ELASTICSEARCH, ELASTICSEARCH_DIALECT, request, context);

export const pullOpenSearch: Pull = (request, context) => pullElastic(OPENSEARCH, OPENSEARCH_DIALECT, request, context);

/** Pages a window from its newest document to its oldest over a point in time, so that what is written meanwhile moves nothing. */
async function pullElastic(
  declaration: SourceDeclaration,
  dialect: Dialect,
  { startMs, endMs, values }: PullRequest,
  context: PullContext,
): Promise<void> {
  const { client } = context;
  const index = values.get('index')?.trim() || INDEX_DEFAULT;
  if (index.split(',').some((part) => /^\.{0,2}$/.test(part))) {
    throw client.error('configuration', 'index', `${JSON.stringify(client.shown(index))} is no list of indices`);
  }
  const headers = authorization(values, client, declaration);
  const api = createElasticApi({ dialect, client, url: values.get('url') as string, index, headers });
  const named = parseNamedFields(values.get('fields'));
  const time = await timeFieldOf(api, named.timestamp, index, context, declaration);
  const query = rowQuery(time, { startMs, endMs }, values.get('query'), client);
  const pointInTime = await api.openPointInTime();
  const paging = { api, time, query, named, pointInTime };
  try {
    await pullPages(paging, context);
  } finally {
    if (paging.pointInTime !== undefined) await api.closePointInTime(paging.pointInTime);
  }
}

async function timeFieldOf(
  api: ElasticApi,
  named: string | undefined,
  index: string,
  { client }: PullContext,
  { options }: SourceDeclaration,
): Promise<TimeField> {
  const variable = (key: string) => options.find((option) => option.key === key)?.variable;
  const names = timeFieldNames(named);
  const types = await api.fieldTypes(names);
  if (types === undefined) {
    // Indices whose shards are all away are left out too; a search says so.
    await api.search({ size: 0 }, undefined, undefined, undefined);
    const sentence = `no index is called ${client.shown(index)}: check ${variable('index')}, and that the user may see it`;
    throw client.error('configuration', '_field_caps', sentence);
  }
  const field = chooseTimeField(names, (name) => types.get(name) ?? new Set());
  if (field !== undefined) return field;
  const seen = names.flatMap((name) => [...(types.get(name) ?? [])].map((type) => `${name} is ${type}`)).join(', ');
  const got = seen === '' ? `the indices have no field ${names.join(', ')}` : seen;
  const wanted = `name one of type date, date_nanos or long in ${variable('fields')}, like timestamp=created`;
  throw client.error('configuration', '_field_caps', `${client.shown(got)}: ${wanted}`);
}

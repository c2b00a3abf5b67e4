import type { SourceClient, SourceRequest } from '../http/source-client.ts';
import type { SourceError, SourceErrorCode } from '../source-error.ts';
import { incompleteness } from './incompleteness.ts';
import { judgeRefusal } from './judge-refusal.ts';
import { isFields } from './value-at.ts';
import type { Fields } from './value-at.ts';

/** How long the store keeps a point in time after each call: longer than the calls are tried again for. */
const KEEP_ALIVE = '5m';

/** The two stores speak the same language but for the point in time. */
export interface Dialect {
  source: 'elasticsearch' | 'opensearch';
  title: string;
  /** What `GET /` says of the other one. */
  isOther(version: Fields): boolean;
  other: string;
  /** First version that has a point in time. */
  pointInTimeSince: readonly [number, number];
  openPath: string;
  openQuery: Record<string, string>;
  openKey: string;
  closePath: string;
  closeBody(id: string): Record<string, unknown>;
}

export const ELASTICSEARCH_DIALECT: Dialect = {
  source: 'elasticsearch',
  title: 'Elasticsearch',
  isOther: (version) => version['distribution'] === 'opensearch',
  other: 'OpenSearch',
  pointInTimeSince: [7, 10],
  openPath: '_pit',
  openQuery: {},
  openKey: 'id',
  closePath: '_pit',
  closeBody: (id) => ({ id }),
};

export const OPENSEARCH_DIALECT: Dialect = {
  source: 'opensearch',
  title: 'OpenSearch',
  isOther: (version) => version['distribution'] === undefined,
  other: 'Elasticsearch',
  pointInTimeSince: [2, 4],
  openPath: '_search/point_in_time',
  // Without it a point in time is given that lacks the shards that are away.
  openQuery: { allow_partial_pit_creation: 'false' },
  openKey: 'pit_id',
  closePath: '_search/point_in_time',
  closeBody: (id) => ({ pit_id: [id] }),
};

export interface Hit {
  source: Fields | undefined;
  sort: readonly unknown[];
  fields: Fields;
}

export interface SearchPage {
  hits: Hit[];
  /** The point in time's name, which may change with every page. */
  pointInTime: string | undefined;
  bytes: number;
}

/** The calls of the store that a pull needs. All reject with a `SourceError`. */
export interface ElasticApi {
  /** Types that each of the fields has over the indices; undefined when no index has that name. */
  fieldTypes(names: readonly string[]): Promise<Map<string, ReadonlySet<string>> | undefined>;
  /** Undefined where the store is too old to have points in time. */
  openPointInTime(): Promise<string | undefined>;
  /** @param searchAfter JSON text, as its numbers are greater than those of JavaScript. */
  search(
    body: Fields,
    pointInTime: string | undefined,
    searchAfter: string | undefined,
    bytesMax: number | undefined,
  ): Promise<SearchPage>;
  closePointInTime(id: string): Promise<void>;
}

export interface ElasticApiOptions {
  dialect: Dialect;
  client: SourceClient;
  url: string;
  index: string;
  headers: Record<string, string>;
}

export function createElasticApi({ dialect, client, url, index, headers }: ElasticApiOptions): ElasticApi {
  const indexPath = encodeURIComponent(index);
  const base = new URL(url);

  function requestOf(call: string, path: string, query: Record<string, string> = {}): SourceRequest {
    const target = new URL(base);
    target.pathname = `${base.pathname.replace(/\/$/, '')}/${path}`;
    target.search = new URLSearchParams(query).toString();
    return { call, url: target, headers, judge: judgeRefusal };
  }

  async function answerOf(request: SourceRequest): Promise<{ answer: Fields; bytes: number }> {
    const { value, bytes } = await client.jsonWithHeaders(request);
    if (!isFields(value)) throw malformed(request.call, 'its answer is no JSON object');
    const lacking = incompleteness(value);
    if (lacking !== undefined) throw client.error(lacking.code, request.call, client.shown(lacking.said), 200);
    return { answer: value, bytes };
  }

  function malformed(call: string, sentence: string): SourceError {
    return client.error('malformed_answer', call, `${sentence}: check that the address is ${dialect.title}'s`);
  }

  /** Why no point in time can be had, when it is not for the store's age. */
  async function whyNoPointInTime(refusal: unknown): Promise<SourceError | undefined> {
    const { answer } = await answerOf(requestOf('GET /', '')).catch(() => ({ answer: {} as Fields }));
    const version = answer['version'];
    if (!isFields(version) || typeof version['number'] !== 'string') return refusal as SourceError;
    const { number } = version;
    if (dialect.isOther(version)) {
      const other = `${dialect.other} ${client.shown(number)} answers at this address`;
      return client.error('configuration', 'GET /', `${other}: use the source ${dialect.other.toLowerCase()}`);
    }
    const [major = 0, minor = 0] = number.split('.').map(Number);
    const [sinceMajor, sinceMinor] = dialect.pointInTimeSince;
    const isOld = major < sinceMajor || (major === sinceMajor && minor < sinceMinor);
    return isOld ? undefined : (refusal as SourceError);
  }

  return {
    async fieldTypes(names) {
      const request = requestOf('_field_caps', `${indexPath}/_field_caps`, { fields: names.join(',') });
      const { answer } = await answerOf(request);
      const { fields, indices } = answer;
      if (!isFields(fields)) throw malformed(request.call, 'its answer has no fields');
      if (Array.isArray(indices) && indices.length === 0) return undefined;
      return new Map(names.map((name) => [name, new Set(isFields(fields[name]) ? Object.keys(fields[name]) : [])]));
    },

    async openPointInTime() {
      const query = { keep_alive: KEEP_ALIVE, ...dialect.openQuery };
      const request = requestOf(dialect.openPath, `${indexPath}/${dialect.openPath}`, query);
      let answer: Fields;
      try {
        ({ answer } = await answerOf({ ...request, method: 'POST' }));
      } catch (refusal) {
        const status = (refusal as Partial<SourceError>).vendor?.status;
        if (status !== 400 && status !== 404 && status !== 405) throw refusal;
        const why = await whyNoPointInTime(refusal);
        if (why !== undefined) throw why;
        return undefined;
      }
      const id = answer[dialect.openKey];
      if (typeof id !== 'string' || id === '') throw malformed(request.call, `its answer has no ${dialect.openKey}`);
      return id;
    },

    async search(body, pointInTime, searchAfter, bytesMax) {
      const path = pointInTime === undefined ? `${indexPath}/_search` : '_search';
      // The same copies of the shards answer all pages where no point in time holds them.
      const query = {
        allow_partial_search_results: 'false',
        ...(pointInTime === undefined && { preference: 'halfspace' }),
      };
      const request = requestOf('_search', path, query);
      const pit = pointInTime === undefined ? {} : { pit: { id: pointInTime, keep_alive: KEEP_ALIVE } };
      const text = JSON.stringify({ ...body, ...pit });
      const codes: Record<number, SourceErrorCode> = pointInTime === undefined ? {} : { 404: 'vendor_error' };
      const { answer, bytes } = await answerOf({
        ...request,
        codes,
        headers: { ...headers, 'content-type': 'application/json' },
        body: searchAfter === undefined ? text : `${text.slice(0, -1)},"search_after":${searchAfter}}`,
        ...(bytesMax !== undefined && { bytesMax }),
      });
      const hits = isFields(answer['hits']) ? answer['hits']['hits'] : undefined;
      if (!Array.isArray(hits)) throw malformed(request.call, 'its answer has no hits');
      const next = answer['pit_id'];
      return {
        hits: (hits as unknown[]).map((hit) => {
          if (!isFields(hit) || !Array.isArray(hit['sort'])) throw malformed(request.call, 'a hit has no sort values');
          const { _source: source, fields } = hit;
          return {
            source: isFields(source) ? source : undefined,
            sort: hit['sort'] as unknown[],
            fields: isFields(fields) ? fields : {},
          };
        }),
        pointInTime: typeof next === 'string' && next !== '' ? next : pointInTime,
        bytes,
      };
    },

    closePointInTime: (id) =>
      client.release({
        ...requestOf(dialect.closePath, dialect.closePath),
        method: 'DELETE',
        body: dialect.closeBody(id),
      }),
  };
}

import { AnswerTooLarge } from '../http/answer-text.ts';
import type { PullContext } from '../pull/pull.ts';
import { SourceError } from '../source-error.ts';
import { fieldsAskedFor, hasMessage } from './document-row.ts';
import type { ElasticApi, Hit, SearchPage } from './elastic-api.ts';
import type { NamedFields } from './named-fields.ts';
import { exactFieldOf, msOfKey, sortKeyOf, sortOf } from './time-field.ts';
import type { TimeField } from './time-field.ts';
import type { Fields } from './value-at.ts';

/** What a store gives in one page at most, unless its index says less (`index.max_result_window`). */
const PAGE_ROWS_MAX = 10_000;
const FIRST_PAGE_ROWS = 500;
/** Rows asked for at least, so that a page is more than the documents of one place. */
const PAGE_ROWS_MIN = 8;
/** Aim and limit of one answer; rows are asked for by what those before them weighed. */
const PAGE_BYTES = 16 << 20;
const PAGE_BYTES_MAX = 64 << 20;
/** Calls in a row that may bring nothing, as they only tell how to ask better. */
const STALLS_MAX = 40;

export interface Paging {
  api: ElasticApi;
  time: TimeField;
  query: Record<string, unknown>;
  named: NamedFields;
  /** Kept up to date, as the store may rename it. Undefined where the store has none. */
  pointInTime: string | undefined;
}

export interface DocumentPage {
  documents: { fields: Fields; timeMs: number }[];
  isLast: boolean;
}

/** Where a document stands in the order of all: by time, then by the tie-break, both falling. */
interface Place {
  time: bigint;
  tie: bigint;
}

/**
 * The documents of a window page by page. Any page can be asked for again, so that a call that failed loses none.
 *
 * Documents of one instant are told apart by `_shard_doc`, or by `_seq_no` where the store lacks it. Neither is sure to
 * be one document's alone: each shard counts its own `_seq_no`, and OpenSearch gives the same `_shard_doc` to documents
 * of two indices. So the documents of a page's last place are left to the next page, which begins with all of them.
 */
export class DocumentPages {
  readonly #paging: Paging;
  readonly #context: PullContext;
  #tieBreak: '_shard_doc' | '_seq_no';
  /** Whether documents are asked for with all their fields. */
  #isWhole = false;
  #rowsMax: number;
  #size: number;
  /** Whether a page has to be larger than is good, as one place fills it. */
  #isStretched = false;
  #after: Place | undefined;

  constructor(paging: Paging, context: PullContext) {
    this.#paging = paging;
    this.#context = context;
    this.#tieBreak = paging.pointInTime === undefined ? '_seq_no' : '_shard_doc';
    this.#rowsMax = Math.max(1, Math.min(context.pageRowsMax, PAGE_ROWS_MAX));
    this.#size = Math.min(this.#rowsMax, FIRST_PAGE_ROWS);
  }

  async next(): Promise<DocumentPage> {
    for (let stalls = 0; stalls < STALLS_MAX; stalls++) {
      const page = await this.#attempt();
      if (page !== undefined) return page;
    }
    throw this.#context.client.error('vendor_error', '_search', 'no page of its rows could be had');
  }

  /** A page; undefined when it has to be asked for in another way. */
  async #attempt(): Promise<DocumentPage | undefined> {
    const { time, named } = this.#paging;
    const { rows, client } = this.#context;
    const least = Math.max(rows.maxRows - rows.count + 2, PAGE_ROWS_MIN);
    const wanted = this.#isStretched ? this.#size : Math.min(this.#size, this.#rowsMax, least);
    const page = await this.#search(wanted);
    if (page === undefined) return undefined;
    const { hits } = page;
    const places = hits.map((hit) => this.#placeOf(hit));
    this.#checkOrder(places);
    if (hits.some(({ source }) => source === undefined)) {
      throw client.error(
        'configuration',
        '_search',
        'the index keeps no _source of its documents, so they have no text',
      );
    }
    const sources = hits.map(({ source }) => source as Fields);
    if (!this.#isWhole && sources.some((fields) => !hasMessage(fields, named))) {
      this.#isWhole = true;
      return undefined;
    }
    const isLast = hits.length < wanted;
    const count = isLast ? hits.length : startOfLastPlace(places);
    if (count === 0 && !isLast) {
      this.#stretch(wanted);
      return undefined;
    }
    this.#after = places[count - 1];
    this.#isStretched = false;
    const rowsOfAim = Math.floor(PAGE_BYTES / (page.bytes / Math.max(1, hits.length)));
    this.#size = Math.max(1, Math.min(this.#rowsMax, rowsOfAim));
    const documents = sources.slice(0, count).map((fields, i) => ({
      fields,
      timeMs: msOfKey(time, (places[i] as Place).time),
    }));
    return { documents, isLast };
  }

  /** One call; undefined when its refusal tells how to ask better. */
  async #search(wanted: number): Promise<SearchPage | undefined> {
    const { api, time, query, named, pointInTime } = this.#paging;
    const exact = exactFieldOf(time);
    const body = {
      size: wanted,
      track_total_hits: false,
      query,
      sort: [{ [time.name]: sortOf(time) }, { [this.#tieBreak]: { order: 'desc' } }],
      _source: this.#isWhole ? true : fieldsAskedFor(named),
      ...(exact !== undefined && { docvalue_fields: [exact] }),
    };
    const after = this.#after === undefined ? undefined : `[${this.#after.time},${this.#after.tie}]`;
    const bytesMax = this.#isStretched || wanted === 1 ? undefined : PAGE_BYTES_MAX;
    try {
      const page = await api.search(body, pointInTime, after, bytesMax);
      this.#paging.pointInTime = page.pointInTime;
      return page;
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const limit = Number(/less than or equal to: \[(\d+)\]/.exec(error.message)?.[1]);
      if (error.cause instanceof AnswerTooLarge && bytesMax !== undefined) this.#rowsMax = Math.ceil(wanted / 4);
      else if (limit > 0 && limit < wanted && !this.#isStretched) this.#rowsMax = limit;
      else if (error.message.includes('[_shard_doc]') && this.#tieBreak === '_shard_doc') this.#tieBreak = '_seq_no';
      else throw error;
      return undefined;
    }
  }

  #stretch(wanted: number): void {
    if (wanted >= PAGE_ROWS_MAX) {
      const sentence = `more than ${wanted} documents share one instant and one place in their shards`;
      throw this.#context.client.error('vendor_error', '_search', sentence);
    }
    this.#isStretched = true;
    this.#size = Math.min(PAGE_ROWS_MAX, Math.max(2, wanted * 4));
  }

  #placeOf({ sort, fields }: Hit): Place {
    const { time } = this.#paging;
    const key = sortKeyOf(time, sort[0], fields[time.name]);
    if (key === undefined || !Number.isSafeInteger(sort[1])) {
      const got = this.#context.client.shown(JSON.stringify(sort));
      throw this.#malformed(`the sort values ${got} are not those of ${time.name} and ${this.#tieBreak}`);
    }
    return { time: key, tie: BigInt(sort[1] as number) };
  }

  /** A store that does not go on after the last page would give the same one for ever. */
  #checkOrder(places: readonly Place[]): void {
    let before = this.#after;
    places.forEach((place, i) => {
      const order = before === undefined ? -1 : compare(place, before);
      if (order > 0 || (order === 0 && i === 0)) {
        throw this.#malformed('its rows do not go on in the order that was asked for');
      }
      before = place;
    });
  }

  #malformed(sentence: string): SourceError {
    return this.#context.client.error('malformed_answer', '_search', sentence);
  }
}

function startOfLastPlace(places: readonly Place[]): number {
  let start = places.length - 1;
  while (start > 0 && compare(places[start - 1] as Place, places[start] as Place) === 0) start--;
  return start;
}

/** Above 0 when `a` comes after `b` in time, or in the tie-break where the times are the same. */
function compare(a: Place, b: Place): number {
  if (a.time !== b.time) return a.time > b.time ? 1 : -1;
  if (a.tie === b.tie) return 0;
  return a.tie > b.tie ? 1 : -1;
}

import { AnswerTooLarge } from '../http/answer-text.ts';
import type { Judgement, SourceClient } from '../http/source-client.ts';
import type { PullContext } from '../pull/pull.ts';
import { SourceError } from '../source-error.ts';
import { dividingFilters } from './dividing-filters.ts';
import type { DividingFilter } from './dividing-filters.ts';
import { lokiConnection } from './loki-connection.ts';
import type { LokiConnection } from './loki-connection.ts';
import { fieldOf, lokiEntries } from './loki-entries.ts';
import type { LokiEntry, Span } from './loki-entries.ts';
import { widestLabel } from './loki-labels.ts';
import { DEFAULT_QUERY } from './options.ts';
import { PageSize } from './page-size.ts';
import { SpanWidth } from './span-width.ts';

const CALL = 'query_range';
/** An answer is far smaller (`PageSize`); Loki itself makes none above 100 MiB by default. */
const ANSWER_BYTES_MAX = 64 << 20;
/** Every division makes the query longer, and gateways take no address above 8 KiB. */
const DIVISIONS_MAX = 40;
/** How a connection ends when Loki, or a gateway, gives up a query that takes too long. */
const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET']);
const SILENT = 'UND_ERR_HEADERS_TIMEOUT';

export interface Page {
  /** Newest first. */
  entries: LokiEntry[];
  /** Whether there may be more of its oldest nanosecond, and before. Without, all after `startNs` is there. */
  isFull: boolean;
  /** What was asked for begins here; entries of this very nanosecond may be there several times (see `instant`). */
  startNs: bigint;
}

/** Some of the entries of an instant: those that pass all stages. */
export interface Part {
  stages: string;
  divisions: number;
  /** The last of the stages. */
  filter?: DividingFilter;
}

/** The calls of one pull. Limits of this Loki, and of this tenant, are learnt from its refusals. */
export class LokiQueries {
  readonly #client: SourceClient;
  readonly #connection: LokiConnection;
  readonly #size: PageSize;
  readonly #width = new SpanWidth();
  #query: string;
  /** Whether a query was made smaller because Loki did not get done with it. */
  #reduced = false;

  constructor(values: ReadonlyMap<string, string>, { client, pageRowsMax }: PullContext) {
    this.#client = client;
    this.#connection = lokiConnection(values, (sentence) => client.error('configuration', CALL, sentence));
    this.#size = new PageSize(pageRowsMax);
    this.#query = values.get('query') ?? DEFAULT_QUERY;
  }

  /** The newest entries of a span, or of its last part where Loki allows no wider one. */
  page(span: Span): Promise<Page> {
    return this.#ask(span);
  }

  /**
   * The entries of one nanosecond, or the parts to read instead where they are more than a page.
   *
   * Of the nanosecond that a query begins with Loki gives entries several times where more than 50 chunks end at it, as
   * they do at whole milliseconds: so the query begins one before.
   */
  async instant(timeNs: bigint, part: Part): Promise<{ entries: LokiEntry[]; isCut: boolean } | { parts: Part[] }> {
    for (;;) {
      const limit = this.#size.rows;
      const page = await this.#ask({ startNs: timeNs - 1n, endNs: timeNs + 1n }, part.stages);
      const entries = page.entries.filter((entry) => entry.timeNs === timeNs);
      const isFull = page.isFull && entries.length === page.entries.length;
      if (part.filter !== undefined && !entries.every((entry) => part.filter?.passes(entry))) {
        throw this.#client.error('malformed_answer', CALL, 'its answer has lines that the query filters out', 200);
      }
      if (!isFull) return { entries, isCut: false };
      if (this.#size.rows > limit) continue;
      const filters = part.divisions < DIVISIONS_MAX ? dividingFilters(entries) : undefined;
      if (filters === undefined) return { entries, isCut: true };
      const divisions = part.divisions + 1;
      return { parts: filters.map((filter) => ({ stages: part.stages + filter.stage, divisions, filter })) };
    }
  }

  /**
   * For a Loki that gives no stream a `service_name` (2, or 3 with that switched off), where the default query finds
   * nothing: chooses the label by which most of its streams are found.
   *
   * @returns whether there is another query to ask.
   */
  async chooseLabel(span: Span): Promise<boolean> {
    if (this.#query !== DEFAULT_QUERY) return false;
    const { startNs, endNs } = this.#width.lastOf(span);
    const url = this.#connection.url('labels', { start: String(startNs), end: String(endNs) });
    try {
      const answer = await this.#client.json({ call: 'labels', url, headers: this.#connection.headers });
      const names = fieldOf(answer, 'data') ?? [];
      if (!Array.isArray(names) || names.includes('service_name')) return false;
      const label = widestLabel(names.filter((name) => typeof name === 'string'));
      if (label === undefined) return false;
      this.#query = `{${label}=~".+"}`;
      return true;
    } catch (error) {
      const status = error instanceof SourceError ? (error.vendor?.status ?? 0) : 0;
      // Not everybody who may read lines may read labels; the window is empty then.
      if (status >= 400 && status < 500) return false;
      throw error;
    }
  }

  /** Asks until an answer comes: smaller where Loki says that it was too much, or does not get done. */
  async #ask(span: Span, stages = ''): Promise<Page> {
    for (;;) {
      const asked = this.#width.lastOf(span);
      const limit = this.#size.rows;
      const startedMs = performance.now();
      let isOtherwise = false;
      try {
        const { value, bytes } = await this.#client.jsonWithHeaders({
          call: CALL,
          url: this.#urlOf(asked, limit, stages),
          headers: this.#connection.headers,
          bytesMax: ANSWER_BYTES_MAX,
          judge: ({ status, body }) => {
            isOtherwise = this.#learn(status, body, asked);
            return isOtherwise ? { retry: false } : this.#judge(status, body);
          },
          isLost: (cause, tried) => {
            const code = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? '') : '';
            // A connection may break once for reasons of its own.
            if (code !== SILENT && !(CLOSED.has(code) && tried > 0)) return false;
            isOtherwise = this.#reduce(asked);
            return isOtherwise || this.#reduced;
          },
        });
        const entries = lokiEntries(value, asked, (code, sentence) => this.#client.error(code, CALL, sentence, 200));
        this.#size.learn(entries.length, bytes);
        this.#width.answered(performance.now() - startedMs);
        return { entries, isFull: entries.length >= limit, startNs: asked.startNs };
      } catch (error) {
        const isTooLarge = error instanceof SourceError && error.cause instanceof AnswerTooLarge;
        if (!isOtherwise && !(isTooLarge && this.#size.shrink())) throw error;
      }
    }
  }

  #urlOf({ startNs, endNs }: Span, limit: number, stages: string): URL {
    return this.#connection.url(CALL, {
      query: this.#query + stages,
      start: String(startNs),
      end: String(endNs),
      limit: String(limit),
      direction: 'backward',
    });
  }

  /** @returns whether there is something smaller to ask for. */
  #learn(status: number, body: string, asked: Span): boolean {
    const entriesMax = /max entries limit[^]*?> (\d+)\)/.exec(body)?.[1];
    if (status === 400 && entriesMax !== undefined) return this.#size.limitTo(Number(entriesMax));
    // "the query time range exceeds the limit", which stays so, and a range whose lines have too many bytes.
    if (status === 400 && body.includes('time range exceeds the limit')) return this.#width.limitBelow(asked);
    if (status === 400 && /too many bytes|too large to execute/.test(body)) return this.#width.narrow(asked);
    if (status === 413 || (status === 500 && body.includes('larger than max'))) return this.#size.shrink();
    // Loki splits a query by the hour, and has room for so many pieces.
    if (status === 429 && body.includes('too many outstanding')) return this.#width.narrowToHour(asked);
    return status === 504 && this.#reduce(asked);
  }

  /**
   * A query that is too much work has to be of a shorter span; an answer that is too large for the messages between
   * Loki's parts has to have fewer lines. From outside they look the same: nothing comes until the time is over.
   */
  #reduce(asked: Span): boolean {
    const isSmaller = this.#size.shrink();
    const isShorter = this.#width.narrow(asked);
    this.#reduced ||= isSmaller || isShorter;
    return isSmaller || isShorter;
  }

  #judge(status: number, body: string): Judgement | undefined {
    if (status === 504 && this.#reduced) return { retry: false };
    // Loki answers 500 for a list of tenants that it is not set up for.
    if (body.includes('multiple org IDs')) return { code: 'configuration', retry: false };
    return undefined;
  }
}

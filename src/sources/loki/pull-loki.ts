import { levelOfText } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import type { SourceClient } from '../http/source-client.ts';
import type { Pull, PullContext, PullRequest } from '../pull/pull.ts';
import type { PulledRows } from '../pull/pulled-rows.ts';
import { recordFields } from '../record/record-fields.ts';
import { SourceError } from '../source-error.ts';
import { dividingFilters } from './dividing-filters.ts';
import { lokiEntries } from './loki-entries.ts';
import type { LokiEntry } from './loki-entries.ts';
import { DEFAULT_QUERY } from './options.ts';

const CALL = 'query_range';
/** Loki's own default of `max_entries_limit_per_query`. */
const PAGE_ROWS = 5000;
const NS_PER_MS = 1_000_000n;
/** Times that the entries of one nanosecond are divided. */
const DEPTH_MAX = 12;
/** Below Loki's own default of `max_query_length`, 721 hours. */
const SLICE_NS = 720n * 3_600_000n * NS_PER_MS;

const SERVICE_LABELS = ['service_name', 'service', 'app', 'app_kubernetes_io_name', 'application', 'container', 'job'];
const LEVEL_LABELS = ['level', 'severity', 'severity_text', 'lvl', 'loglevel', 'detected_level'];

/**
 * Pages backwards in time with `query_range` (Loki's HTTP API). A page that is full may hold only some of the entries
 * of its oldest nanosecond: these are left to the next page, which ends behind that nanosecond. One that has nothing
 * but them is read apart, so that none is lost or doubled.
 */
export const pullLoki: Pull = async (request, context) => {
  const loki = new Loki(request, context);
  const startNs = BigInt(request.startMs) * NS_PER_MS;
  let endNs = BigInt(request.endMs) * NS_PER_MS;
  while (endNs > startNs) {
    const sliceNs = endNs - SLICE_NS > startNs ? endNs - SLICE_NS : startNs;
    const entries = await loki.page(sliceNs, endNs);
    const isLast = entries.length < loki.pageRows;
    const oldestNs = entries.at(-1)?.timeNs ?? sliceNs;
    const whole = isLast ? entries : entries.filter(({ timeNs }) => timeNs > oldestNs);
    if (!loki.take(whole)) return;
    if (isLast) endNs = sliceNs;
    else if (whole.length > 0) endNs = oldestNs + 1n;
    else {
      if (!loki.take(await loki.instant(oldestNs))) return;
      endNs = oldestNs;
    }
  }
};

class Loki {
  readonly #client: SourceClient;
  readonly #rows: PulledRows;
  readonly #url: URL;
  readonly #headers: Record<string, string>;
  readonly #query: string;
  pageRows: number;

  constructor({ values }: PullRequest, { client, rows, pageRowsMax }: PullContext) {
    this.#client = client;
    this.#rows = rows;
    this.pageRows = Math.min(PAGE_ROWS, pageRowsMax);
    this.#query = values.get('query') ?? DEFAULT_QUERY;
    // People copy the address to push to.
    const base = (values.get('url') ?? '').replace(/\/(loki\/api\/v1\/.*)?$/, '');
    this.#url = new URL(`${base}/loki/api/v1/query_range`);
    this.#headers = headersOf(values, client);
  }

  /** The newest entries of [startNs, endNs), at most a page. */
  async page(startNs: bigint, endNs: bigint, filter = ''): Promise<LokiEntry[]> {
    const url = new URL(this.#url);
    url.search = new URLSearchParams({
      query: this.#query + filter,
      start: String(startNs),
      end: String(endNs),
      limit: String(this.pageRows),
      direction: 'backward',
    }).toString();
    try {
      const answer = await this.#client.json({ call: CALL, url, headers: this.#headers });
      return lokiEntries(
        answer,
        (sentence) => this.#client.error('malformed_answer', CALL, sentence, 200),
        (sentence) => this.#client.error('configuration', CALL, sentence, 200),
      );
    } catch (error) {
      if (!this.#learnsLimit(error)) throw error;
      return this.page(startNs, endNs, filter);
    }
  }

  /**
   * All entries of one nanosecond that are more than a page: read apart by a character of their lines, and then by
   * another. Where nothing tells them apart, the window counts as cut.
   */
  async instant(timeNs: bigint, filter = '', depth = 0): Promise<LokiEntry[]> {
    const entries = await this.page(timeNs, timeNs + 1n, filter);
    if (entries.length < this.pageRows) return entries;
    const filters = depth === DEPTH_MAX ? undefined : dividingFilters(entries.map(({ line }) => line));
    if (filters === undefined) {
      this.#rows.refused = true;
      return entries;
    }
    const parts: LokiEntry[] = [];
    for (const part of filters) parts.push(...(await this.instant(timeNs, filter + part, depth + 1)));
    return parts;
  }

  /** Answers whether older rows are wanted. */
  take(entries: readonly LokiEntry[]): boolean {
    return entries.every((entry) => this.#takeEntry(entry));
  }

  #takeEntry({ timeNs, line, labels }: LokiEntry): boolean {
    const timeMs = Number(timeNs / NS_PER_MS);
    const service = firstOf(labels, SERVICE_LABELS, (label) => label);
    const level = firstOf(labels, LEVEL_LABELS, levelOfText);
    const record = recordOf(line);
    if (record === undefined) return this.#rows.add(line, timeMs, level, service);
    const fields = recordFields(record, this.#rows.timestamps, false);
    return this.#rows.add(fields.message, timeMs, labelledLevel(labels) ?? fields.level, service ?? fields.service);
  }

  /** A Loki that allows smaller pages says how large they may be. */
  #learnsLimit(error: unknown): boolean {
    if (!(error instanceof SourceError) || error.vendor?.status !== 400) return false;
    const limit = Number(/max entries limit[^]*?>\s*(\d+)\)/i.exec(error.message)?.[1]);
    if (!(limit > 0 && limit < this.pageRows)) return false;
    this.pageRows = limit;
    return true;
  }
}

/** What somebody has labelled goes over what the line says; what Loki has guessed does not. */
function labelledLevel(labels: LokiEntry['labels']): LevelIndex | undefined {
  return firstOf(
    labels,
    LEVEL_LABELS.filter((name) => name !== 'detected_level'),
    levelOfText,
  );
}

function firstOf<Value>(
  labels: LokiEntry['labels'],
  names: readonly string[],
  read: (label: string) => Value | undefined,
): Value | undefined {
  for (const name of names) {
    const label = Object.hasOwn(labels, name) ? labels[name] : undefined;
    // Loki writes "unknown_service" for streams whose labels name none.
    const value = label === undefined || label === '' || label === 'unknown_service' ? undefined : read(label);
    if (value !== undefined) return value;
  }
  return undefined;
}

function recordOf(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function headersOf(values: ReadonlyMap<string, string>, client: SourceClient): Record<string, string> {
  const headers: Record<string, string> = {};
  const [key, user, password, tenant] = ['api_key', 'user', 'password', 'tenant'].map((name) => values.get(name));
  if (key !== undefined && user !== undefined) {
    throw client.error('configuration', CALL, 'LOKI_API_KEY and LOKI_USER are both set: Loki takes one of them');
  }
  if (key !== undefined) headers['authorization'] = `Bearer ${key}`;
  if (user !== undefined) {
    headers['authorization'] = `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
  }
  if (tenant !== undefined) headers['x-scope-orgid'] = tenant;
  return headers;
}

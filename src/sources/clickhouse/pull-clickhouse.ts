import { setTimeout as sleep } from 'node:timers/promises';

import { SourceError } from '../source-error.ts';
import type { PullContext, PullRequest } from '../pull/pull.ts';
import { readLogTable } from './log-table.ts';
import type { LogTable } from './log-table.ts';
import { streamRows } from './query.ts';
import type { Query } from './query.ts';
import { rowsSql, statedLevel } from './row-sql.ts';

const CALL = 'reading rows';
/** An answer that breaks off is gone on with where it was left, so often without a row in between. */
const BREAKS_MAX = 5;
const PAUSE_MS = 200;
/** Rows of one millisecond that wait until all of them are there. */
const HELD_ROWS_MAX = 100_000;

/** A query ends with its connection, where the user may say so. */
export const ENDS_WITH_CLIENT = { cancel_http_readonly_queries_on_client_close: 1 } as const;

/** One row of the answer. */
interface Row {
  ms: number;
  message: string;
  service: string;
  number: number;
  text: string;
}

/**
 * Streams a window, newest rows first: one query with a limit, or as many as a page's size asks for. A page ends with
 * all rows of its last millisecond and the next begins before it, so that ties are neither lost nor doubled.
 */
export async function pullClickHouse(request: PullRequest, context: PullContext): Promise<void> {
  const table = await readLogTable(request, context);
  const sql = `${rowsSql(table, context.client)} ORDER BY ms DESC LIMIT {limit:UInt64} WITH TIES`;
  const { rows, signal } = context;
  const page = new Page(table, context);
  page.endMs = request.endMs;
  for (let breaks = 0; ;) {
    const limit = Math.max(1, Math.min(context.pageRowsMax, rows.maxRows - rows.count + 1));
    const before = page.endMs;
    try {
      const parameters = { start: request.startMs, end: page.endMs, limit };
      const query = { call: CALL, sql, parameters, settings: table.takesSettings ? ENDS_WITH_CLIENT : {} };
      const isLast = await page.read(query, limit);
      if (isLast || page.endMs <= request.startMs) return;
      breaks = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (!page.mayGoOn(error)) throw error;
      breaks = page.endMs < before ? 0 : breaks + 1;
      if (breaks > BREAKS_MAX) throw error;
      await sleep(PAUSE_MS * breaks, undefined, { signal });
    }
  }
}

class Page {
  /** The next page has the rows before this. */
  endMs = Infinity;
  readonly #table: LogTable;
  readonly #context: PullContext;
  /** Rows of the millisecond that is being read, while it is not known to be whole. */
  #held: Row[] = [];
  #ms = Infinity;
  /** Rows of it have been given already. */
  #isTooMany = false;

  constructor(table: LogTable, context: PullContext) {
    this.#table = table;
    this.#context = context;
  }

  /** Answers whether no older row is wanted, or there. */
  async read(query: Query, limit: number): Promise<boolean> {
    const { client } = this.#context;
    this.#held = [];
    this.#ms = Infinity;
    let count = 0;
    for await (const values of streamRows(client, this.#table.connection, query, 5)) {
      const row = rowOf(values);
      if (row === undefined || row.ms >= this.endMs || row.ms > this.#ms)
        throw client.error('malformed_answer', CALL, 'its rows are not those that were asked for, newest first');
      if (row.ms !== this.#ms && !this.#give()) return true;
      this.#ms = row.ms;
      this.#held.push(row);
      count++;
      if (this.#held.length >= HELD_ROWS_MAX) this.#isTooMany = true;
      if (this.#isTooMany && !this.#giveHeld()) return true;
    }
    return !this.#give() || count < limit;
  }

  /** Only where a connection broke, and no row that was given would come again. */
  mayGoOn(error: unknown): boolean {
    return error instanceof SourceError && error.code === 'unreachable' && !this.#isTooMany;
  }

  /** Gives the rows of one millisecond, now that all of them are there. Answers whether older ones are wanted. */
  #give(): boolean {
    if (!this.#giveHeld()) return false;
    this.endMs = Math.min(this.endMs, this.#ms);
    this.#isTooMany = false;
    return true;
  }

  #giveHeld(): boolean {
    const { rows } = this.#context;
    const held = this.#held;
    this.#held = [];
    return held.every(({ ms, message, service, number, text }) =>
      rows.add(message, ms, statedLevel(this.#table, number, text), service),
    );
  }
}

function rowOf([ms, message, service, number, text]: unknown[]): Row | undefined {
  // 64-bit numbers come in quotes where the server is set so.
  const row = { ms: Number(ms), number: Number(number) };
  if (!Number.isSafeInteger(row.ms) || Number.isNaN(row.number)) return undefined;
  if (typeof message !== 'string' || typeof service !== 'string' || typeof text !== 'string') return undefined;
  return { ...row, message, service, text };
}

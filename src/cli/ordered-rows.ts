import { loadRows, UNWATCHED } from '../analyse/load-rows.ts';
import type { LoadedRows, LoadWatch, PullJob } from '../analyse/load-rows.ts';
import type { LevelIndex } from '../domain/level.ts';
import type { Retry } from '../domain/retry.ts';
import type { FilesSummary } from '../sources/file/read-files.ts';
import { NumberedRows, readNumbered } from './numbered-rows.ts';
import type { NumberedRow } from './numbered-rows.ts';
import { isUntimed } from './window-job.ts';

const TELL_MS = 250;

export interface RowsOptions {
  path: string;
  format?: string | undefined;
  /** Service of rows that do not name one. */
  service?: string | undefined;
  servicesMax: number;
  /** Epoch milliseconds; rows with startMs <= time < endMs, all when absent. */
  startMs?: number | undefined;
  endMs?: number | undefined;
}

/** A row of a file at its place in time; its message is `bytes[start, end)`, good during the visit. */
export interface VisitedRow extends NumberedRow {
  service: string;
  bytes: Uint8Array;
  level: LevelIndex;
  timestampMs: number;
}

/** Rows in the order (timestamp, service, message), each with its place in the file, or in that order without one. */
export interface OrderedRows {
  count: number;
  /** What reading a file met. */
  summary: FilesSummary | undefined;
  visit(visit: (row: VisitedRow) => void): void;
  close(): void;
}

/**
 * Reads a whole file. What outgrows some 50 MiB waits in a temporary file. Rows that say no time at all, as in a plain
 * list of messages, keep the file's order. Throws `SourceError`.
 */
export async function orderedRows(options: RowsOptions): Promise<OrderedRows> {
  const first = await load(options, false);
  if (!isUntimed(first.count, first.summary)) return first;
  first.close();
  return load(options, true);
}

async function load(options: RowsOptions, inFileOrder: boolean): Promise<OrderedRows> {
  const { servicesMax, ...file } = options;
  const loaded = await loadRows(
    { source: 'file', ...file },
    { servicesMax, intake: (sorter) => new NumberedRows(sorter, inFileOrder) },
    UNWATCHED,
  );
  return {
    count: loaded.sorter.rows,
    summary: loaded.file,
    visit: (visit) => visitRows(loaded, inFileOrder, visit),
    close: () => loaded.sorter.close(),
  };
}

/** A window of a store. */
export async function pulledRows(
  job: PullJob,
  servicesMax: number,
  told: (rows: number, share?: number, retry?: Retry) => void,
  signal: AbortSignal,
): Promise<{ rows: OrderedRows; truncated: boolean }> {
  const seen: { rows: number; retry: Retry | undefined } = { rows: 0, retry: undefined };
  const tell = () => told(seen.rows, 0, seen.retry);
  const watch: LoadWatch = {
    ...UNWATCHED,
    rowsRead(rows) {
      seen.rows = rows;
      tell();
    },
    retrying: (retry) => void (seen.retry = retry),
    cancellable: (work) => work(signal),
  };
  // No row comes while a store is asked again.
  const telling = setInterval(() => seen.retry !== undefined && tell(), TELL_MS);
  const loaded = await loadRows(job, { servicesMax }, watch).finally(() => clearInterval(telling));
  const rows: OrderedRows = {
    count: loaded.sorter.rows,
    summary: undefined,
    visit: (visit) => visitInOrder(loaded, visit),
    close: () => loaded.sorter.close(),
  };
  return { rows, truncated: loaded.pull?.truncated ?? false };
}

function visitInOrder({ sorter, services }: LoadedRows, visit: (row: VisitedRow) => void): void {
  let number = 0;
  sorter.visit(({ service, bytes, messageStart, messageEnd, level, timestampMs }) =>
    visit({
      number: number++,
      service: services.names[service] as string,
      bytes,
      start: messageStart,
      end: messageEnd,
      level: level as LevelIndex,
      timestampMs,
    }),
  );
}

function visitRows({ sorter, services }: LoadedRows, inFileOrder: boolean, visit: (row: VisitedRow) => void): void {
  const row: VisitedRow = {
    number: 0,
    service: '',
    bytes: new Uint8Array(0),
    start: 0,
    end: 0,
    level: 0,
    timestampMs: 0,
  };
  sorter.visit((cursor) => {
    row.service = services.names[cursor.service] as string;
    row.bytes = cursor.bytes;
    row.level = cursor.level as LevelIndex;
    row.timestampMs = cursor.timestampMs;
    readNumbered(cursor.bytes, cursor.messageStart, cursor.messageEnd, inFileOrder, row);
    visit(row);
  });
}

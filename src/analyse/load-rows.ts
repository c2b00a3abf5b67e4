import { LEVELS } from '../domain/level.ts';
import type { LevelIndex } from '../domain/level.ts';
import type { Retry } from '../domain/retry.ts';
import type { LogRow } from '../domain/row.ts';
import { readFiles } from '../sources/file/read-files.ts';
import type { FilesSummary } from '../sources/file/read-files.ts';
import { declarationOf } from '../sources/catalogue.ts';
import type { HostRules } from '../sources/http/host-guard.ts';
import type { PullSummary } from '../sources/pull/run-pull.ts';
import type { RowSink } from '../sources/row-sink.ts';
import { SERVICES_MAX, ServiceIndex, ServicesOverflow, SmallestNames } from '../sources/service-index.ts';
import { RowSorter } from './row-sorter.ts';
import type { RowSorterOptions } from './row-sorter.ts';

export interface FileJob {
  source: 'file';
  /** Of a file, or a pattern of several. */
  path: string;
  /** Further ones. */
  morePaths?: readonly string[] | undefined;
  /** Folder that every file has to be in. */
  root?: string | undefined;
  /** `auto`, `json`, `csv` or `text`. */
  format?: string | undefined;
  service?: string | undefined;
  /** Epoch milliseconds; rows with startMs <= time < endMs, all when absent. */
  startMs?: number | undefined;
  endMs?: number | undefined;
  /** False where counting its rows as they are read was tried, and they are needed. */
  countable?: boolean | undefined;
}

export interface PackedJob {
  source: 'packed';
  /** Packed rows; on shared memory they are read where they are, and must stay so until the job is done. */
  services: { service: string; chunks: Uint8Array[] }[];
  startMs: number;
  endMs: number;
}

export interface RowsJob {
  source: 'rows';
  rows: LogRow[];
}

/** A window of a store; see `Pull`. */
export interface PullJob {
  source: 'pull';
  /** Name in the catalogue. */
  store: string;
  values: ReadonlyMap<string, string>;
  startMs: number;
  endMs: number;
  maxRows: number;
  hostRules: HostRules;
  fromRequest: boolean;
  answerTimeoutMs: number;
}

export type AnalyseJob = FileJob | PackedJob | RowsJob | PullJob;

/** The rows of a job, ready to be visited in order. Close the sorter when done. */
export interface LoadedRows {
  sorter: RowSorter;
  services: ServiceIndex;
  /** What reading a file met. */
  file: FilesSummary | undefined;
  pull: PullReport | undefined;
}

/** What pulling from a store came to. */
export interface PullReport extends PullSummary {
  /** From the start of the pull to the first row, or group of rows that were counted; undefined when none came. */
  firstRowSeconds: number | undefined;
  /** Of a store that can count; undefined for others. */
  pushdown?: Pushdown | undefined;
}

/** Whether a store counted a window itself, and, where it did not, why its rows were read. */
export interface Pushdown {
  used: boolean;
  reason?: string;
}

export interface LoadOptions extends RowSorterOptions {
  servicesMax?: number | undefined;
  /** That may read a window's files at once; 1 when absent. */
  readThreads?: number | undefined;
  /** What a file's rows go through on their way to the sorter. */
  intake?: ((sorter: RowSink) => RowSink) | undefined;
}

/** For jobs that nobody watches. */
export const UNWATCHED: LoadWatch = {
  tick() {},
  rowsRead() {},
  cancellable: (work) => work(new AbortController().signal),
};

/** How a job that is being loaded is watched and ended. */
export interface LoadWatch {
  /** Called between pieces of the input; what it throws ends the loading. */
  tick(): void;
  rowsRead(rows: number): void;
  /** Told how much of the input has been read, 0 to 1, where that is known. */
  shareRead?(share: number): void;
  /** Told when rows have been counted and are worked out, which waits for nobody; they may be read again after that. */
  allRead?(): void;
  /** Told that a store is asked again after a pause, and with undefined once it has answered. */
  retrying?(retry: Retry | undefined): void;
  /** Runs what waits for others, with a signal that ends it. */
  cancellable<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
}

export async function loadRows(job: AnalyseJob, options: LoadOptions, watch: LoadWatch): Promise<LoadedRows> {
  const servicesMax = options.servicesMax ?? SERVICES_MAX;
  try {
    return await load(job, new ServiceIndex(servicesMax), options, watch);
  } catch (error) {
    if (!(error instanceof ServicesOverflow)) throw error;
  }
  // More services than have a place. Which of them keep their names must not depend on who came first: a pass over the
  // names alone picks the first in their order, the next takes the rows.
  const names = new SmallestNames(servicesMax);
  await collectNames(job, names, watch);
  return load(job, new ServiceIndex(servicesMax, names.result()), options, watch);
}

async function load(
  job: AnalyseJob,
  services: ServiceIndex,
  options: LoadOptions,
  watch: LoadWatch,
): Promise<LoadedRows> {
  const sorter = new RowSorter(services, options);
  const intake = options.intake?.(sorter) ?? sorter;
  let file: FilesSummary | undefined;
  let pull: PullReport | undefined;
  try {
    if (job.source === 'file')
      file = await readFiles({ ...job, onProgress: fileProgress(sorter, watch) }, intake, watch.tick);
    else if (job.source === 'pull') pull = await pullRows(job, intake, watch);
    else if (job.source === 'packed') lendRows(job, sorter, services, watch.tick);
    else addRows(job, sorter, services);
    if (job.source === 'pull') sorter.keepNewest(job.maxRows);
    return { sorter, services, file, pull };
  } catch (error) {
    sorter.close();
    throw error;
  }
}

function fileProgress(sorter: RowSorter, watch: LoadWatch): (share: number) => void {
  return (share) => {
    watch.rowsRead(sorter.rows);
    watch.shareRead?.(share);
  };
}

async function pullRows(job: PullJob, sink: RowSink, watch: LoadWatch): Promise<PullReport> {
  const { store, values, startMs, endMs, ...rules } = job;
  const startedMs = performance.now();
  let firstRowSeconds: number | undefined;
  // The client of stores is large, and windows of files start without it.
  const [{ pullOf }, { runPull }] = await Promise.all([
    import('../sources/pulls.ts'),
    import('../sources/pull/run-pull.ts'),
  ]);
  const pull = await pullOf(store);
  const summary = await watch.cancellable((signal) =>
    runPull(
      declarationOf(store),
      pull,
      { values, startMs, endMs },
      {
        ...rules,
        sink,
        signal,
        onRow(rows) {
          firstRowSeconds ??= (performance.now() - startedMs) / 1000;
          watch.rowsRead(rows);
        },
        onRetry: (retry) => watch.retrying?.(retry),
      },
    ),
  );
  return { ...summary, firstRowSeconds };
}

function lendRows(job: PackedJob, sorter: RowSorter, services: ServiceIndex, tick: () => void): void {
  for (const { service, chunks } of job.services) {
    const number = services.ofName(service);
    for (const chunk of chunks) {
      tick();
      sorter.addLent(chunk, number, job.startMs, job.endMs);
    }
  }
}

const encoder = new TextEncoder();

function addRows(job: RowsJob, sorter: RowSorter, services: ServiceIndex): void {
  for (const { service, message, timestamp, level } of job.rows) {
    const bytes = encoder.encode(message);
    const index = LEVELS.indexOf(level) as LevelIndex;
    sorter.add(bytes, 0, bytes.length, timestamp, index, services.ofName(service));
  }
}

async function collectNames(job: AnalyseJob, names: SmallestNames, watch: LoadWatch): Promise<void> {
  if (job.source === 'file' || job.source === 'pull') {
    const decoder = new TextDecoder();
    const sink = {
      service: (bytes: Uint8Array, start: number, end: number) => {
        names.add(decoder.decode(bytes.subarray(start, end)));
        return 0;
      },
      add: () => {},
    };
    if (job.source === 'file') await readFiles(job, sink, watch.tick);
    else await pullRows(job, sink, watch);
  } else if (job.source === 'packed') for (const { service } of job.services) names.add(service);
  else for (const { service } of job.rows) names.add(service);
}

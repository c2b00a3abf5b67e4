import { LEVELS } from '../domain/level.ts';
import type { LevelIndex } from '../domain/level.ts';
import type { LogRow } from '../domain/row.ts';
import { readFile } from '../sources/file/read-file.ts';
import type { FileSummary } from '../sources/file/read-file.ts';
import type { RowSink } from '../sources/row-sink.ts';
import { SERVICES_MAX, ServiceIndex, ServicesOverflow, SmallestNames } from '../sources/service-index.ts';
import { RowSorter } from './row-sorter.ts';
import type { RowSorterOptions } from './row-sorter.ts';

export interface FileJob {
  source: 'file';
  path: string;
  /** `auto`, `json`, `csv` or `text`. */
  format?: string | undefined;
  service?: string | undefined;
  /** Epoch milliseconds; rows with startMs <= time < endMs, all when absent. */
  startMs?: number | undefined;
  endMs?: number | undefined;
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

export type AnalyseJob = FileJob | PackedJob | RowsJob;

/** The rows of a job, ready to be visited in order. Close the sorter when done. */
export interface LoadedRows {
  sorter: RowSorter;
  services: ServiceIndex;
  /** What reading a file met. */
  file: FileSummary | undefined;
}

export interface LoadOptions extends RowSorterOptions {
  servicesMax?: number | undefined;
  /** What a file's rows go through on their way to the sorter. */
  intake?: ((sorter: RowSink) => RowSink) | undefined;
}

/** @param tick called between pieces of the input; what it throws ends the loading. */
export async function loadRows(job: AnalyseJob, options: LoadOptions, tick: () => void): Promise<LoadedRows> {
  const servicesMax = options.servicesMax ?? SERVICES_MAX;
  try {
    return await load(job, new ServiceIndex(servicesMax), options, tick);
  } catch (error) {
    if (!(error instanceof ServicesOverflow)) throw error;
  }
  // More services than have a place. Which of them keep their names must not depend on who came first: a pass over the
  // names alone picks the first in their order, the next takes the rows.
  const names = new SmallestNames(servicesMax);
  await collectNames(job, names, tick);
  return load(job, new ServiceIndex(servicesMax, names.result()), options, tick);
}

async function load(
  job: AnalyseJob,
  services: ServiceIndex,
  options: LoadOptions,
  tick: () => void,
): Promise<LoadedRows> {
  const sorter = new RowSorter(services, options);
  let file: FileSummary | undefined;
  try {
    if (job.source === 'file') file = await readFile(job, options.intake?.(sorter) ?? sorter, tick);
    else if (job.source === 'packed') lendRows(job, sorter, services, tick);
    else addRows(job, sorter, services);
    return { sorter, services, file };
  } catch (error) {
    sorter.close();
    throw error;
  }
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

async function collectNames(job: AnalyseJob, names: SmallestNames, tick: () => void): Promise<void> {
  if (job.source === 'file') {
    const decoder = new TextDecoder();
    const sink = {
      service: (bytes: Uint8Array, start: number, end: number) => {
        names.add(decoder.decode(bytes.subarray(start, end)));
        return 0;
      },
      add: () => {},
    };
    await readFile(job, sink, tick);
  } else if (job.source === 'packed') for (const { service } of job.services) names.add(service);
  else for (const { service } of job.rows) names.add(service);
}

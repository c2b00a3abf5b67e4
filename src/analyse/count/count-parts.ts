import { setImmediate } from 'node:timers/promises';

import type { FileOptions } from '../../sources/file/file-options.ts';
import { readLines } from '../../sources/file/read-lines.ts';
import type { LinesPart, LinesSummary } from '../../sources/file/read-lines.ts';
import { SourceError } from '../../sources/source-error.ts';
import { GroupsUnsettled } from '../../sources/pull/row-groups.ts';
import { ServiceIndex, ServicesOverflow } from '../../sources/service-index.ts';
import { giveBack, takeCountModule } from './count-module.ts';
import { GroupCounter } from './group-counter.ts';
import type { Bounds, CountedGroup } from './group-counter.ts';

/** What one thread reads at a time. */
export interface FilePart {
  path: string;
  lines: LinesPart;
}

export interface CountTask {
  parts: readonly FilePart[];
  /** Of every part. */
  file: Omit<FileOptions, 'path' | 'onRead'>;
  bounds: Bounds;
  /** Ids of groups all rows of which are wanted. */
  apart: ReadonlySet<string>;
  servicesMax: number;
  /** What the threads share, at `NEXT_PART` and so on. */
  shared: Int32Array<SharedArrayBuffer>;
}

/** Number of the part that nobody has taken yet, rows so far, and 64 KiB read so far. */
const NEXT_PART = 0;
export const ROWS_READ = 1;
const BLOCKS_READ = 2;
export const SHARED_WORDS = 3;
const BLOCK_BYTES_LOG = 16;

export interface PartSummary extends LinesSummary {
  part: number;
}

/** Of all parts that one thread has taken. */
export type CountResult =
  | {
      services: string[];
      rows: number;
      bounds: Bounds;
      groups: CountedGroup[];
      summaries: PartSummary[];
    }
  /** Why it cannot be counted. */
  | { unsettled: string };

/** Takes parts that nobody has taken until there are none, and counts their rows. */
export async function countParts(task: CountTask, tick: () => void): Promise<CountResult> {
  const { parts, file, bounds, apart, servicesMax, shared } = task;
  const module = takeCountModule();
  if (module === undefined) return { unsettled: 'there is no WebAssembly' };
  const services = new ServiceIndex(servicesMax);
  const counter = new GroupCounter(module, services, bounds, apart);
  const summaries: PartSummary[] = [];
  let rowsTold = 0;
  let rest = 0;
  const onRead = (bytes: number) => {
    rest += bytes;
    Atomics.add(shared, BLOCKS_READ, rest >> BLOCK_BYTES_LOG);
    rest &= (1 << BLOCK_BYTES_LOG) - 1;
    Atomics.add(shared, ROWS_READ, counter.rows - rowsTold);
    rowsTold = counter.rows;
  };
  try {
    for (let part = takePart(shared); part < parts.length; part = takePart(shared)) {
      const { path, lines } = parts[part]!;
      const reading = readLines({ ...file, path, onRead }, lines, counter, tick);
      let read: IteratorResult<void, LinesSummary>;
      do {
        read = reading.next();
        // Whoever shares the thread has a turn: it hears Ctrl-C.
        await setImmediate();
      } while (read.done !== true);
      summaries.push({ part, ...read.value });
    }
    const groups = [...counter.groups()];
    return { services: services.names, rows: counter.rows, bounds: counter.bounds, groups, summaries };
  } catch (error) {
    takeNoMore(task);
    if (isKnown(error)) return { unsettled: error.message };
    throw error;
  } finally {
    giveBack(module);
  }
}

/** Whoever reads row by row meets it again, and says what it is. */
function isKnown(error: unknown): error is Error {
  if (error instanceof GroupsUnsettled || error instanceof ServicesOverflow || error instanceof SourceError)
    return true;
  return error instanceof Error && 'syscall' in error;
}

/** Lets all threads end with the parts that they have. */
export function takeNoMore({ shared, parts }: CountTask): void {
  Atomics.store(shared, NEXT_PART, parts.length);
}

function takePart(shared: Int32Array<SharedArrayBuffer>): number {
  return Atomics.add(shared, NEXT_PART, 1);
}

/** Bytes read so far, about. */
export function bytesRead(shared: Int32Array<SharedArrayBuffer>): number {
  return Atomics.load(shared, BLOCKS_READ) * (1 << BLOCK_BYTES_LOG);
}

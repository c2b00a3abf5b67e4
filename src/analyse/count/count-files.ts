import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';

import type { WindowAnalysis } from '../../domain/cluster.ts';
import { addCounts, noCounts } from '../../sources/file/byte-consumer.ts';
import { outlineFile } from '../../sources/file/outline-file.ts';
import type { FileOutline } from '../../sources/file/outline-file.ts';
import { OPEN_FLAGS } from '../../sources/file/opened-file.ts';
import { textSplits } from '../../sources/file/text-splits.ts';
import type { FilePaths } from '../../sources/file/file-paths.ts';
import type { FilesSummary } from '../../sources/file/read-files.ts';
import { GroupsUnsettled } from '../../sources/pull/row-groups.ts';
import { SERVICES_MAX } from '../../sources/service-index.ts';
import { analyseGroups, GroupsDrift } from '../analyse-groups.ts';
import type { AnalyseOptions } from '../analyse-rows.ts';
import { GroupSet } from '../group-set.ts';
import type { FileJob, LoadOptions, LoadWatch } from '../load-rows.ts';
import type { CountHelpers } from './count-helpers.ts';
import { bytesRead, countParts, ROWS_READ, SHARED_WORDS, takeNoMore } from './count-parts.ts';
import type { CountTask, FilePart, PartSummary } from './count-parts.ts';
import type { Bounds } from './group-counter.ts';
import { boundsOf, mergeCounts } from './merge-counts.ts';
import type { Counted } from './merge-counts.ts';

/** Times that the files are read: with other bounds, or with more groups row by row. */
const ROUNDS_MAX = 5;
/** Part of the work that reading is, about. */
const READING = 0.95;
/**
 * Files that are held open meanwhile, so that one that is moved away is read to its end. A further one that is another by
 * then is not counted.
 */
export const OPEN_FILES_MAX = 64;
/** Rows that are kept one by one at most. */
const APART_ROWS_MAX = 300_000;

export interface CountedFiles {
  analysis: WindowAnalysis;
  file: FilesSummary;
}

/** What is counted. */
interface Files {
  outlines: readonly FileOutline[];
  parts: readonly FilePart[];
  linksOut: readonly string[];
}

/**
 * Counts the rows of `files` in parts, and answers as `answerByCounting` does.
 *
 * @param partBytes what a thread reads at a time.
 */
export async function countFiles(
  { paths, linksOut }: FilePaths,
  helpers: CountHelpers,
  partBytes: number,
  job: FileJob,
  options: AnalyseOptions & LoadOptions,
  watch: LoadWatch,
): Promise<CountedFiles | undefined> {
  const held: FileHandle[] = [];
  try {
    const files = await lookAt(paths, held, job, partBytes);
    if (files === undefined) return undefined;
    helpers.keepOnly(files.parts.length - 1);
    return await countRounds({ ...files, linksOut }, helpers, job, options, watch);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return undefined; // whoever reads it says why
    throw error;
  } finally {
    await Promise.all(held.map((handle) => handle.close()));
  }
}

async function countRounds(
  files: Files,
  helpers: CountHelpers,
  job: FileJob,
  options: AnalyseOptions & LoadOptions,
  watch: LoadWatch,
): Promise<CountedFiles | undefined> {
  const { outlines, parts } = files;
  const { servicesMax = SERVICES_MAX } = options;
  const { root, format, service, startMs, endMs } = job;
  const task = { parts, file: { root, format, service, startMs, endMs }, servicesMax };
  const apart = new Set<string>();
  const set = new GroupSet();
  let bounds = guessedBounds(outlines, job);
  try {
    for (let round = 1; round <= ROUNDS_MAX; round++) {
      const { file, otherBounds } = await countInto(set, files, { ...task, bounds, apart }, helpers, watch);
      if (file === undefined) return undefined;
      if (otherBounds !== undefined) {
        bounds = otherBounds;
        continue;
      }
      await allRead(watch);
      if (set.services.names.length > servicesMax) return undefined;
      try {
        return { analysis: analyseGroups(set, options, watch.tick), file };
      } catch (error) {
        if (!(error instanceof GroupsDrift)) throw error;
        for (const number of error.groups) apart.add(set.groups[number]!.key);
        const rows = set.groups.reduce((sum, { key, count }) => sum + (apart.has(key) ? count : 0), 0);
        if (rows > APART_ROWS_MAX) return undefined;
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof GroupsUnsettled) return undefined;
    throw error;
  }
}

/** Both ends of all files, and what is read at a time; undefined when not all are plain ones of lines. Some are put into `held`. */
async function lookAt(
  paths: readonly string[],
  held: FileHandle[],
  job: FileJob,
  partBytes: number,
): Promise<Omit<Files, 'linksOut'> | undefined> {
  const outlines: FileOutline[] = [];
  const parts: FilePart[] = [];
  for (const path of paths) {
    const handle = await open(path, OPEN_FLAGS);
    const isHeld = held.length < OPEN_FILES_MAX;
    if (isHeld) held.push(handle);
    try {
      const outline = await outlineFile(handle, { ...job, path });
      if (outline === undefined) return undefined;
      outlines.push(outline);
      const { format, size, ino, modifiedMs, untimedMs, dateOrder } = outline;
      const file = { format, ino, fd: isHeld ? handle.fd : undefined, modifiedMs, untimedMs, dateOrder };
      const splits = format === 'text' ? await textSplits(handle, outline, partBytes) : everyPart(size, partBytes);
      const ends = [...splits, size];
      ends.forEach((to, i) => parts.push({ path, lines: { ...file, from: ends[i - 1] ?? 0, to } }));
    } finally {
      if (!isHeld) await handle.close();
    }
  }
  return { outlines, parts };
}

/** The ends of files in order are those of the window; elsewhere the first reading tells. */
function guessedBounds(outlines: readonly FileOutline[], { startMs = 0 }: FileJob): Bounds {
  const { firstMs, lastMs } = boundsOf(outlines.map((bounds) => ({ bounds })));
  return firstMs <= lastMs ? { firstMs, lastMs } : { firstMs: startMs, lastMs: startMs };
}

function everyPart(size: number, partBytes: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil(size / partBytes) - 1) }, (_, i) => (i + 1) * partBytes);
}

function bytesOf(parts: readonly FilePart[]): number {
  return parts.reduce((sum, { lines: { from, to } }) => sum + to - from, 0);
}

/**
 * Counts all parts into `set`, after which nobody else holds anything of the rows, and answers what reading met. Where the
 * rows have other bounds than those given `set` stays as it is: they have to be counted anew with these.
 */
async function countInto(
  set: GroupSet,
  files: Files,
  task: Omit<CountTask, 'shared'>,
  helpers: CountHelpers,
  watch: LoadWatch,
): Promise<{ file: FilesSummary | undefined; otherBounds?: Bounds }> {
  const counts = await count(task, helpers, watch);
  const file = summaryOf(files, counts);
  const met = boundsOf(counts);
  const { firstMs, lastMs } = task.bounds;
  const isEmpty = met.firstMs > met.lastMs;
  if (!isEmpty && (met.firstMs !== firstMs || met.lastMs !== lastMs)) return { file, otherBounds: met };
  helpers.rest();
  if (file !== undefined) mergeCounts(counts, task.apart, set);
  return { file };
}

/** Counts all parts, in this thread and in those that help. */
async function count(task: Omit<CountTask, 'shared'>, helpers: CountHelpers, watch: LoadWatch): Promise<Counted[]> {
  const shared = new Int32Array(new SharedArrayBuffer(4 * SHARED_WORDS));
  const whole: CountTask = { ...task, shared };
  const bytes = bytesOf(task.parts);
  const tick = () => {
    watch.tick();
    watch.rowsRead(Atomics.load(shared, ROWS_READ));
    if (bytes > 0) watch.shareRead?.(READING * Math.min(1, bytesRead(shared) / bytes));
  };
  const helped = watch.cancellable((signal) => helpers.count(whole, signal));
  // Where one gives up, the others need not go on; each says so itself.
  helped.catch(() => takeNoMore(whole));
  const own = await countParts(whole, tick);
  const results = [own, ...(await helped)];
  return results.map((result) => {
    if ('unsettled' in result) throw new GroupsUnsettled(result.unsettled);
    return result;
  });
}

/** What came while the last part was read is heard before nobody listens any more: within a whole turn, which this one may not be. */
async function allRead(watch: LoadWatch): Promise<void> {
  if (watch.allRead === undefined) return;
  await setImmediate();
  await setImmediate();
  watch.tick();
  watch.allRead();
}

/** What reading met; undefined where only reading row by row tells. */
function summaryOf({ outlines, parts, linksOut }: Files, counts: readonly Counted[]): FilesSummary | undefined {
  const ofPart: PartSummary[] = [];
  for (const { summaries } of counts) for (const summary of summaries) ofPart[summary.part] = summary;
  const formats = new Set(outlines.map(({ format }) => format));
  const [format = 'text'] = formats;
  const summary: FilesSummary = {
    ...noCounts(),
    format: formats.size > 1 ? 'mixed' : format,
    files: outlines.length,
    firstBadPath: undefined,
    linksOut,
  };
  let seen = 0;
  let lines = 0;
  let hasBad = false;
  for (const [i, { path, lines: part }] of parts.entries()) {
    const { counts, ...rest } = ofPart[i]!;
    const isHead = part.from === 0;
    if (!isHead && rest.startsUntimed) return undefined;
    const { firstBad } = counts;
    if (isHead) {
      seen = lines = 0;
      hasBad = false;
    }
    hasBad ||= firstBad !== undefined;
    if (firstBad !== undefined && summary.firstBad === undefined && outlines.length > 1) summary.firstBadPath = path;
    addCounts(summary, {
      ...counts,
      firstBad: firstBad === undefined ? undefined : { ...firstBad, line: firstBad.line + lines },
    });
    seen += rest.seen;
    lines += rest.lines;
    const isTail = (parts[i + 1]?.lines.from ?? 0) === 0;
    // Nothing in it is what its format says.
    if (isTail && seen === 0 && hasBad) return undefined;
  }
  return summary;
}

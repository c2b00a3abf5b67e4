import type { MessagePort } from 'node:worker_threads';

import type { WindowAnalysis } from '../domain/cluster.ts';
import type { Comparison } from '../domain/comparison.ts';
import { declarationOf } from '../sources/catalogue.ts';
import { SourceError } from '../sources/source-error.ts';
import type { SourceErrorCode, VendorDetails } from '../sources/source-error.ts';
import { analyseRows, ROWS_PER_TICK } from './analyse-rows.ts';
import type { AnalyseOptions } from './analyse-rows.ts';
import { answerByCounting } from './count/answer-by-counting.ts';
import { compareAnalyses } from './compare-analyses.ts';
import type { ComparedSide } from './compare-analyses.ts';
import { JobCancelled, JobControl } from './job-control.ts';
import { loadRows } from './load-rows.ts';
import type { AnalyseJob, LoadOptions, LoadWatch, LoadedRows, PullReport } from './load-rows.ts';
import { RowSlicer } from './row-slices.ts';

/** A job as it comes to the worker's thread. With a port, its rows are streamed there. */
export interface WorkerTask {
  job: AnalyseJob;
  /** Whether clusters are wanted. */
  analyse: boolean;
  /** A second window, that the first is compared with. */
  against?: AnalyseJob;
  options: AnalyseOptions & LoadOptions;
  control: Int32Array<SharedArrayBuffer>;
  port?: MessagePort;
}

/** What stands on the port before the rows. */
export interface RowsRead {
  report: Pick<LoadedRows, 'file' | 'pull'>;
  rows: number;
}

/** An answer, or an error of the known kinds: thrown ones lose their code on the way between threads. */
export type WorkerResult =
  | ({ outcome: 'done'; analysis: WindowAnalysis | undefined } & Pick<LoadedRows, 'file' | 'pull'>)
  | { outcome: 'compared'; a: ComparedSide; b: ComparedSide; comparison: Comparison }
  | { outcome: 'cancelled' }
  | { outcome: 'source-error'; code: SourceErrorCode; message: string; vendor: VendorDetails | undefined };

/** Entry of the worker thread. */
export default async function runTask(task: WorkerTask): Promise<WorkerResult> {
  const control = new JobControl(task.control);
  control.begin();
  try {
    control.throwIfCancelled();
    if (task.against !== undefined) return await compareWindows(task, task.against, control);
    return await runWindow(task, control, { rows: 0, share: 0, shareMax: 1 });
  } catch (error) {
    if (error instanceof JobCancelled) return { outcome: 'cancelled' };
    if (error instanceof SourceError) {
      const { code, message, vendor } = error;
      return { outcome: 'source-error', code, message, vendor };
    }
    throw error;
  } finally {
    // A message of its own: an idle worker sleeps without telling anybody that a port of it was closed.
    task.port?.postMessage(undefined);
    task.port?.close();
  }
}

type WindowResult = Extract<WorkerResult, { outcome: 'done' }>;

/** What was done before for the same caller, and how far this window leads. */
interface Progress {
  rows: number;
  share: number;
  shareMax: number;
}

/** Part of a window's work that reading is, about; the rest is counting. */
const READING = 0.5;

async function runWindow(task: WorkerTask, control: JobControl, before: Progress): Promise<WindowResult> {
  const shareDone = (part: number) => control.shareDone(before.share + (before.shareMax - before.share) * part);
  const tick = () => control.throwIfCancelled();
  const watch: LoadWatch = {
    tick,
    rowsRead: (rows) => control.rowsRead(before.rows + rows),
    shareRead: (share) => shareDone(share * READING),
    retrying: (retry) => control.retrying(retry),
    cancellable: (work) => control.cancellable(work),
  };
  const byStore = await countedWindow(task, watch);
  if (byStore.result !== undefined) return byStore.result;
  const { job } = task;
  if (job.source === 'file' && job.countable !== false && task.port === undefined && task.analyse) {
    const counted = await answerByCounting(job, task.options, { ...watch, shareRead: shareDone });
    if (counted !== undefined) return { outcome: 'done', ...counted, pull: undefined };
  }
  const loaded = await loadRows(job, task.options, watch);
  try {
    const { sorter, services, file } = loaded;
    const pull = withPushdown(loaded.pull, byStore.reason);
    const truncated = pull?.truncated ?? false;
    const read: RowsRead = { report: { file, pull }, rows: sorter.rows };
    task.port?.postMessage(read);
    const counted = countTicks(tick, sorter.rows, (share) => shareDone(READING + share * (1 - READING)));
    const analysis = task.analyse ? { ...analyseRows(sorter, services, task.options, counted), truncated } : undefined;
    if (task.port !== undefined) streamRows(loaded, task.port, control);
    return { outcome: 'done', analysis, file, pull };
  } finally {
    loaded.sorter.close();
  }
}

function countTicks(tick: () => void, rows: number, shareDone: (share: number) => void): () => void {
  let seen = 0;
  return () => {
    tick();
    shareDone(Math.min(1, seen / Math.max(1, rows)));
    seen += ROWS_PER_TICK;
  };
}

/** One after the other: two windows at once would take twice the memory. */
async function compareWindows(task: WorkerTask, against: AnalyseJob, control: JobControl): Promise<WorkerResult> {
  const a = await runWindow(task, control, { rows: 0, share: 0, shareMax: 0.5 });
  const b = await runWindow({ ...task, job: against }, control, {
    rows: a.analysis?.log_count ?? 0,
    share: 0.5,
    shareMax: 1,
  });
  return {
    outcome: 'compared',
    ...compareAnalyses({ ...a, job: task.job }, { ...b, job: against }, () => control.throwIfCancelled()),
  };
}

type CountedWindow = { result: WindowResult } | { result?: undefined; reason: string | undefined };

/** Where clusters alone are wanted, the store may count the window itself; else the reason why its rows are needed. */
async function countedWindow({ job, options, port }: WorkerTask, watch: LoadWatch): Promise<CountedWindow> {
  if (job.source !== 'pull') return { reason: undefined };
  if (port !== undefined) return { reason: declarationOf(job.store).pushdown === true ? EVERY_ROW : undefined };
  const { answerByGroups } = await import('./answer-by-groups.ts');
  const answer = await answerByGroups(job, options, watch);
  if (answer.analysis === undefined) return { reason: answer.reason };
  const { analysis, summary, firstRowSeconds } = answer;
  const { requests, retries } = summary;
  const pushdown = { used: true };
  const pull = { rows: analysis.log_count, truncated: false, requests, retries, firstRowSeconds, pushdown };
  return { result: { outcome: 'done', analysis, file: undefined, pull } };
}

/** Why a store that can count does not: models score and learn lines, not counts. */
const EVERY_ROW = 'models take every row';

function withPushdown(pull: PullReport | undefined, reason: string | undefined): PullReport | undefined {
  if (pull === undefined || reason === undefined) return pull;
  return { ...pull, pushdown: { used: false, reason } };
}

function streamRows({ sorter, services }: LoadedRows, port: MessagePort, control: JobControl): void {
  let sent = 0;
  const slicer = new RowSlicer(services, (slice) => {
    control.waitForConsumer(sent);
    port.postMessage(slice, [slice.bytes.buffer]);
    sent++;
  });
  sorter.visit((row) => slicer.add(row));
  slicer.flush();
}

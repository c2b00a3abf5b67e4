import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';

import type { WindowAnalysis } from '../domain/cluster.ts';
import type { Retry } from '../domain/retry.ts';
import type { Comparison } from '../domain/comparison.ts';
import { SourceError } from '../sources/source-error.ts';
import type { AnalyseOptions } from './analyse-rows.ts';
import type { RowsRead, WorkerTask } from './analyse-worker.ts';
import type { ComparedSide } from './compare-analyses.ts';
import { JobControl } from './job-control.ts';
import { Lanes } from './lanes.ts';
import type { AnalyseJob, LoadOptions, LoadedRows } from './load-rows.ts';
import { batchOfSlice } from './row-slices.ts';
import type { PackedBatch, RowSlice } from './row-slices.ts';

const QUEUE_MAX = 16;
const PROGRESS_MS = 250;

export interface AnalyserOptions extends AnalyseOptions, LoadOptions {
  /** For the buffer and files, and for each store that is asked. */
  threads: number;
  /** Jobs that may wait for each of these. */
  queueMax?: number;
  /** How long a store's window waits for others of that store; for ever when absent. */
  storeWaitMs?: number | undefined;
}

/** What reading the rows met; undefined where they came from somewhere else. */
export type JobReport = Pick<LoadedRows, 'file' | 'pull'>;

export type AnalyserResult = WindowAnalysis & JobReport;

export interface ComparedWindows {
  a: ComparedSide;
  b: ComparedSide;
  comparison: Comparison;
}

/** How whoever asked for a job follows it, and ends it. */
export interface JobWatch {
  signal?: AbortSignal | undefined;
  /**
   * Rows read so far, how much is done of all, 0 to 1 (0: not known), and whether a store is being asked again; called
   * some times a second.
   */
  onProgress?: ((rows: number, share: number, retry?: Retry) => void) | undefined;
}

export interface AnalyseWatch extends JobWatch {
  /** Clusters tell their rows over time. */
  series?: boolean | undefined;
}

export interface StreamWatch extends JobWatch {
  /** The rows are analysed too; called once the last of them was given. */
  onAnalysis?: ((result: AnalyserResult) => void) | undefined;
  /** Called once all rows are read, before the first of them is given. */
  onReport?: ((report: JobReport, rows: number) => void) | undefined;
}

/** Runs windows through mining and clustering in threads of its own, so that none of them delays live scoring. */
export interface Analyser {
  /** Rejects with a `SourceError`, an `AnalyserError` or the signal's reason. Lent rows are let go of before it settles. */
  analyse(job: AnalyseJob, watch?: AnalyseWatch): Promise<AnalyserResult>;
  /** What has changed from the first window to the second; rejects as `analyse` does. */
  compare(a: AnalyseJob, b: AnalyseJob, watch?: JobWatch): Promise<ComparedWindows>;
  /** The rows in the order (timestamp, service, message), at most 1,000 at a time. Ending the loop early ends the job. */
  streamRows(job: AnalyseJob, watch?: StreamWatch): AsyncGenerator<PackedBatch, void, undefined>;
  /** Jobs that run or wait. */
  readonly jobs: number;
  /** The store, undefined for the buffer and files, with the most of them, and how many those may be. */
  readonly fullest: { store: string | undefined; jobs: number };
  readonly jobsMax: number;
  /** Ends all jobs and the threads. */
  close(): Promise<void>;
}

/** `busy`: too many jobs wait already, try again later. `closed`: the service is stopping. */
export class AnalyserError extends Error {
  readonly code: 'busy' | 'closed';

  constructor(code: 'busy' | 'closed', message: string) {
    super(message);
    this.name = 'AnalyserError';
    this.code = code;
  }
}

export function createAnalyser(options: AnalyserOptions): Analyser {
  const { threads, queueMax = QUEUE_MAX, storeWaitMs, ...taskOptions } = options;
  const jobsMax = threads + queueMax;
  const lanes = new Lanes(threads);
  let closed = false;

  async function run(
    control: JobControl,
    { signal, onProgress, series }: AnalyseWatch,
    task: Omit<WorkerTask, 'options' | 'control'>,
  ) {
    if (closed) throw new AnalyserError('closed', 'the service is stopping: no further window is analysed');
    const { store, pool, jobs } = lanes.of(task.job, task.against);
    if (jobs.size >= jobsMax) {
      const what = store === undefined ? 'windows' : `windows of ${store}`;
      throw new AnalyserError('busy', `${jobs.size} ${what} are being analysed already: try again in a moment`);
    }
    signal?.throwIfAborted();
    const waiting = new AbortController();
    const leaveQueue = () => {
      if (!control.hasBegun) waiting.abort();
    };
    const cancel = () => {
      control.cancel();
      leaveQueue();
    };
    signal?.addEventListener('abort', cancel);
    jobs.add(control);
    const giveUp = () => {
      // With a thread to itself it is about to begin.
      if ([...jobs].filter(({ hasBegun }) => hasBegun).length >= threads) leaveQueue();
    };
    const patience = store === undefined || storeWaitMs === undefined ? undefined : setTimeout(giveUp, storeWaitMs);
    const tell = () => onProgress?.(control.rows, control.share, control.retry);
    const progress = onProgress === undefined ? undefined : setInterval(tell, PROGRESS_MS);
    try {
      const whole: WorkerTask = {
        ...task,
        options: { ...taskOptions, ...(series === true ? { series } : {}) },
        control: control.words,
      };
      const transferList = task.port === undefined ? [] : [task.port];
      const result = await pool.run(whole, { transferList, signal: waiting.signal });
      signal?.throwIfAborted();
      if (result.outcome === 'source-error') {
        throw new SourceError(
          result.code,
          result.message,
          result.vendor === undefined ? {} : { vendor: result.vendor },
        );
      }
      if (result.outcome === 'cancelled') throw new AnalyserError('closed', 'the window was given up unfinished');
      return result;
    } catch (error) {
      signal?.throwIfAborted();
      if (closed) throw new AnalyserError('closed', 'the service is stopping: the window was given up unfinished');
      if (waiting.signal.aborted) throw stillWaiting(store, storeWaitMs);
      throw error;
    } finally {
      clearTimeout(patience);
      clearInterval(progress);
      signal?.removeEventListener('abort', cancel);
      jobs.delete(control);
    }
  }

  return {
    async analyse(job, watch = {}) {
      const result = await run(new JobControl(), watch, { job, analyse: true });
      if (result.outcome !== 'done' || result.analysis === undefined) throw new Error('the worker analysed nothing');
      return { ...result.analysis, file: result.file, pull: result.pull };
    },
    async compare(a, b, watch = {}) {
      const result = await run(new JobControl(), watch, { job: a, analyse: true, against: b });
      if (result.outcome !== 'compared') throw new Error('the worker compared nothing');
      return { a: result.a, b: result.b, comparison: result.comparison };
    },
    async *streamRows(job, watch = {}) {
      const control = new JobControl();
      const { port1, port2 } = new MessageChannel();
      const { onAnalysis, onReport } = watch;
      const slices = receiveSlices(port1, ({ report, rows }) => onReport?.(report, rows));
      const running = run(control, watch, { job, port: port2, analyse: onAnalysis !== undefined });
      // Where no worker took the job nobody closes the other end. The error itself is thrown below.
      running.catch(() => slices.end());
      try {
        for (let slice = await slices.next(); slice !== undefined; slice = await slices.next()) {
          yield batchOfSlice(slice);
          control.sliceTaken();
        }
        const result = await running;
        if (result.outcome !== 'done') throw new Error('the worker streamed nothing');
        const { analysis, file, pull } = result;
        if (analysis !== undefined) onAnalysis?.({ ...analysis, file, pull });
      } finally {
        control.cancel();
        await running.catch(() => {});
        port1.close();
      }
    },
    get jobs() {
      return lanes.jobs;
    },
    get fullest() {
      const [fullest] = lanes.busy().toSorted((a, b) => b.jobs.size - a.jobs.size);
      return { store: fullest?.store, jobs: fullest?.jobs.size ?? 0 };
    },
    jobsMax,
    async close() {
      closed = true;
      await lanes.close();
    },
  };
}

function stillWaiting(store: string | undefined, waitedMs = 0): AnalyserError {
  const sentence = `windows of ${store} that came before have not ended within ${waitedMs / 1000} s`;
  return new AnalyserError('busy', `${sentence}: try again later, or raise ANALYSIS_THREADS`);
}

interface SliceReceiver {
  /** The next slice; undefined when there is none any more. */
  next(): Promise<RowSlice | undefined>;
  end(): void;
}

function receiveSlices(port: MessagePort, onRead: (read: RowsRead) => void): SliceReceiver {
  const waiting: RowSlice[] = [];
  const state = { ended: false, wake: () => {} };
  const end = () => {
    state.ended = true;
    state.wake();
  };
  port.on('message', (message: RowsRead | RowSlice | undefined) => {
    if (message === undefined) return end();
    if ('report' in message) return onRead(message);
    waiting.push(message);
    state.wake();
  });
  return {
    async next() {
      while (waiting.length === 0 && !state.ended) {
        await new Promise<void>((resolve) => (state.wake = resolve));
      }
      return waiting.shift();
    },
    end,
  };
}

import type { MessagePort } from 'node:worker_threads';

import type { WindowAnalysis } from '../domain/cluster.ts';
import { SourceError } from '../sources/source-error.ts';
import type { SourceErrorCode } from '../sources/source-error.ts';
import { analyseRows } from './analyse-rows.ts';
import type { AnalyseOptions } from './analyse-rows.ts';
import { JobCancelled, JobControl } from './job-control.ts';
import { loadRows } from './load-rows.ts';
import type { AnalyseJob, LoadOptions, LoadedRows } from './load-rows.ts';
import type { FileSummary } from '../sources/file/read-file.ts';
import { RowSlicer } from './row-slices.ts';

/** A job as it comes to the worker's thread. With a port, its rows are streamed there instead of being analysed. */
export interface WorkerTask {
  job: AnalyseJob;
  options: AnalyseOptions & LoadOptions;
  control: Int32Array<SharedArrayBuffer>;
  port?: MessagePort;
}

/** An answer, or an error of the known kinds: thrown ones lose their code on the way between threads. */
export type WorkerResult =
  | { outcome: 'done'; analysis: WindowAnalysis | undefined; rows: number; file: FileSummary | undefined }
  | { outcome: 'cancelled' }
  | { outcome: 'source-error'; code: SourceErrorCode; message: string };

/** Entry of the worker thread. */
export default async function runTask(task: WorkerTask): Promise<WorkerResult> {
  const control = new JobControl(task.control);
  const tick = () => control.throwIfCancelled();
  let loaded: LoadedRows | undefined;
  try {
    tick();
    loaded = await loadRows(task.job, task.options, tick);
    const { sorter, services, file } = loaded;
    if (task.port !== undefined) {
      streamRows(loaded, task.port, control);
      return { outcome: 'done', analysis: undefined, rows: sorter.rows, file };
    }
    return { outcome: 'done', analysis: analyseRows(sorter, services, task.options, tick), rows: sorter.rows, file };
  } catch (error) {
    if (error instanceof JobCancelled) return { outcome: 'cancelled' };
    if (error instanceof SourceError) return { outcome: 'source-error', code: error.code, message: error.message };
    throw error;
  } finally {
    loaded?.sorter.close();
    // A message of its own: an idle worker sleeps without telling anybody that a port of it was closed.
    task.port?.postMessage(undefined);
    task.port?.close();
  }
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

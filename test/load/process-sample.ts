import { readFileSync } from 'node:fs';
import { processFigures } from './process-figures.ts';

export interface ProcessSample {
  /** Since the service was ready. */
  hours: number;
  rssMiB: number;
  /** Open file descriptors: files, sockets, pipes. */
  handles: number;
  threads: number;
  /** Of the main thread since the last sample. */
  loopDelayP99Seconds: number;
  loopDelayMaxSeconds: number;
}

/** One look at a process, from Linux' /proc and its page of metrics. */
export function sampleProcess(pid: number, page: string, hours: number): ProcessSample {
  const { rssMiB, handles } = processFigures(pid);
  return {
    hours,
    rssMiB,
    handles,
    threads: Number(/^Threads:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
    loopDelayP99Seconds: metricIn(page, 'nodejs_eventloop_lag_p99_seconds'),
    loopDelayMaxSeconds: metricIn(page, 'nodejs_eventloop_lag_max_seconds'),
  };
}

/** The sum of a metric over all its labels, or over those lines that have `label` (as it stands there); 0 without any. */
export function metricIn(page: string, name: string, label = ''): number {
  return page
    .split('\n')
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

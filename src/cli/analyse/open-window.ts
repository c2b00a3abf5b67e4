import type { AnalyseJob, LoadedRows } from '../../analyse/load-rows.ts';
import type { Config } from '../../config/config.ts';
import { parseWindow } from '../../sources/window.ts';
import type { TimeWindow, WindowParameters } from '../../sources/window.ts';
import type { CommandStreams } from '../command-context.ts';
import { readablePath } from '../spool.ts';
import type { ReadablePath } from '../spool.ts';
import { fileProblems, STANDARD_INPUT, storeJob, storeProblems } from '../window-job.ts';

/** What is to be analysed, and how it is called. Close it when done. */
export interface OpenWindow {
  name: string;
  job: AnalyseJob;
  /** As a message about a file may name it: standard input has another name inside. */
  withNames(message: string): string;
  /** Sentences about what reading it met. */
  problems(count: number, truncated: boolean, met: Pick<LoadedRows, 'file' | 'pull'>): string[];
  close(): void;
}

/** Files, `-` for standard input among them; read in whole where no window is given. */
export async function openFiles(
  paths: readonly string[],
  window: WindowParameters,
  config: Config,
  streams: CommandStreams,
): Promise<OpenWindow> {
  const names = paths.map((path) => (path === '-' ? STANDARD_INPUT : path));
  const name = names.length === 1 ? names[0]! : `${names.length} files`;
  const readable: ReadablePath[] = [];
  for (const path of paths) readable.push(await readablePath(path, streams.input));
  const [first, ...more] = readable.map(({ path }) => path);
  const settings = config.sources.get('file');
  const job: AnalyseJob = {
    source: 'file',
    path: first!,
    morePaths: more,
    format: settings?.get('format'),
    service: settings?.get('service'),
    ...boundsOf(window, config, streams),
  };
  const close = () => {
    for (const one of readable) one.close();
  };
  const withNames = (message: string) =>
    readable.reduce((text, { path }, i) => text.replaceAll(path, names[i]!), message);
  const problems: OpenWindow['problems'] = (count, _truncated, { file }) =>
    file === undefined ? [] : fileProblems(name, count, file, job);
  return { name, job, withNames, problems, close };
}

/** A window of a store; throws `SourceError` where it is not configured. */
export function openStore(
  source: string,
  window: WindowParameters,
  config: Config,
  streams: CommandStreams,
): OpenWindow {
  const defaults = { nowMs: streams.nowMs(), defaultLookbackHours: config.analyse.defaultLookbackHours };
  return openWindow(source, parseWindow(window, defaults), config, source);
}

/** As `openStore`, of a window that is known. */
export function openWindow(source: string, window: TimeWindow, config: Config, name: string): OpenWindow {
  const job = storeJob(source, window, config);
  return {
    name,
    job,
    withNames: (message) => message,
    problems: (count, truncated, { pull }) => storeProblems(job, count, truncated, pull?.pushdown),
    close() {},
  };
}

function boundsOf(window: WindowParameters, config: Config, { nowMs }: CommandStreams) {
  if (Object.keys(window).length === 0) return {};
  const { defaultLookbackHours } = config.analyse;
  const { startMs, endMs } = parseWindow(window, { nowMs: nowMs(), defaultLookbackHours });
  return { startMs, endMs };
}

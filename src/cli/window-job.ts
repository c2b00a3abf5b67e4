import type { PullJob, Pushdown } from '../analyse/load-rows.ts';
import type { Config } from '../config/config.ts';
import { declarationOf } from '../sources/catalogue.ts';
import type { FilesSummary } from '../sources/file/read-files.ts';
import { SourceError } from '../sources/source-error.ts';
import type { TimeWindow } from '../sources/window.ts';

/** The job that pulls a window of a store as the environment configures it. Throws `SourceError`. */
export function storeJob(source: string, window: TimeWindow, config: Config): PullJob {
  const { title, options } = declarationOf(source);
  const values = config.sources.get(source) ?? new Map<string, string>();
  const missing = options.filter(({ key, required }) => required === true && !values.has(key));
  if (missing.length > 0) {
    const variables = missing.map(({ variable }) => variable).join(' and ');
    throw new SourceError('configuration', `${title} is not configured: set ${variables}`);
  }
  return {
    source: 'pull',
    store: source,
    values,
    startMs: Math.ceil(window.startMs),
    endMs: Math.ceil(window.endMs),
    maxRows: config.analyse.maxRows,
    hostRules: { ...config.sourceHosts, isOpen: false },
    fromRequest: false,
    answerTimeoutMs: config.analyse.answerTimeoutMs,
  };
}

/** Sentences about what a window of a store left to be said. */
export function storeProblems(
  { store, startMs, endMs, maxRows }: PullJob,
  count: number,
  truncated: boolean,
  pushdown?: Pushdown,
): string[] {
  const { title } = declarationOf(store);
  const empty = `${title} has no rows from ${isoOf(startMs)} to ${isoOf(endMs)}`;
  const cut = `${title} has more than ${maxRows} rows in this window: the newest were read (MAX_ROWS)`;
  const rows = `${title} did not count this window: ${pushdown?.reason}; its rows were read one by one`;
  const isRead = pushdown?.used === false;
  return [...(count === 0 ? [empty] : []), ...(isRead ? [rows] : []), ...(truncated ? [cut] : [])];
}

/** Sentences about what reading files met. */
export function fileProblems(name: string, count: number, summary: FilesSummary): string[] {
  const { format, badLines, cutLines, untimedRows, firstBad, firstBadPath } = summary;
  const said: string[] = [];
  if (count === 0) said.push(`${name} has no rows`);
  if (firstBad !== undefined)
    said.push(
      `${name}: ${badLines === 1 ? '1 line is' : `${badLines} lines are`} not ${format} and ` +
        `${badLines === 1 ? 'was skipped: it' : 'were skipped; the first'} is line ${firstBad.line}` +
        `${firstBadPath === undefined ? '' : ` of ${firstBadPath}`}: ${firstBad.problem}`,
    );
  if (cutLines === 1) said.push(`${name}: 1 line is longer than 1 MiB and was cut`);
  else if (cutLines > 0) said.push(`${name}: ${cutLines} lines are longer than 1 MiB and were cut`);
  if (untimedRows > 0 && untimedRows === count)
    said.push(`${name}: no row says its time; what goes by time says nothing here`);
  else if (untimedRows > 0) said.push(`${name}: ${rows(untimedRows)} no time and took that of a neighbouring row`);
  return said;
}

function rows(count: number): string {
  return count === 1 ? '1 row says' : `${count} rows say`;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

import type { PullJob, Pushdown } from '../analyse/load-rows.ts';
import type { Config } from '../config/config.ts';
import { formatInSentence } from '../domain/format-word.ts';
import { declarationOf } from '../sources/catalogue.ts';
import type { FileOptions } from '../sources/file/file-options.ts';
import type { FilesSummary } from '../sources/file/read-files.ts';
import { formatWordOf } from '../sources/file/sniff-format.ts';
import { SourceError } from '../sources/source-error.ts';
import type { TimeWindow } from '../sources/window.ts';
import { counted } from './terminal/numbers.ts';

/** How standard input is called in sentences. */
export const STANDARD_INPUT = 'standard input';

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
  const empty = `${title} has no rows ${stretch(startMs, endMs)}`;
  const cut = `${title} has more than ${counted(maxRows, 'row')} in this window: the newest were read (MAX_ROWS)`;
  const rows = `${title} did not count this window: ${pushdown?.reason}; its rows were read one by one`;
  const isRead = pushdown?.used === false;
  return [...(count === 0 ? [empty] : []), ...(isRead ? [rows] : []), ...(truncated ? [cut] : [])];
}

/** Sentences about what reading files met, in whole or within a window. */
export function fileProblems(
  name: string,
  count: number,
  summary: FilesSummary,
  window: Pick<FileOptions, 'startMs' | 'endMs'> = {},
): string[] {
  const { format, badLines, cutLines, firstBad, firstBadPath } = summary;
  const said: string[] = [];
  if (count === 0) said.push(emptySentence(name, summary, window));
  if (firstBad !== undefined)
    said.push(
      `${name}: ${counted(badLines, 'line')} ${badLines === 1 ? 'is' : 'are'} not ${formatInSentence(formatWordOf(format))} and ` +
        `${badLines === 1 ? 'was skipped: it' : 'were skipped; the first'} is line ${firstBad.line}` +
        `${firstBadPath === undefined ? '' : ` of ${firstBadPath}`}: ${firstBad.problem}`,
    );
  if (cutLines > 0)
    said.push(
      `${name}: ${counted(cutLines, 'record')} ${cutLines === 1 ? 'is longer than 1 MiB and was' : 'are longer than 1 MiB and were'} cut`,
    );
  const untimed = untimedSentence(name, count, summary);
  if (untimed !== undefined) said.push(untimed);
  return said;
}

/** Whether no row of files says its time, so that nothing can be told by time. */
export function isUntimed(count: number, summary: Pick<FilesSummary, 'untimedRows'> | undefined): boolean {
  return summary !== undefined && count > 0 && summary.untimedRows === count;
}

function emptySentence(
  name: string,
  summary: FilesSummary,
  { startMs = -Infinity, endMs = Infinity }: Pick<FileOptions, 'startMs' | 'endMs'>,
): string {
  const none = `${name} ${name.endsWith(' files') ? 'have' : 'has'} no rows`;
  if (summary.outside.rows === 0) return none;
  return `${none} ${stretch(startMs, endMs)}: ${outsideWords(name, summary)}; without a window all is read`;
}

/** What a window without rows has left out. */
function outsideWords(name: string, summary: FilesSummary): string {
  const { outside, untimedOutside } = summary;
  const [one, many] = ['the row there is', `the ${counted(outside.rows, 'row')} there are`];
  if (untimedOutside < outside.rows)
    return `${outside.rows === 1 ? one : many} ${stretch(outside.firstMs, outside.lastMs)}`;
  const where = `${lastWritten(name, summary)} or of a row beside ${untimedOutside === 1 ? 'it' : 'them'}`;
  return `${rows(untimedOutside)} no time and took that ${where}`;
}

function untimedSentence(name: string, count: number, summary: FilesSummary): string | undefined {
  const { untimedRows } = summary;
  if (untimedRows === 0) return undefined;
  if (isUntimed(count, summary))
    return `${name}: no row says its time: all took that ${lastWritten(name, summary)}, and what goes by time says nothing here`;
  const beside = `of a row beside ${untimedRows === 1 ? 'it' : 'them'}`;
  return `${name}: ${rows(untimedRows)} no time and took that ${beside} or, without one, that ${lastWritten(name, summary)}`;
}

function lastWritten(name: string, { files }: FilesSummary): string {
  if (name === STANDARD_INPUT) return 'at which it was read';
  return files === 1 ? "of the file's last change" : "of their file's last change";
}

function rows(count: number): string {
  return `${counted(count, 'row')} ${count === 1 ? 'says' : 'say'}`;
}

function stretch(startMs: number, endMs: number): string {
  return `from ${isoOf(startMs)} to ${isoOf(endMs)}`;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

import type { ComparedSide } from '../analyse/compare-analyses.ts';
import type { Anomaly } from '../domain/anomaly.ts';
import type { WindowAnalysis } from '../domain/cluster.ts';
import { LEVELS } from '../domain/level.ts';
import type { KnownTemplate } from '../live/shard-protocol.ts';
import type { ClustersAnswer, FileAnswer } from '../serve/schemas/clusters.ts';
import type { CompareAnswer } from '../serve/schemas/compare.ts';
import type { DetectAnswer } from '../serve/schemas/detect.ts';
import type { TemplateAnswer } from '../serve/schemas/template.ts';
import type { WindowQuery } from '../serve/schemas/window-query.ts';
import type { FilesSummary } from '../sources/file/read-files.ts';
import { formatWordOf } from '../sources/file/sniff-format.ts';
import { ALL } from '../sources/window.ts';
import type { TimeWindow } from '../sources/window.ts';

/** Anomalies that one answer lists; all of them are counted. */
export const LISTED_MAX = 10_000;

/** Whether a stretch is asked for; `window=all` says that none is. */
export function hasWindow(query: WindowQuery): boolean {
  if (isWhole(query)) return false;
  return [query.window, query.hours, query.start, query.end].some((value) => value !== undefined);
}

/** Whether a file is asked for from its first row to its last. */
export function isWhole({ window }: Pick<WindowQuery, 'window'>): boolean {
  return window?.toLowerCase() === ALL;
}

/** A file that was taken whole has the window of its rows. */
export function windowFields(
  query: WindowQuery,
  window: TimeWindow,
  { clusters }: WindowAnalysis,
): Pick<ClustersAnswer, 'window' | 'lookback_hours' | 'start' | 'end'> {
  if (query.source !== 'file' || hasWindow(query)) {
    const { label, lookbackHours, startMs, endMs } = window;
    return { window: label, lookback_hours: lookbackHours, start: instant(startMs), end: instant(endMs) };
  }
  if (clusters.length === 0) {
    const now = instant(window.endMs);
    return { window: ALL, lookback_hours: 0, start: now, end: now };
  }
  const startMs = clusters.reduce((first, { firstSeen }) => Math.min(first, firstSeen), Infinity);
  const endMs = clusters.reduce((last, { lastSeen }) => Math.max(last, lastSeen), -Infinity);
  const hours = Math.round((endMs - startMs) / 36_000) / 100;
  return { window: ALL, lookback_hours: hours, start: instant(startMs), end: instant(endMs) };
}

/** Of one of two windows that were compared. */
export function sideFields(side: ComparedSide): CompareAnswer['a'] {
  const { startMs, endMs, log_count, cluster_count, truncated, file } = side;
  const fields = { start: instant(startMs), end: instant(endMs), log_count, cluster_count, truncated };
  return file === undefined ? fields : { ...fields, file: fileFields(file) };
}

export function fileFields(file: FilesSummary): FileAnswer {
  const { format, badLines, cutLines, untimedRows, files, firstBad, firstBadPath, outside, linksOut } = file;
  const path = firstBadPath === undefined ? {} : { first_bad_path: firstBadPath };
  const first =
    firstBad === undefined ? {} : { ...path, first_bad_line: firstBad.line, first_bad_problem: firstBad.problem };
  const { rows, firstMs, lastMs } = outside;
  const span = rows === 0 ? {} : { outside_start: instant(firstMs), outside_end: instant(lastMs) };
  const [link] = linksOut;
  const links = link === undefined ? {} : { links_skipped: linksOut.length, first_link_skipped: link };
  const counts = { files, format: formatWordOf(format), bad_lines: badLines, cut_lines: cutLines };
  return { ...counts, untimed_rows: untimedRows, rows_outside: rows, ...span, ...first, ...links };
}

export function detectAnswer(
  source: DetectAnswer['source'],
  lookbackHours: number | null,
  scored: number,
  count: number,
  found: Anomaly[],
): DetectAnswer {
  const anomalies = found.toSorted(byTimeServiceMessage).map((anomaly, index) => ({ id: index + 1, ...anomaly }));
  return {
    source,
    lookback_hours: lookbackHours,
    scored,
    anomaly_count: count,
    truncated: count > LISTED_MAX,
    anomalies,
  };
}

function byTimeServiceMessage(a: Anomaly, b: Anomaly): number {
  return a.timestamp - b.timestamp || compare(a.service, b.service) || compare(a.message, b.message);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

export function templateAnswer(known: KnownTemplate): TemplateAnswer {
  const { service, fingerprint, template, templateId, count, aliases, facts } = known;
  const levels = LEVELS.flatMap((level, i) => {
    const lines = facts?.levelCounts[i] ?? 0;
    return lines > 0 ? [[level, lines] as const] : [];
  });
  return {
    fingerprint,
    service,
    template,
    template_id: templateId,
    count,
    first_seen: timeOrNull(facts?.firstSeen),
    last_seen: timeOrNull(facts?.lastSeen),
    rate_per_minute: facts?.ratePerMinute ?? null,
    levels: Object.fromEntries(levels),
    aliases,
    parameters: (facts?.parameters ?? []).map(({ quantiles, top, ...numbers }) => ({
      ...numbers,
      top: [...top],
      ...(quantiles === undefined ? {} : { quantiles }),
    })),
    lineage: [...(facts?.lineage ?? [])],
  };
}

function timeOrNull(ms: number | undefined): number | null {
  return ms === undefined || ms === 0 ? null : ms;
}

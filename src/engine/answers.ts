import type { ComparedSide } from '../analyse/compare-analyses.ts';
import type { Anomaly } from '../domain/anomaly.ts';
import type { WindowAnalysis } from '../domain/cluster.ts';
import { LEVELS } from '../domain/level.ts';
import type { KnownTemplate } from '../live/shard-protocol.ts';
import type { ClustersAnswer } from '../serve/schemas/clusters.ts';
import type { CompareAnswer } from '../serve/schemas/compare.ts';
import type { DetectAnswer } from '../serve/schemas/detect.ts';
import type { TemplateAnswer } from '../serve/schemas/template.ts';
import type { WindowQuery } from '../serve/schemas/window-query.ts';
import type { FilesSummary } from '../sources/file/read-files.ts';
import type { TimeWindow } from '../sources/window.ts';

/** Anomalies that one answer lists; all of them are counted. */
export const LISTED_MAX = 10_000;

export function hasWindow(query: WindowQuery): boolean {
  return [query.window, query.hours, query.start, query.end].some((value) => value !== undefined);
}

/** A file that was taken whole has the window of its rows. */
export function windowFields(
  query: WindowQuery,
  window: TimeWindow,
  { clusters }: WindowAnalysis,
): Pick<ClustersAnswer, 'window' | 'lookback_hours' | 'start' | 'end'> {
  if (query.source !== 'file' || hasWindow(query) || clusters.length === 0) {
    const { label, lookbackHours, startMs, endMs } = window;
    return { window: label, lookback_hours: lookbackHours, start: instant(startMs), end: instant(endMs) };
  }
  const startMs = clusters.reduce((first, { firstSeen }) => Math.min(first, firstSeen), Infinity);
  const endMs = clusters.reduce((last, { lastSeen }) => Math.max(last, lastSeen), -Infinity);
  const hours = Math.round((endMs - startMs) / 36_000) / 100;
  return { window: 'all', lookback_hours: hours, start: instant(startMs), end: instant(endMs) };
}

/** Of one of two windows that were compared. */
export function sideFields({ startMs, endMs, log_count, cluster_count, truncated }: ComparedSide): CompareAnswer['a'] {
  return { start: instant(startMs), end: instant(endMs), log_count, cluster_count, truncated };
}

export function fileFields({
  format,
  badLines,
  cutLines,
  untimedRows,
  files,
  firstBad,
  firstBadPath,
}: FilesSummary): NonNullable<ClustersAnswer['file']> {
  const path = firstBadPath === undefined ? {} : { first_bad_path: firstBadPath };
  const first =
    firstBad === undefined ? {} : { ...path, first_bad_line: firstBad.line, first_bad_problem: firstBad.problem };
  return { files, format, bad_lines: badLines, cut_lines: cutLines, untimed_rows: untimedRows, ...first };
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

import type { WindowAnalysis } from '../domain/cluster.ts';
import { declarationOf } from '../sources/catalogue.ts';
import { GroupsUnsettled } from '../sources/pull/row-groups.ts';
import type { GroupSink } from '../sources/pull/row-groups.ts';
import { runGroups } from '../sources/pull/run-groups.ts';
import type { GroupsRequest, GroupsSummary, PullGroups } from '../sources/pull/run-groups.ts';
import { groupPullOf } from '../sources/pulls.ts';
import { analyseGroups, GroupsDrift } from './analyse-groups.ts';
import type { AnalyseOptions } from './analyse-rows.ts';
import { GroupSet } from './group-set.ts';
import type { LoadWatch, PullJob } from './load-rows.ts';

/** The clusters, or why the window has to be answered for row by row; undefined where its store counts nothing. */
export type GroupsAnswer =
  | { analysis: WindowAnalysis; summary: GroupsSummary; firstRowSeconds: number | undefined }
  | { analysis?: undefined; reason: string | undefined };

/** Times that a window is counted anew with more of its groups row by row. */
const ROUNDS_MAX = 5;
/** Rows that come one by one at most. */
const APART_ROWS_MAX = 300_000;

/**
 * The answer over a window that its store counts itself, whatever `maxRows` is: the same that its rows would give. Where
 * the store is not to count, or the answer might be another, it says so and answers nothing.
 */
export async function answerByGroups(job: PullJob, options: AnalyseOptions, watch: LoadWatch): Promise<GroupsAnswer> {
  const pull = await groupPullOf(job.store);
  if (pull === undefined) return { reason: undefined };
  const startedMs = performance.now();
  let firstRowSeconds: number | undefined;
  const set = new GroupSet();
  const sink: GroupSink = {
    begin: (firstMs, lastMs, rows) => set.begin(firstMs, lastMs, rows),
    add(group) {
      firstRowSeconds ??= (performance.now() - startedMs) / 1000;
      set.add(group);
    },
  };
  const apart = new Set<string>();
  const total: GroupsSummary = { reason: undefined, requests: 0, retries: 0 };
  try {
    for (let round = 1; ; round++) {
      const summary = await pullGroups(job, pull, options, sink, apart, watch);
      total.requests += summary.requests;
      total.retries += summary.retries;
      if (summary.reason !== undefined) return { reason: summary.reason };
      try {
        return { analysis: analyseGroups(set, options, watch.tick), summary: total, firstRowSeconds };
      } catch (error) {
        if (!(error instanceof GroupsDrift)) throw error;
        if (round === ROUNDS_MAX) return { reason: error.message };
        for (const number of error.groups) apart.add(set.groups[number]!.key);
        const rows = set.groups.reduce((sum, { key, count }) => sum + (apart.has(key) ? count : 0), 0);
        if (rows > APART_ROWS_MAX) return { reason: error.message };
      }
    }
  } catch (error) {
    if (error instanceof GroupsUnsettled) return { reason: error.message };
    throw error;
  }
}

function pullGroups(
  job: PullJob,
  pull: PullGroups,
  options: AnalyseOptions,
  sink: GroupSink,
  apart: ReadonlySet<string>,
  watch: LoadWatch,
): Promise<GroupsSummary> {
  const { store, values, startMs, endMs, hostRules, fromRequest, answerTimeoutMs } = job;
  const onCounted: GroupsRequest['onCounted'] = (share, rows) => {
    watch.shareRead?.(share);
    watch.rowsRead(rows);
  };
  const profile = options.miner.profile ?? 'default';
  const request: GroupsRequest = { values, startMs, endMs, profile, apart: [...apart], onCounted };
  const onRetry = watch.retrying;
  return watch.cancellable((signal) =>
    runGroups(declarationOf(store), pull, request, sink, { hostRules, fromRequest, answerTimeoutMs, onRetry, signal }),
  );
}

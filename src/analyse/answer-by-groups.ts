import type { WindowAnalysis } from '../domain/cluster.ts';
import { declarationOf } from '../sources/catalogue.ts';
import { GroupsUnsettled } from '../sources/pull/row-groups.ts';
import { runGroups } from '../sources/pull/run-groups.ts';
import type { GroupsSummary } from '../sources/pull/run-groups.ts';
import { groupPullOf } from '../sources/pulls.ts';
import { analyseGroups } from './analyse-groups.ts';
import type { AnalyseOptions } from './analyse-rows.ts';
import { GroupSet } from './group-set.ts';
import type { LoadWatch, PullJob } from './load-rows.ts';

/** `unsettled`: why the window has to be answered for row by row; undefined where its store is not to count. */
export type GroupsAnswer =
  | { analysis: WindowAnalysis; summary: GroupsSummary }
  | { analysis?: undefined; unsettled: string | undefined };

/**
 * The answer over a window that its store counts itself, whatever `maxRows` is: the same that its rows would give. Where
 * the store is not to count, or the answer might be another, it says so and answers nothing.
 */
export async function answerByGroups(job: PullJob, options: AnalyseOptions, watch: LoadWatch): Promise<GroupsAnswer> {
  const pull = await groupPullOf(job.store);
  if (pull === undefined) return { unsettled: undefined };
  const { values, startMs, endMs, hostRules, fromRequest, answerTimeoutMs } = job;
  const request = { values, startMs, endMs, profile: options.miner.profile ?? 'default' };
  const set = new GroupSet();
  try {
    const summary = await watch.cancellable((signal) =>
      runGroups(declarationOf(job.store), pull, request, set, { hostRules, fromRequest, answerTimeoutMs, signal }),
    );
    if (!summary.isCounted) return { unsettled: undefined };
    return { analysis: analyseGroups(set, options, watch.tick), summary };
  } catch (error) {
    if (error instanceof GroupsUnsettled) return { unsettled: error.message };
    throw error;
  }
}

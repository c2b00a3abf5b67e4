import { analyseRows } from '../../../src/analyse/analyse-rows.ts';
import type { AnalyseOptions } from '../../../src/analyse/analyse-rows.ts';
import { answerByGroups } from '../../../src/analyse/answer-by-groups.ts';
import { loadRows, UNWATCHED } from '../../../src/analyse/load-rows.ts';
import type { PullJob } from '../../../src/analyse/load-rows.ts';
import type { WindowAnalysis } from '../../../src/domain/cluster.ts';
import type { MinerProfile } from '../../../src/domain/profile.ts';

/** A window as its rows answer for it, and as its groups do, or why they do not. */
export interface BothWays {
  rows: WindowAnalysis;
  groups: WindowAnalysis | undefined;
  unsettled: string | undefined;
}

export function pullJob(
  values: ReadonlyMap<string, string>,
  window: { startMs: number; endMs: number },
  maxRows = 10_000_000,
): PullJob {
  const hostRules = { allowed: [], denied: [], isOpen: false };
  return {
    source: 'pull',
    store: 'clickhouse',
    values,
    ...window,
    maxRows,
    hostRules,
    fromRequest: false,
    answerTimeoutMs: 120_000,
  };
}

export function analyseOptions(profile: MinerProfile, maxTemplates = 2000): AnalyseOptions {
  const miner = { profile, simTh: 0.4, maxTemplates };
  return { miner, profile: profile === 'drain3' ? 'reference' : 'default', contamination: 0.1 };
}

export async function answerByRows(job: PullJob, options: AnalyseOptions): Promise<WindowAnalysis> {
  const { sorter, services } = await loadRows(job, {}, UNWATCHED);
  try {
    return analyseRows(sorter, services, options, () => {});
  } finally {
    sorter.close();
  }
}

export async function answerBothWays(job: PullJob, options: AnalyseOptions): Promise<BothWays> {
  const rows = await answerByRows(job, options);
  const { analysis, ...others } = await answerByGroups(job, options, UNWATCHED);
  return {
    rows,
    groups: analysis,
    unsettled: 'reason' in others ? others.reason : undefined,
  };
}

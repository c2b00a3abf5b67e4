import type { MinerProfile } from '../../domain/profile.ts';
import type { SourceDeclaration } from '../declaration.ts';
import type { PullContext, PullRequest } from './pull.ts';
import type { GroupSink } from './row-groups.ts';
import { openPull } from './run-pull.ts';
import type { RunPullOptions } from './run-pull.ts';

export interface GroupsRequest extends PullRequest {
  /** Whose miner the groups are for. */
  profile: MinerProfile;
  /** Keys of groups that are wanted row by row, each row as a group of its own. */
  apart: readonly string[];
}

/**
 * Has a store count a window. Resolves with false, and nothing given, where it is not to count; rejects with a
 * `GroupsUnsettled` where the window has to be pulled row by row, else as a `Pull` does.
 */
export type PullGroups = (request: GroupsRequest, context: PullContext, sink: GroupSink) => Promise<boolean>;

export interface GroupsSummary {
  /** Whether the store counted. */
  isCounted: boolean;
  requests: number;
  retries: number;
}

/** As `runPull`, for a window that comes in groups. */
export async function runGroups(
  declaration: SourceDeclaration,
  pull: PullGroups,
  request: GroupsRequest,
  sink: GroupSink,
  options: Omit<RunPullOptions, 'sink' | 'maxRows' | 'onRow'>,
): Promise<GroupsSummary> {
  const noRows = { service: () => 0, add: () => {} };
  const context = openPull(declaration, request, { ...options, sink: noRows, maxRows: 0 });
  try {
    const isCounted = await pull(request, context, sink);
    options.signal.throwIfAborted();
    return { isCounted, requests: context.client.requests, retries: context.client.retries };
  } finally {
    await context.client.close();
  }
}

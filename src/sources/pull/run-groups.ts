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
  /** Told, while the store counts, how much of its work is done: the share, 0 to 1, and what that is of the window's rows. */
  onCounted(share: number, rows: number): void;
}

/**
 * Has a store count a window. Where it is not to count, resolves with the reason, a clause for users, and gives nothing;
 * rejects with a `GroupsUnsettled` where the window has to be pulled row by row, else as a `Pull` does.
 */
export type PullGroups = (request: GroupsRequest, context: PullContext, sink: GroupSink) => Promise<string | undefined>;

export interface GroupsSummary {
  /** Why the store did not count; undefined where it did. */
  reason: string | undefined;
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
    const reason = await pull(request, context, sink);
    options.signal.throwIfAborted();
    return { reason, requests: context.client.requests, retries: context.client.retries };
  } finally {
    await context.client.close();
  }
}

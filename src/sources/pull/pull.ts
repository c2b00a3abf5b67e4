import type { HostGuard } from '../http/host-guard.ts';
import type { SourceClient } from '../http/source-client.ts';
import type { PulledRows } from './pulled-rows.ts';

/** A window of a store: startMs <= time < endMs in epoch milliseconds, whole. */
export interface PullRequest {
  startMs: number;
  endMs: number;
  /** What the source is configured by, by key; checked against its options. */
  values: ReadonlyMap<string, string>;
}

export interface PullContext {
  /** Takes the rows, in any order; says when there are enough. */
  rows: PulledRows;
  /** HTTP with time-outs, retries, bounded answers and errors that say which call went wrong. */
  client: SourceClient;
  /** For a vendor's own client, whose connections have to keep to the same rules. */
  guard: HostGuard;
  /** Aborted when nobody waits for the window any more. */
  signal: AbortSignal;
  /** Rows of a page at most, where the store's largest page is more than is wanted. */
  pageRowsMax: number;
}

/**
 * Pulls a window into `context.rows`. Where the window may hold more rows than are wanted, the newest come first:
 * `rows.add` answers false once an older row is not wanted any more.
 *
 * Rejects with a `SourceError`, or with the signal's reason.
 */
export type Pull = (request: PullRequest, context: PullContext) => Promise<void>;

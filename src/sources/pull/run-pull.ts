import type { Retry } from '../../domain/retry.ts';
import type { SourceDeclaration } from '../declaration.ts';
import { createHostGuard } from '../http/host-guard.ts';
import type { HostRules } from '../http/host-guard.ts';
import { createSourceClient } from '../http/source-client.ts';
import type { RowSink } from '../row-sink.ts';
import type { Pull, PullContext, PullRequest } from './pull.ts';
import { PulledRows } from './pulled-rows.ts';

export interface RunPullOptions {
  sink: RowSink;
  /** Rows that are wanted at most: the newest. */
  maxRows: number;
  hostRules: HostRules;
  /** Whether the address that is called came over the API. */
  fromRequest: boolean;
  signal: AbortSignal;
  /** Called after each row with the number of rows so far. */
  onRow?: ((count: number) => void) | undefined;
  /** Told before a call is made again, and with undefined once it has its answer. */
  onRetry?: ((retry: Retry | undefined) => void) | undefined;
  pageRowsMax?: number | undefined;
  /** First pause before a call is tried again. */
  retryMs?: number | undefined;
  answerTimeoutMs?: number | undefined;
}

export interface PullSummary {
  /** Rows given to the sink; the newest `maxRows` of them are wanted. */
  rows: number;
  /** Whether the window has more rows than are wanted. */
  truncated: boolean;
  requests: number;
  /** Requests that were made again. */
  retries: number;
}

/** Runs one pull with what it needs around it. Rejects as the pull does; nothing of it goes on after that. */
export async function runPull(
  declaration: SourceDeclaration,
  pull: Pull,
  request: PullRequest,
  options: RunPullOptions,
): Promise<PullSummary> {
  const context = openPull(declaration, request, options);
  const { client, rows } = context;
  try {
    await pull(request, context);
    options.signal.throwIfAborted();
    const { requests, retries } = client;
    return { rows: rows.count, truncated: rows.truncated, requests, retries };
  } finally {
    await client.close();
  }
}

/** What a pull has around it. Close the client when it is over. */
export function openPull(declaration: SourceDeclaration, request: PullRequest, options: RunPullOptions): PullContext {
  const { sink, maxRows, signal, onRow } = options;
  const { startMs, endMs } = request;
  const guard = createHostGuard(options.hostRules, options.fromRequest);
  const client = createSourceClient({
    source: declaration,
    guard,
    signal,
    secrets: secretsOf(declaration, request.values),
    given: request.values.keys(),
    retryMs: options.retryMs,
    answerTimeoutMs: options.answerTimeoutMs,
    onRetry: options.onRetry,
    nowMs: () => Date.now(),
    random: () => Math.random(),
  });
  const rows = new PulledRows({ sink, startMs, endMs, maxRows, onRow });
  return { rows, client, guard, signal, pageRowsMax: options.pageRowsMax ?? Infinity };
}

/** Every value that no error may show: also as it stands in a header or a URL. */
function secretsOf({ options }: SourceDeclaration, values: ReadonlyMap<string, string>): string[] {
  const secrets = options.flatMap(({ key, secret }) => {
    const value = values.get(key);
    return secret === true && value !== undefined ? [value] : [];
  });
  const encoded = secrets.flatMap((secret) => [
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ]);
  const user = values.get('user');
  const basic = user === undefined ? [] : secrets.map((secret) => Buffer.from(`${user}:${secret}`).toString('base64'));
  // The longest first, so that no part of one is left behind by another.
  return [...new Set([...secrets, ...encoded, ...basic])].toSorted((a, b) => b.length - a.length);
}

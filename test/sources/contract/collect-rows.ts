import type { HostRules } from '../../../src/sources/http/host-guard.ts';
import { LEVELS } from '../../../src/domain/level.ts';
import type { LogRow } from '../../../src/domain/row.ts';
import type { SourceDeclaration } from '../../../src/sources/declaration.ts';
import type { Pull } from '../../../src/sources/pull/pull.ts';
import { runPull } from '../../../src/sources/pull/run-pull.ts';
import type { PullSummary } from '../../../src/sources/pull/run-pull.ts';
import { ServiceIndex } from '../../../src/sources/service-index.ts';

export interface CollectOptions {
  values: ReadonlyMap<string, string>;
  startMs: number;
  endMs: number;
  maxRows?: number;
  pageRowsMax?: number;
  signal?: AbortSignal;
  answerTimeoutMs?: number;
  onRow?: (count: number) => void;
  hostRules?: HostRules;
  fromRequest?: boolean;
}

const ANY_HOST: HostRules = { allowed: [], denied: [], isOpen: false };

/** A pulled window as an analysis sees it: its newest `maxRows` rows, in the order (timestamp, service, message). */
export async function collectRows(
  declaration: SourceDeclaration,
  pull: Pull,
  options: CollectOptions,
): Promise<{ rows: LogRow[]; summary: PullSummary }> {
  const services = new ServiceIndex();
  const rows: LogRow[] = [];
  const { values, startMs, endMs, maxRows = 100_000 } = options;
  const summary = await runPull(
    declaration,
    pull,
    { values, startMs, endMs },
    {
      sink: {
        service: (bytes, start, end) => services.ofBytes(bytes, start, end),
        add: (bytes, start, end, timestamp, level, service) => {
          const message = Buffer.from(bytes.slice(start, end)).toString();
          rows.push({ timestamp, message, level: LEVELS[level], service: services.names[service]! });
        },
      },
      maxRows,
      hostRules: options.hostRules ?? ANY_HOST,
      fromRequest: options.fromRequest ?? false,
      signal: options.signal ?? new AbortController().signal,
      onRow: options.onRow,
      pageRowsMax: options.pageRowsMax,
      retryMs: 5,
      answerTimeoutMs: options.answerTimeoutMs,
    },
  );
  return { rows: rows.toSorted(byTimeServiceMessage).slice(-maxRows), summary };
}

export function byTimeServiceMessage(a: LogRow, b: LogRow): number {
  return a.timestamp - b.timestamp || order(a.service, b.service) || order(a.message, b.message);
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

import { resolve } from 'node:path';
import type { AnalyseJob } from '../analyse/load-rows.ts';
import type { BufferedService } from '../live/row-buffer.ts';
import type { ShardSet } from '../live/shard-set.ts';
import type { CredentialStore } from '../serve/credential-store.ts';
import { Problem } from '../serve/problem.ts';
import type { CompareQuery } from '../serve/schemas/compare.ts';
import type { WindowQuery } from '../serve/schemas/window-query.ts';
import type { HostRules } from '../sources/http/host-guard.ts';
import { parseWindowPair } from '../sources/window-pair.ts';
import { parseWindow, WindowError } from '../sources/window.ts';
import type { TimeWindow } from '../sources/window.ts';
import { hasWindow, isWhole } from './answers.ts';
import { asProblem } from './source-problem.ts';

export interface WindowJobsOptions {
  shards: ShardSet;
  credentials: CredentialStore;
  defaultLookbackHours: number;
  /** Rows pulled at most from a store. */
  maxRows: number;
  hostRules: HostRules;
  /** Folder that files named by a request have to be in. */
  fileRoot: string | undefined;
  /** Time in which a store has to begin an answer, and to go on with it. */
  answerTimeoutMs: number;
  nowMs(): number;
}

/** Makes of a caller's window the job that reads its rows. */
export class WindowJobs {
  readonly #options: WindowJobsOptions;

  constructor(options: WindowJobsOptions) {
    this.#options = options;
  }

  window(query: WindowQuery): TimeWindow {
    const { nowMs, defaultLookbackHours } = this.#options;
    if (isWhole(query)) {
      refuseWhole(query.source, 'window');
      const { window: _all, ...others } = query;
      const given = (['hours', 'start', 'end'] as const).find((name) => others[name] !== undefined);
      if (given !== undefined)
        throw new Problem(400, 'bad_window', `window=all and ${given}= contradict one another: give one of them`);
      return this.window(others);
    }
    return asWindow(() => parseWindow(query, { nowMs: nowMs(), defaultLookbackHours }));
  }

  /** Runs `use` with the job; what goes wrong in it is a `Problem`. The buffer is lent for as long as it runs. */
  with<Result>(query: WindowQuery, window: TimeWindow, use: (job: AnalyseJob) => Promise<Result>): Promise<Result> {
    const { startMs, endMs } = window;
    if (query.source !== 'otlp') return asProblem(() => use(this.#job(query, window)));
    if (query.credentials !== undefined) {
      throw new Problem(400, 'bad_request', 'source otlp takes no credentials: it is what came in over OTLP');
    }
    const useBuffer = (services: BufferedService[]) => use({ source: 'packed', services, startMs, endMs });
    return asProblem(() => this.#options.shards.withBuffer(this.#options.nowMs(), useBuffer));
  }

  /** The stretches `a` and `b` of one source; see `parseWindowPair`. */
  windowPair({ source, a, b }: CompareQuery): { a: TimeWindow; b: TimeWindow } {
    const { nowMs, defaultLookbackHours } = this.#options;
    if (isWhole({ window: a })) refuseWhole(source, 'a');
    if (isWhole({ window: b })) refuseWhole(source, 'b');
    return asWindow(() => parseWindowPair(a, b, { nowMs: nowMs(), defaultLookbackHours, takesAll: true }));
  }

  #job(query: WindowQuery, { startMs, endMs }: TimeWindow): AnalyseJob {
    const { credentials, maxRows, hostRules, answerTimeoutMs } = this.#options;
    const { values, fromRequest } = credentials.resolve(query.source, query.credentials);
    if (query.source !== 'file') {
      // Whole milliseconds: a window of 0.0001 hours has others.
      const bounds = { startMs: Math.ceil(startMs), endMs: Math.ceil(endMs) };
      return {
        source: 'pull',
        store: query.source,
        values,
        ...bounds,
        maxRows,
        hostRules,
        fromRequest,
        answerTimeoutMs,
      };
    }
    const path = values.get('path') as string;
    // Without a root a request may name any file, but for those that are none of a disk.
    const isAnywhere = this.#options.fileRoot === undefined;
    const root = fromRequest ? (this.#options.fileRoot ?? '/') : undefined;
    const file = {
      root,
      path: fromRequest && isAnywhere ? resolve(path) : path,
      format: values.get('format'),
      service: values.get('service'),
    };
    // Without a window in the query a file is taken whole: its lines are rarely of the last hours.
    return { source: 'file', ...file, ...(hasWindow(query) ? { startMs, endMs } : {}) };
  }
}

function refuseWhole(source: string, parameter: string): void {
  if (source === 'file') return;
  throw new Problem(
    400,
    'bad_window',
    `${parameter}=all is for source=file alone, which is read in whole: say how long`,
  );
}

function asWindow<Windows>(parse: () => Windows): Windows {
  try {
    return parse();
  } catch (error) {
    if (error instanceof WindowError) throw new Problem(400, 'bad_window', error.message, { cause: error });
    throw error;
  }
}

import { Piscina } from 'piscina';

import type { WorkerResult, WorkerTask } from './analyse-worker.ts';
import type { JobControl } from './job-control.ts';
import type { AnalyseJob } from './load-rows.ts';

/** An idle thread gives its memory back, and a new one starts within a tenth of a second. */
const IDLE_TIMEOUT_MS = 20_000;
const WORKER_HEAP_MB_MAX = 1024;
/** As the service's flags have it. By itself the command, which has none, would take some 200 MiB more, and an eighth less time. */
const WORKER_YOUNG_MB_MAX = 6;

/** Threads that jobs of one kind share, and the jobs that run on them or wait for them. */
export interface Lane {
  /** The store whose windows these are; undefined for those of the buffer and of files. */
  readonly store: string | undefined;
  readonly pool: Piscina<WorkerTask, WorkerResult>;
  readonly jobs: Set<JobControl>;
}

/**
 * A lane for each store that is asked, and one for all else: a store may hang, and then its own windows wait for one
 * another, and no others.
 */
export class Lanes {
  readonly #threads: number;
  readonly #lanes = new Map<string | undefined, Lane>();

  constructor(threads: number) {
    this.#threads = threads;
  }

  of(...jobs: readonly (AnalyseJob | undefined)[]): Lane {
    const store = jobs.find((job) => job?.source === 'pull')?.store;
    const lane = this.#lanes.get(store) ?? { store, pool: threadsFor(this.#threads), jobs: new Set() };
    this.#lanes.set(store, lane);
    return lane;
  }

  get jobs(): number {
    return this.#all().reduce((sum, { jobs }) => sum + jobs.size, 0);
  }

  /** Those that have jobs. */
  busy(): Lane[] {
    return this.#all().filter(({ jobs }) => jobs.size > 0);
  }

  async close(): Promise<void> {
    for (const { jobs } of this.#all()) for (const control of jobs) control.cancel();
    await Promise.all(this.#all().map(({ pool }) => pool.destroy()));
  }

  #all(): Lane[] {
    return [...this.#lanes.values()];
  }
}

function threadsFor(maxThreads: number): Piscina<WorkerTask, WorkerResult> {
  return new Piscina<WorkerTask, WorkerResult>({
    filename: new URL('./analyse-worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads,
    idleTimeout: IDLE_TIMEOUT_MS,
    recordTiming: false,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB_MAX, maxYoungGenerationSizeMb: WORKER_YOUNG_MB_MAX },
  });
}

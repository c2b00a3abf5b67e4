import type { WindowAnalysis } from '../domain/cluster.ts';

/** The clusters of the latest retraining. */
export interface LiveClusters extends WindowAnalysis {
  /** Epoch milliseconds at which the buffer was read. */
  trainedAt: number;
  /** How long mining and scoring took, in seconds. */
  seconds: number;
}

export interface RetrainingOptions {
  intervalSeconds: number;
  /** Mines and scores the whole buffer off the live thread. */
  analyseBuffer(nowMs: number): Promise<WindowAnalysis>;
  nowMs(): number;
  onFailure(error: unknown): void;
  /** New clusters stand. */
  onTrained?(clusters: LiveClusters): void;
}

/**
 * Mines the rolling buffer afresh at every interval. A finished run replaces the clusters in one assignment, so a
 * reader sees the old set or the new one and never a mixture; a failed run leaves the old set standing.
 */
export class Retraining {
  readonly #options: RetrainingOptions;
  #timer: NodeJS.Timeout | undefined;
  #current: LiveClusters | undefined;
  #isRestored = false;
  #running: Promise<void> | undefined;

  constructor(options: RetrainingOptions) {
    this.#options = options;
  }

  /** How many have ended, and how. */
  readonly runs = { ok: 0, failed: 0 };

  get current(): LiveClusters | undefined {
    return this.#current;
  }

  /** Clusters of the process before, until there are newer ones. */
  restore(clusters: LiveClusters): void {
    if (this.#current !== undefined) return;
    this.#current = clusters;
    this.#isRestored = true;
  }

  start(): void {
    this.#timer = setInterval(() => void this.runNow(), this.#options.intervalSeconds * 1000);
  }

  /** Runs once, or joins the run under way. Never rejects. */
  runNow(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    const trainedAt = this.#options.nowMs();
    try {
      const analysis = await this.#options.analyseBuffer(trainedAt);
      this.runs.ok++;
      // A buffer that has got nothing since the start is no news of what was before it.
      if (this.#isRestored && analysis.log_count === 0) return;
      const current = { ...analysis, trainedAt, seconds: (this.#options.nowMs() - trainedAt) / 1000 };
      this.#current = current;
      this.#isRestored = false;
      this.#options.onTrained?.(current);
    } catch (error) {
      this.runs.failed++;
      this.#options.onFailure(error);
    }
  }
}

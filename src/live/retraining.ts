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
  /** Age at which rows leave the buffer. */
  bufferAgeMaxMs: number;
  /** Mines and scores the whole buffer off the live thread. */
  analyseBuffer(nowMs: number): Promise<WindowAnalysis>;
  nowMs(): number;
  onFailure(error: unknown): void;
  /** New clusters stand. */
  onTrained?(clusters: LiveClusters): void;
}

/** Of the rows that clusters of before the start were made from, how many make clusters that are worth more. */
const ENOUGH_SHARE = 0.5;
/** After which what came since the start is worth more, however little it is. */
const PATIENCE_MS = 3_600_000;

/**
 * Mines the rolling buffer afresh at every interval. A finished run replaces the clusters in one assignment, so a
 * reader sees the old set or the new one and never a mixture; a failed run leaves the old set standing. The buffer begins
 * empty: until it has as much to tell as they have, clusters of before the start stand.
 */
export class Retraining {
  readonly #options: RetrainingOptions;
  #timer: NodeJS.Timeout | undefined;
  #current: LiveClusters | undefined;
  /** When those of before the start came to stand; undefined where there are others. */
  #restoredMs: number | undefined;
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
    this.#restoredMs = this.#options.nowMs();
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
      if (this.#restoredMs !== undefined && !this.#outweighs(analysis, trainedAt, this.#restoredMs)) return;
      const current = { ...analysis, trainedAt, seconds: (this.#options.nowMs() - trainedAt) / 1000 };
      this.#current = current;
      this.#restoredMs = undefined;
      this.#options.onTrained?.(current);
    } catch (error) {
      this.runs.failed++;
      this.#options.onFailure(error);
    }
  }

  /** Whether it tells more than the clusters of before the start, whose rows would have left the buffer in time. */
  #outweighs({ log_count }: WindowAnalysis, nowMs: number, restoredMs: number): boolean {
    const before = this.#current;
    const { bufferAgeMaxMs } = this.#options;
    if (before === undefined || nowMs - before.trainedAt > bufferAgeMaxMs) return true;
    if (log_count === 0) return false;
    return log_count >= before.log_count * ENOUGH_SHARE || nowMs - restoredMs >= PATIENCE_MS;
  }
}

import type { AnomalyBatch } from './anomaly-batch.ts';
import type { FoundOnTick } from './shard-protocol.ts';

export interface ClockOptions {
  intervalMs: number;
  /** How far the services' clock stays behind: records are some seconds old when they arrive. */
  lagMs: number;
  nowMs(): number;
  /** Tells all services how late it is; resolves to what they found. */
  tick(nowMs: number): Promise<FoundOnTick>;
  onAnomalies(anomalies: AnomalyBatch): Promise<void>;
  /** Called after each tick. */
  onTick?(nowMs: number, courses: FoundOnTick['courses']): Promise<void>;
  onFailure(error: unknown): void;
}

/**
 * Tells the services how late it is, with or without lines: silence shows on the clock alone. A tick that is not
 * answered when the next one is due makes that one wait, so that overload never piles them up.
 */
export class Clock {
  readonly #options: ClockOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ClockOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#tick().finally(() => {
        this.#running = undefined;
      });
    }, this.#options.intervalMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #tick(): Promise<void> {
    const { lagMs, nowMs, tick, onAnomalies, onTick, onFailure } = this.#options;
    try {
      const now = nowMs() - lagMs;
      const { batches, courses } = await tick(now);
      for (const batch of batches) await onAnomalies(batch);
      await onTick?.(now, courses);
    } catch (error) {
      onFailure(error);
    }
  }
}

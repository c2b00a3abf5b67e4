import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;

export interface LoopDelays {
  p99Seconds: number;
  maxSeconds: number;
}

/** How late the event loop of this thread comes to its timers: of the stretch under way and the one before it. */
export class LoopDelay {
  readonly #histogram: ReturnType<typeof monitorEventLoopDelay>;
  readonly #stretchMs: number;
  #before: LoopDelays = { p99Seconds: 0, maxSeconds: 0 };
  #beganMs: number;

  constructor(stretchMs: number, nowMs: number) {
    this.#stretchMs = stretchMs;
    this.#beganMs = nowMs;
    this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#histogram.enable();
  }

  /** @param nowMs Of a clock that is never set. */
  read(nowMs: number): LoopDelays {
    const present = this.#present();
    const before = this.#before;
    if (nowMs - this.#beganMs >= this.#stretchMs) {
      this.#before = present;
      this.#beganMs = nowMs;
      this.#histogram.reset();
    }
    return {
      p99Seconds: Math.max(before.p99Seconds, present.p99Seconds),
      maxSeconds: Math.max(before.maxSeconds, present.maxSeconds),
    };
  }

  /** The histogram holds what passed between two timers, which is the delay and the resolution. */
  #present(): LoopDelays {
    if (this.#histogram.count === 0) return { p99Seconds: 0, maxSeconds: 0 };
    const delay = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000);
    return { p99Seconds: delay(this.#histogram.percentile(99)), maxSeconds: delay(this.#histogram.max) };
  }
}

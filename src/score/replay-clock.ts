import type { Explanation } from '../domain/anomaly.ts';
import { TICK_MS } from './detector.ts';

/** When everybody has been quiet for so many times their usual pause, the rows themselves are missing. */
const PAUSES = 12;
/** How much of a silence is looked at tick by tick; what a service that used to speak would miss shows well before. */
const QUIET_MS = 600_000;
const MEAN_OVER = 64;
const STRETCHES_MAX = 1024;

/** Clock times from `fromMs` on lie `aheadMs` before the rows' times. */
interface Stretch {
  fromMs: number;
  aheadMs: number;
}

/**
 * The clock of services whose rows are played back. It runs as the rows' own time does, but not through the gaps of a
 * file: where several services fall silent in the same moment, for much longer than is usual here, the rows were not
 * collected, and no service is to be called silent for it. A service that was alone may well have been silent, which is
 * looked at for ten minutes. Past a gap, or where rows of another file begin, the clock goes on where it stood; times
 * of the clock, in what detectors say, become the rows' again.
 */
export class ReplayClock {
  readonly #stretches: Stretch[] = [{ fromMs: Number.NEGATIVE_INFINITY, aheadMs: 0 }];
  #aheadMs = 0;
  /** Of the latest row, on this clock; NaN before the first. */
  #nowMs = Number.NaN;
  #tickedMs = Number.NaN;
  #nextTickMs = Number.NaN;
  #meanPauseMs = 0;
  #pauses = 0;
  #seam = false;

  /** Of the latest row, on this clock. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** The next row begins another stretch of time, which is taken to follow upon this one. */
  seam(): void {
    this.#seam = true;
  }

  /**
   * A row's time on this clock. `tick` is called for every tick until then, in order; a row that is a little late
   * moves nothing. `speakers(sinceMs)` counts the services that have spoken since a time of this clock.
   */
  advance(timestampMs: number, speakers: (sinceMs: number) => number, tick: (clockMs: number) => void): number {
    const clockMs = timestampMs - this.#aheadMs;
    // Mostly: neither a tick nor a jump.
    if (clockMs >= this.#nowMs && clockMs < this.#nextTickMs && !this.#seam) {
      this.#nowMs = clockMs;
      return clockMs;
    }
    return this.#step(timestampMs, speakers, tick);
  }

  /** Somebody else's row; one from before moves nothing. */
  reach(timestampMs: number, speakers: (sinceMs: number) => number, tick: (clockMs: number) => void): void {
    if (timestampMs - this.#aheadMs < this.#nowMs && !this.#seam) return;
    this.advance(timestampMs, speakers, tick);
  }

  /** Ticks to the latest row: the end of the rows is no silence. */
  finish(tick: (clockMs: number) => void): void {
    if (!(this.#nowMs > this.#tickedMs)) return;
    this.#ticked(this.#nowMs);
    tick(this.#nowMs);
  }

  /** Of a time of this clock, the rows' time. */
  rowTime(clockMs: number): number {
    let at = this.#stretches.length - 1;
    while (at > 0 && (this.#stretches[at] as Stretch).fromMs > clockMs) at--;
    return clockMs + (this.#stretches[at] as Stretch).aheadMs;
  }

  explained(explanation: Explanation): Explanation {
    if (this.#stretches.length === 1) return explanation;
    return {
      ...explanation,
      details: explanation.details.map((detail) => ({ ...detail, since: this.rowTime(detail.since) })),
      first_seen: this.#known(explanation.first_seen),
      last_seen: this.#known(explanation.last_seen),
    };
  }

  /** 0 says that a time is not known. */
  #known(clockMs: number): number {
    return clockMs === 0 ? 0 : this.rowTime(clockMs);
  }

  #step(timestampMs: number, speakers: (sinceMs: number) => number, tick: (clockMs: number) => void): number {
    const first = Number.isNaN(this.#nowMs);
    const seam = this.#seam && !first;
    this.#seam = false;
    if (first) {
      this.#nowMs = timestampMs;
      this.#ticked(wholeTicks(timestampMs));
      return timestampMs;
    }
    const pauseMs = timestampMs - this.#aheadMs - this.#nowMs;
    const usualMs = PAUSES * Math.max(this.#meanPauseMs, TICK_MS);
    if (pauseMs < -usualMs || (seam && (pauseMs < 0 || pauseMs > usualMs))) this.#skip(pauseMs - TICK_MS, this.#nowMs);
    else if (pauseMs >= 0) {
      if (pauseMs > usualMs && this.#pauses > 0) this.#skipGap(pauseMs, usualMs, speakers);
      // A stream that has become sparse is taken to be so after some pauses.
      this.#learnPause(this.#pauses === 0 ? pauseMs : Math.min(pauseMs, usualMs));
    }
    const clockMs = timestampMs - this.#aheadMs;
    if (clockMs < this.#nowMs) return clockMs;
    this.#tickUntil(clockMs, tick);
    this.#nowMs = clockMs;
    return clockMs;
  }

  #skipGap(pauseMs: number, usualMs: number, speakers: (sinceMs: number) => number): void {
    if (speakers(this.#nowMs - usualMs) > 1) this.#skip(pauseMs - TICK_MS, this.#nowMs);
    else if (pauseMs > QUIET_MS + TICK_MS) this.#skip(pauseMs - QUIET_MS - TICK_MS, this.#nowMs + QUIET_MS);
  }

  /** By whole ticks, so that ticks stand at the same times of either clock. */
  #skip(byMs: number, afterMs: number): void {
    this.#aheadMs += wholeTicks(byMs);
    if (this.#stretches.length >= STRETCHES_MAX) this.#stretches.shift();
    this.#stretches.push({ fromMs: afterMs + 1, aheadMs: this.#aheadMs });
  }

  #learnPause(pauseMs: number): void {
    this.#pauses = Math.min(this.#pauses + 1, MEAN_OVER);
    this.#meanPauseMs += (pauseMs - this.#meanPauseMs) / this.#pauses;
  }

  #tickUntil(clockMs: number, tick: (clockMs: number) => void): void {
    const lastMs = wholeTicks(clockMs);
    const quietMs = this.#nowMs + QUIET_MS;
    while (this.#tickedMs < lastMs) {
      // Past ten minutes of silence, only the tick before the row.
      this.#ticked(this.#tickedMs >= quietMs ? lastMs : this.#nextTickMs);
      tick(this.#tickedMs);
    }
  }

  #ticked(clockMs: number): void {
    this.#tickedMs = clockMs;
    this.#nextTickMs = wholeTicks(clockMs) + TICK_MS;
  }
}

function wholeTicks(ms: number): number {
  return Math.floor(ms / TICK_MS) * TICK_MS;
}

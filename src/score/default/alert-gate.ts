import type { Archive } from '../../domain/archive/archive.ts';
import { REASONS } from '../../domain/anomaly.ts';

/** Alerts of one incident come at growing distance: after so long for something new, and for more of the same. */
const NEWS_MS = 5000;
const NEWS_MS_MAX = 120_000;
/** So many alerts of an incident may follow each other at once, when each is of an error that was not told yet. */
const ERRORS_AT_ONCE = 8;
const MORE_MS = 20_000;
/** Less than the quiet time after which what was told counts as resolved, unless it is seen to go on. */
const MORE_MS_MAX = 240_000;
/** What has spoken for so long without a break stays, and is told no more. */
const STAYS_MS = 3_600_000;
/** Without evidence for so long, an incident is over. */
const QUIET_MS = 120_000;
/** What has lasted for so long is the new normal, and is learnt like it. */
const ACCEPTED_MS = 1_200_000;

/**
 * When a service's evidence becomes an alert. A first one opens an incident; while evidence goes on, further alerts
 * come at growing intervals, sooner for a reason or a template that was not told yet; without evidence it closes.
 */
export class AlertGate {
  /** Counts incidents; 0 before the first. */
  incident = 0;
  isOpen = false;
  #openedMs = 0;
  #toldMs = 0;
  #evidenceMs = 0;
  #told = 0;
  #errors = 0;
  /** Reasons told in this incident. */
  #reasons = 0;
  /** Since when each reason has had evidence without a break, and when it had some last. */
  readonly #speaksSinceMs = new Float64Array(REASONS.length);
  readonly #spokeMs = new Float64Array(REASONS.length);

  /** Whether what is wrong is still to be unlearnt rather than accepted. */
  doubts(nowMs: number): boolean {
    return this.isOpen && nowMs - this.#openedMs < ACCEPTED_MS;
  }

  /**
   * There is evidence for `reasons` now; whether it is to be told. `isNews` when it is of
   * something not told yet, `isError` when that is an error; `isFollowed` when what was told is seen to go on anyway.
   */
  admit(reasons: number, isNews: boolean, isError: boolean, isFollowed: boolean, nowMs: number): boolean {
    this.#evidenceMs = Math.max(this.#evidenceMs, nowMs);
    if (this.#areStaying(reasons, nowMs) && !isNews) return false;
    const isOne = this.isOpen || isFollowed;
    this.isOpen = true;
    if (!isOne) {
      this.incident++;
      this.#openedMs = nowMs;
      this.#told = 0;
      this.#errors = 0;
      this.#reasons = 0;
    } else {
      const news = isNews || (reasons & ~this.#reasons) !== 0;
      const step = 2 ** Math.min(this.#told - 1, 8);
      if (isError && isNews && this.#errors++ < ERRORS_AT_ONCE) return this.#tell(reasons, nowMs);
      const moreMsMax = isFollowed ? Infinity : MORE_MS_MAX;
      const distanceMs = news ? Math.min(NEWS_MS * step, NEWS_MS_MAX) : Math.min(MORE_MS * step, moreMsMax);
      if (nowMs - this.#toldMs < distanceMs) return false;
    }
    return this.#tell(reasons, nowMs);
  }

  /** Whether all of these reasons have spoken for so long that they tell nothing more. */
  #areStaying(reasons: number, nowMs: number): boolean {
    let areStaying = true;
    for (let i = 0; i < REASONS.length; i++) {
      if ((reasons & (1 << i)) === 0) continue;
      if (nowMs - this.#spokeMs[i]! >= QUIET_MS) this.#speaksSinceMs[i] = nowMs;
      this.#spokeMs[i] = nowMs;
      if (nowMs - this.#speaksSinceMs[i]! < STAYS_MS) areStaying = false;
    }
    return areStaying;
  }

  #tell(reasons: number, nowMs: number): true {
    this.#told++;
    this.#reasons |= reasons;
    this.#toldMs = nowMs;
    return true;
  }

  archive(state: Archive): void {
    this.incident = state.number(this.incident);
    this.isOpen = state.flag(this.isOpen);
    this.#openedMs = state.number(this.#openedMs);
    this.#toldMs = state.number(this.#toldMs);
    this.#evidenceMs = state.number(this.#evidenceMs);
    this.#told = state.number(this.#told);
    this.#errors = state.number(this.#errors);
    this.#reasons = state.number(this.#reasons);
    if (state.isOlderThan(5)) return;
    state.numbers(this.#speaksSinceMs);
    state.numbers(this.#spokeMs);
  }

  /** Closes an incident without evidence of late; whether it just did. */
  close(nowMs: number): boolean {
    if (!this.isOpen || nowMs - this.#evidenceMs < QUIET_MS) return false;
    this.isOpen = false;
    return true;
  }
}

import type { Archive } from '../../domain/archive/archive.ts';

/** Alerts of one incident come at growing distance: after so long for something new, and for more of the same. */
const NEWS_MS = 5000;
const NEWS_MS_MAX = 120_000;
/** So many alerts of an incident may follow each other at once, when each is of an error that was not told yet. */
const ERRORS_AT_ONCE = 8;
const MORE_MS = 20_000;
/** Less than the quiet time after which what was told counts as resolved. */
const MORE_MS_MAX = 240_000;
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

  /** Whether what is wrong is still to be unlearnt rather than accepted. */
  doubts(nowMs: number): boolean {
    return this.isOpen && nowMs - this.#openedMs < ACCEPTED_MS;
  }

  /**
   * There is evidence for `reasons` now; whether it is to be told. `isNews` when it is of
   * something not told yet, `isError` when that is an error.
   */
  admit(reasons: number, isNews: boolean, isError: boolean, nowMs: number): boolean {
    this.#evidenceMs = Math.max(this.#evidenceMs, nowMs);
    if (!this.isOpen) {
      this.isOpen = true;
      this.incident++;
      this.#openedMs = nowMs;
      this.#told = 0;
      this.#errors = 0;
      this.#reasons = 0;
    } else {
      const news = isNews || (reasons & ~this.#reasons) !== 0;
      const step = 2 ** Math.min(this.#told - 1, 8);
      if (isError && isNews && this.#errors++ < ERRORS_AT_ONCE) return this.#tell(reasons, nowMs);
      const distanceMs = news ? Math.min(NEWS_MS * step, NEWS_MS_MAX) : Math.min(MORE_MS * step, MORE_MS_MAX);
      if (nowMs - this.#toldMs < distanceMs) return false;
    }
    return this.#tell(reasons, nowMs);
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
  }

  /** Closes an incident without evidence of late; whether it just did. */
  close(nowMs: number): boolean {
    if (!this.isOpen || nowMs - this.#evidenceMs < QUIET_MS) return false;
    this.isOpen = false;
    return true;
  }
}

/** So many messages at once, and then so many a minute. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #filledMs: number;

  constructor({ perMinute, burst, nowMs }: { perMinute: number; burst: number; nowMs: number }) {
    this.#perMs = perMinute / 60_000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledMs = nowMs;
  }

  /** Milliseconds until the next token is there; 0 when one is. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / this.#perMs);
  }

  /** Spends a token; there has to be one. */
  take(nowMs: number): void {
    this.#fill(nowMs);
    this.#tokens--;
  }

  #fill(nowMs: number): void {
    // A clock that was set back fills nothing.
    const passedMs = Math.max(0, nowMs - this.#filledMs);
    this.#filledMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + passedMs * this.#perMs);
  }
}

/**
 * Watches the tokens by which a store is paged: one that comes again would be followed for ever. Holds one token only
 * (Brent's cycle detection), so a circle is noticed after two rounds at the latest.
 */
export class MovingCursor {
  #held: string | undefined;
  #steps = 0;
  #stepsMax = 1;

  /** @returns false when the token was met before. */
  moveTo(token: string): boolean {
    if (token === this.#held) return false;
    if (++this.#steps >= this.#stepsMax) {
      this.#held = token;
      this.#steps = 0;
      this.#stepsMax *= 2;
    }
    return true;
  }
}

/** Knows which events, newest first, have been given already, where a search begins again amid the window. */
export class GivenEvents {
  /** Epoch milliseconds of the oldest event given. */
  oldestMs = Infinity;
  /** Those of that millisecond. */
  #ids = new Set<unknown>();
  /** Events of one search come in order: none is newer than the one before. */
  #beforeMs = Infinity;

  startAgain(): void {
    this.#beforeMs = Infinity;
  }

  meet(timestampMs: number, id: unknown): 'new' | 'known' | 'out of order' {
    if (timestampMs > this.#beforeMs) return 'out of order';
    this.#beforeMs = timestampMs;
    if (timestampMs > this.oldestMs) return 'known';
    if (timestampMs < this.oldestMs) {
      this.oldestMs = timestampMs;
      this.#ids.clear();
    } else if (this.#ids.has(id)) return 'known';
    if (id !== undefined) this.#ids.add(id);
    return 'new';
  }
}

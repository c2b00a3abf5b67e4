/** Entries of one instant whose ids are held at most. */
const IDS_MAX = 100_000;

/**
 * Entries of one project that share timestamp and insertId are one entry, which the store may give more than once.
 * As entries come in order of time, the ids of one timestamp (to the nanosecond) are all that has to be held.
 */
export class RepeatedEntries {
  #timestamp: unknown;
  readonly #ids = new Set<string>();

  /** Whether the entry was there before. */
  has({ timestamp, insertId, logName }: Record<string, unknown>): boolean {
    if (typeof insertId !== 'string' || insertId === '') return false;
    if (timestamp !== this.#timestamp) {
      this.#timestamp = timestamp;
      this.#ids.clear();
    }
    const project = typeof logName === 'string' ? logName.replace(/\/logs\/.*$/, '') : '';
    const id = `${project} ${insertId}`;
    if (this.#ids.has(id)) return true;
    if (this.#ids.size < IDS_MAX) this.#ids.add(id);
    return false;
  }
}

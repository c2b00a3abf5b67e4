import type { Feedback } from '../domain/feedback.ts';

export interface FeedbackBookOptions {
  entriesMax: number;
  /** Told of every change, with all there is; the change stands once it resolves. */
  onChange(entries: readonly Feedback[]): Promise<void>;
}

/** Thrown when there is no room for more. */
export class FeedbackFull extends Error {
  override readonly name = 'FeedbackFull';
}

/** What users have said of templates: one mark each, the latest. Bounded. */
export class FeedbackBook {
  readonly #options: FeedbackBookOptions;
  #entries = new Map<string, Feedback>();

  constructor(options: FeedbackBookOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What had been said before; nobody is told. */
  restore(entries: readonly Feedback[]): void {
    this.#entries = new Map(entries.map((entry) => [entry.fingerprint, entry]));
  }

  /** The latest first. */
  list(): Feedback[] {
    return [...this.#entries.values()].toReversed();
  }

  /** Takes all or, when there is no room for all, none. */
  async set(entries: readonly Feedback[]): Promise<void> {
    const changed = new Map(this.#entries);
    for (const entry of entries) {
      changed.delete(entry.fingerprint);
      changed.set(entry.fingerprint, entry);
    }
    const { entriesMax } = this.#options;
    if (changed.size > entriesMax) throw new FeedbackFull(`there is room for ${entriesMax} marks, remove some first`);
    await this.#change(changed);
  }

  /** Answers how many were removed. */
  async remove(wanted: { fingerprint?: string; incident?: string }): Promise<number> {
    const kept = [...this.#entries].filter(
      ([fingerprint, entry]) =>
        fingerprint !== wanted.fingerprint && (wanted.incident === undefined || entry.incident !== wanted.incident),
    );
    const removed = this.#entries.size - kept.length;
    if (removed > 0) await this.#change(new Map(kept));
    return removed;
  }

  async #change(entries: Map<string, Feedback>): Promise<void> {
    const before = this.#entries;
    this.#entries = entries;
    try {
      await this.#options.onChange([...entries.values()]);
    } catch (error) {
      this.#entries = before;
      throw error;
    }
  }
}

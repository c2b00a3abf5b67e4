import { RetryNote } from './retry-note.ts';
import type { Retry } from '../domain/retry.ts';

/** Slices that may be on their way to the consumer before it has taken any of them. */
const SLICES_AHEAD = 4;
const WAIT_MS = 1000;
/** A consumer that takes no slice for so many waits is gone. */
const CONSUMER_WAITS_MAX = 120;

const CANCELLED = 0;
const TAKEN = 1;
const ROWS = 2;
const SHARE = 3;
const BEGUN = 4;
/** Where the note on a retry begins. */
const RETRY = 5;
const WORDS = RETRY + RetryNote.words;
/** A share is a whole number of so many parts. */
const SHARE_PARTS = 1_000_000;

/** Thrown in the worker when the job's owner has cancelled it. */
export class JobCancelled extends Error {
  override readonly name = 'JobCancelled';
}

/**
 * What a job's owner and its worker share: one word to cancel by, one that counts slices taken, one that counts rows
 * read, one for how far it has come, one for whether it has begun, and a note on a store that is asked again. On shared
 * memory, as a worker that is busy sorting reads no messages.
 */
export class JobControl {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly #retry: RetryNote;

  constructor(words = new Int32Array(new SharedArrayBuffer(4 * WORDS))) {
    this.words = words;
    this.#retry = new RetryNote(words.subarray(RETRY));
  }

  // The owner's side.

  cancel(): void {
    Atomics.store(this.words, CANCELLED, 1);
    Atomics.notify(this.words, CANCELLED);
    Atomics.notify(this.words, TAKEN);
  }

  sliceTaken(): void {
    Atomics.add(this.words, TAKEN, 1);
    Atomics.notify(this.words, TAKEN);
  }

  /** Rows that the worker has read so far. */
  get rows(): number {
    return Atomics.load(this.words, ROWS);
  }

  /** How much of the whole job is done, 0 to 1; 0 as long as that is not known. */
  get share(): number {
    return Atomics.load(this.words, SHARE) / SHARE_PARTS;
  }

  /**
   * The pause in which a store is left alone, or the call after it; undefined while none has failed. The same object until it
   * changes.
   */
  get retry(): Retry | undefined {
    return this.#retry.read();
  }

  /** Whether a worker has taken it. */
  get hasBegun(): boolean {
    return Atomics.load(this.words, BEGUN) !== 0;
  }

  // The worker's side.

  begin(): void {
    Atomics.store(this.words, BEGUN, 1);
  }

  shareDone(share: number): void {
    Atomics.store(this.words, SHARE, Math.round(share * SHARE_PARTS));
  }

  rowsRead(rows: number): void {
    Atomics.store(this.words, ROWS, rows);
  }

  retrying(retry: Retry | undefined): void {
    this.#retry.write(retry);
  }

  /** Runs `work`, which waits for others, with a signal that is aborted when the job is cancelled. */
  async cancellable<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const going = new AbortController();
    const waiting = Atomics.waitAsync(this.words, CANCELLED, 0);
    const woken = waiting.async ? waiting.value : undefined;
    const watching = Promise.resolve(woken).then(() => {
      if (Atomics.load(this.words, CANCELLED) !== 0) going.abort(new JobCancelled('the job was cancelled'));
    });
    try {
      return await work(going.signal);
    } finally {
      // Whoever still waits on the word would keep the job's memory.
      Atomics.notify(this.words, CANCELLED);
      await watching;
    }
  }

  throwIfCancelled(): void {
    if (Atomics.load(this.words, CANCELLED) !== 0) throw new JobCancelled('the job was cancelled');
  }

  /** Blocks the worker until the consumer is at most a few slices behind. */
  waitForConsumer(slicesSent: number): void {
    for (let waits = 0; waits < CONSUMER_WAITS_MAX; waits++) {
      this.throwIfCancelled();
      const taken = Atomics.load(this.words, TAKEN);
      if (slicesSent - taken < SLICES_AHEAD) return;
      // `cancel` may come between the check and the wait, so the wait is short.
      if (Atomics.wait(this.words, TAKEN, taken, WAIT_MS) !== 'timed-out') waits = 0;
    }
    throw new Error(`nobody took a slice of rows for ${(CONSUMER_WAITS_MAX * WAIT_MS) / 1000} s`);
  }
}

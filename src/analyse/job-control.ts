/** Slices that may be on their way to the consumer before it has taken any of them. */
const SLICES_AHEAD = 4;
const WAIT_MS = 1000;
/** A consumer that takes no slice for so many waits is gone. */
const CONSUMER_WAITS_MAX = 120;

const CANCELLED = 0;
const TAKEN = 1;

/** Thrown in the worker when the job's owner has cancelled it. */
export class JobCancelled extends Error {
  override readonly name = 'JobCancelled';
}

/**
 * What a job's owner and its worker share: one word to cancel by, one that counts slices taken. On shared memory, as
 * a worker that is busy sorting reads no messages.
 */
export class JobControl {
  readonly words: Int32Array<SharedArrayBuffer>;

  constructor(words = new Int32Array(new SharedArrayBuffer(8))) {
    this.words = words;
  }

  // The owner's side.

  cancel(): void {
    Atomics.store(this.words, CANCELLED, 1);
    Atomics.notify(this.words, TAKEN);
  }

  sliceTaken(): void {
    Atomics.add(this.words, TAKEN, 1);
    Atomics.notify(this.words, TAKEN);
  }

  // The worker's side.

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

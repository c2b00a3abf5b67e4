import { Worker } from 'node:worker_threads';

import type { CountResult, CountTask } from './count-parts.ts';

/**
 * Threads that count beside the one that asks. They start while that one still looks at the files. Fewer where the system
 * gives no more, or where some end before there is anything to do for them: who asks counts all by itself, if need be.
 */
export class CountHelpers {
  readonly #workers: Worker[] = [];
  /** Threads that the next task is to find. */
  #resting = 0;
  /** Of the task that is counted. */
  #fail: (error: Error) => void = () => {};

  constructor(threads: number) {
    while (this.#workers.length < threads && this.#start()) {}
  }

  /** What each of them has counted of the task; rejects as soon as one of them fails, or `signal` is aborted. One at a time. */
  async count(task: CountTask, signal: AbortSignal): Promise<CountResult[]> {
    signal.throwIfAborted();
    for (; this.#resting > 0; this.#resting--) this.#start();
    const results = this.#workers.map(
      (worker) =>
        new Promise<CountResult>((resolve) => {
          worker.once('message', resolve);
          worker.postMessage(task);
        }),
    );
    const ended = new Promise<never>((_, reject) => {
      this.#fail = reject;
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    try {
      return await Promise.race([Promise.all(results), ended]);
    } finally {
      this.#fail = () => {};
    }
  }

  /** Ends all of them, with what they hold of the rows that they have counted; the next task finds as many new ones. */
  rest(): void {
    this.#resting = this.#workers.length;
    this.keepOnly(0);
  }

  /** Ends the others, and waits for none of them. */
  keepOnly(threads: number): void {
    for (const worker of this.#workers.splice(Math.max(0, threads))) {
      worker.removeAllListeners();
      worker.on('error', () => {}); // nobody counts on it any more
      void worker.terminate();
    }
    if (this.#workers.length === 0) this.#fail(new Error('the threads that count were ended'));
  }

  /** False where the system has no thread left. */
  #start(): boolean {
    let worker: Worker;
    try {
      worker = new Worker(new URL('./count-worker.ts', import.meta.url));
    } catch {
      return false;
    }
    this.#workers.push(worker);
    const lose = (error: Error) => {
      const place = this.#workers.indexOf(worker);
      if (place >= 0) this.#workers.splice(place, 1);
      this.#fail(error);
    };
    worker.on('error', lose);
    worker.on('exit', () => lose(new Error('a thread that counts has ended by itself')));
    return true;
  }
}

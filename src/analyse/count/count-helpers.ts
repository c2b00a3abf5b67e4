import { Worker } from 'node:worker_threads';

import type { CountResult, CountTask } from './count-parts.ts';

/** Threads that count beside the one that asks. They start while that one still looks at the files. */
export class CountHelpers {
  readonly #workers: Worker[];
  #failure: Error | undefined;
  #fail: (error: Error) => void = () => {};

  constructor(threads: number) {
    this.#workers = Array.from({ length: threads }, () => new Worker(new URL('./count-worker.ts', import.meta.url)));
    for (const worker of this.#workers) {
      worker.on('error', (error) => this.#failed(error));
      worker.on('exit', () => this.#failed(new Error('a thread that counts has ended by itself')));
    }
  }

  /** What each of them has counted of the task; rejects as soon as one of them fails. One task at a time. */
  async count(task: CountTask): Promise<CountResult[]> {
    if (this.#failure !== undefined) throw this.#failure;
    const failed = new Promise<never>((_, reject) => (this.#fail = reject));
    const results = this.#workers.map(
      (worker) =>
        new Promise<CountResult>((resolve) => {
          worker.once('message', resolve);
          worker.postMessage(task);
        }),
    );
    return await Promise.race([Promise.all(results), failed]);
  }

  /** Ends the others, and waits for none of them. */
  keepOnly(threads: number): void {
    for (const worker of this.#workers.splice(Math.max(0, threads))) {
      worker.removeAllListeners();
      worker.on('error', () => {}); // nobody counts on it any more
      void worker.terminate();
    }
  }

  #failed(error: Error): void {
    this.#failure ??= error;
    this.#fail(error);
  }
}

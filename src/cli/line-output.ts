import { writeSync } from 'node:fs';

import { writeProblem } from './write-problem.ts';

const FLUSH_CHARS = 128 << 10;
const RETRY_MS = 2;

/** Thrown when whoever read the output has gone away (`| head`): there is nobody left to work for. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/** Standard output takes no more: its disk is full, or what is behind it has failed. The message is a sentence. */
export class OutputFailure extends Error {
  override readonly name = 'OutputFailure';
}

/**
 * Lines for standard output, written in large pieces. Writing waits for the reader, so that nothing piles up in memory
 * when it is slow.
 */
export class LineOutput {
  readonly #fd: number;
  #text = '';

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** @param text whole lines, each with its end. */
  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= FLUSH_CHARS) this.flush();
  }

  flush(): void {
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    for (let at = 0; at < bytes.length;) at += this.#writeSome(bytes, at);
  }

  #writeSome(bytes: Buffer, at: number): number {
    try {
      return writeSync(this.#fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') throw new ReaderGone('nobody reads the output any more', { cause: error });
      if (code !== 'EAGAIN') {
        throw new OutputFailure(`standard output cannot be written: ${writeProblem(error)}`, { cause: error });
      }
      // A pipe that somebody else made non-blocking is full.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
      return 0;
    }
  }
}

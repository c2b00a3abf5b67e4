import type { Retry } from '../domain/retry.ts';

const VERSION = 0;
const ATTEMPT = 1;
const ATTEMPTS_MAX = 2;
const WAIT_MS = 3;
const TEXT_BYTES = 4;
const HEADER_WORDS = 5;
const TEXT_WORDS = 256;

/** A retry on shared memory, written by one thread and read by another. Its sentence is cut at 1 KiB. */
export class RetryNote {
  static readonly words = HEADER_WORDS + TEXT_WORDS;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #text: Uint8Array<SharedArrayBuffer>;
  #version = 0;
  #known: Retry | undefined;

  constructor(words: Int32Array<SharedArrayBuffer>) {
    this.#words = words;
    this.#text = new Uint8Array(words.buffer, words.byteOffset + 4 * HEADER_WORDS, 4 * TEXT_WORDS);
  }

  /** Even versions are whole. */
  write(retry: Retry | undefined): void {
    Atomics.add(this.#words, VERSION, 1);
    this.#words[ATTEMPT] = retry?.attempt ?? 0;
    this.#words[ATTEMPTS_MAX] = retry?.attemptsMax ?? 0;
    this.#words[WAIT_MS] = Math.ceil(retry?.waitMs ?? 0);
    const bytes = Buffer.from(retry?.problem ?? '').subarray(0, this.#text.length);
    this.#text.set(bytes);
    this.#words[TEXT_BYTES] = bytes.length;
    Atomics.add(this.#words, VERSION, 1);
  }

  /** The same object until another was written. */
  read(): Retry | undefined {
    const version = Atomics.load(this.#words, VERSION);
    if (version === this.#version || version % 2 !== 0) return this.#known;
    const [, attempt = 0, attemptsMax = 0, waitMs = 0, textBytes = 0] = this.#words;
    const problem = Buffer.from(this.#text.subarray(0, textBytes)).toString();
    // Written while it was read: the next reading has it.
    if (Atomics.load(this.#words, VERSION) !== version) return this.#known;
    this.#version = version;
    this.#known = attempt === 0 ? undefined : { problem, attempt, attemptsMax, waitMs };
    return this.#known;
  }
}

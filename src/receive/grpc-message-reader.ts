import type { ByteBudget } from './byte-budget.ts';
import { ExportError } from './export-error.ts';
import { FramingError } from './grpc-answer.ts';

/** Flag (1 byte) and length (4 bytes, big-endian) stand before every gRPC message. */
const PREFIX_BYTES = 5;
const CAPACITY_BYTES_MIN = 16 << 10;

/**
 * Reads the one message of a unary request from chunks of any size.
 *
 * Chunks are views on what the socket read, so they are copied at once into memory of the message's own: a sender of
 * many tiny frames cannot keep the large blocks alive that they came in. That memory is held against the byte budget.
 * While the budget is little used the announced length is taken at its word and nothing is copied twice; when it is
 * not, memory grows with what has really arrived.
 */
export class MessageReader {
  readonly #budget: ByteBudget;
  readonly #bytesMax: number;
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  #prefixFilled = 0;
  #message: Buffer = EMPTY;
  #bytesHeld = 0;
  #filled = 0;
  #length = 0;

  constructor(bytesMax: number, budget: ByteBudget) {
    this.#bytesMax = bytesMax;
    this.#budget = budget;
  }

  get isCompressed(): boolean {
    return this.#prefix[0] === 1;
  }

  /** Whether flag and length have arrived. */
  get hasPrefix(): boolean {
    return this.#prefixFilled === PREFIX_BYTES;
  }

  /** Throws `ExportError` as soon as the request cannot become a good one. */
  write(chunk: Buffer): void {
    let at = 0;
    while (this.#prefixFilled < PREFIX_BYTES) {
      if (at === chunk.length) return;
      this.#prefix[this.#prefixFilled++] = chunk[at++] as number;
      if (this.#prefixFilled === PREFIX_BYTES) this.#readPrefix();
    }
    const bytes = chunk.length - at;
    if (bytes === 0) return;
    const filled = this.#filled + bytes;
    if (filled > this.#length) throw new ExportError('unimplemented', 'a second message in a unary request');
    if (filled > this.#message.byteLength) this.#grow(filled);
    chunk.copy(this.#message, this.#filled, at);
    this.#filled = filled;
  }

  /** The message, once the sender has closed its side; throws `ExportError` when it is not whole. */
  end(): Buffer {
    if (!this.hasPrefix && this.#prefixFilled === 0)
      throw new ExportError('unimplemented', 'a unary request without a message');
    if (!this.hasPrefix || this.#filled < this.#length) {
      const got = this.#filled + this.#prefixFilled;
      const expected = this.hasPrefix ? `${this.#length + PREFIX_BYTES}` : `at least ${PREFIX_BYTES}`;
      throw new FramingError(`request ends after ${got} bytes, expected ${expected}`);
    }
    return this.#length === 0 ? Buffer.allocUnsafeSlow(0) : this.#message;
  }

  /** Gives back what is held of the budget, once: the message itself may long be in another thread. */
  release(): void {
    this.#budget.release(this.#bytesHeld);
    this.#bytesHeld = 0;
    this.#message = EMPTY;
  }

  #readPrefix(): void {
    const flag = this.#prefix[0] as number;
    if (flag > 1) throw new FramingError(`compressed flag is ${flag}, expected 0 or 1`);
    this.#length = new DataView(this.#prefix.buffer).getUint32(1);
    if (this.#length > this.#bytesMax) {
      throw new ExportError(
        'resource_exhausted',
        `request is ${this.#length} bytes, the limit is ${this.#bytesMax} bytes`,
      );
    }
  }

  #grow(needed: number): void {
    const budget = this.#budget;
    const capacity = this.#message.byteLength;
    const isQuiet = budget.bytesUsed + this.#length <= budget.bytesMax / 4;
    const wanted = isQuiet ? this.#length : Math.min(this.#length, Math.max(needed, capacity * 2, CAPACITY_BYTES_MIN));
    if (!budget.tryAcquire(wanted - capacity)) {
      throw new ExportError('unavailable', 'too much is in flight, try again', { retryAfterSeconds: 1 });
    }
    // Slow: memory of its own, not of Node's pool, for the message may be moved to another thread.
    const message = Buffer.allocUnsafeSlow(wanted);
    this.#message.copy(message, 0, 0, this.#filled);
    this.#message = message;
    this.#bytesHeld = wanted;
  }
}

const EMPTY = Buffer.allocUnsafeSlow(0);

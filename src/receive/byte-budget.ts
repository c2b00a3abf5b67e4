/** Bytes that may be held at once over all connections: received, inflated or waiting to be scored. */
export class ByteBudget {
  readonly bytesMax: number;
  #bytesUsed = 0;
  #refusals = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytesUsed(): number {
    return this.#bytesUsed;
  }

  /** How often `tryAcquire` said no. */
  get refusals(): number {
    return this.#refusals;
  }

  tryAcquire(bytes: number): boolean {
    if (this.#bytesUsed + bytes > this.bytesMax) {
      this.#refusals++;
      return false;
    }
    this.#bytesUsed += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#bytesUsed -= bytes;
    if (this.#bytesUsed < 0) throw new Error(`byte budget released more than it held: ${this.#bytesUsed}`);
  }
}

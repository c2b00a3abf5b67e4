/**
 * Gathers a body as it comes. Chunks are copied into larger pieces, for a body of one-byte chunks would cost a hundred
 * times its size in objects; one chunk that is the whole body is kept as it is. Memory that is done with is given back
 * at once: left to the collector, refused bodies would stand in memory several times over, and half of the time of a
 * request would go into collecting.
 */
export class BodyBuffer {
  readonly #declaredBytes: number;
  #full: Buffer[] = [];
  #last: Buffer = NOTHING;
  /** Bytes of `#last` that are taken. */
  #used = 0;
  length = 0;

  /** `declaredBytes` is what the sender says that the body has; 0 when it does not say. */
  constructor(declaredBytes: number) {
    this.#declaredBytes = declaredBytes;
  }

  /** Takes over the memory of `chunk`. */
  append(chunk: Buffer): void {
    if (this.length === 0 && chunk.length === this.#declaredBytes && ownsItsMemory(chunk)) {
      this.#last = chunk;
      this.#used = this.length = chunk.length;
      return;
    }
    let at = 0;
    while (at < chunk.length) {
      if (this.#used === this.#last.length) this.#makeRoom(chunk.length - at);
      const end = Math.min(chunk.length, at + this.#last.length - this.#used);
      this.#last.set(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end), this.#used);
      this.#used += end - at;
      this.length += end - at;
      at = end;
    }
    freeMemory(chunk);
  }

  /** All of it in one piece, in memory that nothing else uses; the buffer is then empty. */
  take(): Uint8Array {
    const body = this.#full.length === 0 ? this.#last.subarray(0, this.#used) : this.#gather(this.length);
    this.#full = [];
    this.#last = NOTHING;
    this.#used = 0;
    return body;
  }

  free(): void {
    for (const piece of this.#full) freeMemory(piece);
    freeMemory(this.#last);
    this.#full = [];
    this.#last = NOTHING;
    this.#used = 0;
  }

  #makeRoom(bytes: number): void {
    const total = this.length + bytes;
    const believed = Math.max(PIECE_BYTES_MIN, total * TRUST_FACTOR);
    if (this.#declaredBytes >= total && this.#declaredBytes <= believed) {
      this.#last = this.#gather(this.#declaredBytes);
      this.#used = this.length;
      this.#full = [];
      return;
    }
    if (this.#used > 0) this.#full.push(this.#last);
    this.#last = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES_MAX, Math.max(PIECE_BYTES_MIN, this.length)));
    this.#used = 0;
  }

  /** Moves what there is into one new piece of `capacity` bytes. */
  #gather(capacity: number): Buffer {
    // Slow: memory of its own, for the body moves to another thread.
    const gathered = Buffer.allocUnsafeSlow(capacity);
    let at = 0;
    for (const piece of this.#full) {
      gathered.set(piece, at);
      at += piece.length;
      freeMemory(piece);
    }
    gathered.set(this.#last.subarray(0, this.#used), at);
    freeMemory(this.#last);
    return gathered;
  }
}

/** Gives back the memory of `bytes` if it is all theirs; they are then empty. */
export function freeMemory(bytes: Uint8Array): void {
  if (bytes.byteLength > 0 && ownsItsMemory(bytes)) (bytes.buffer as ArrayBuffer).transfer(0);
}

const NOTHING = Buffer.alloc(0);
/** A declared length is believed with its memory once this part of it has come. */
const TRUST_FACTOR = 64;
const PIECE_BYTES_MIN = 64 << 10;
/** Larger pieces make malloc give back less, and one size is found again most easily. */
const PIECE_BYTES_MAX = 1 << 20;

function ownsItsMemory(bytes: Uint8Array): boolean {
  return bytes.byteLength === bytes.buffer.byteLength;
}

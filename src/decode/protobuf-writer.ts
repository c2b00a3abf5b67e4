const INITIAL_BYTES = 65_536;
/** What is kept for the next request when one needed more. */
const KEPT_BYTES_MAX = 1 << 20;

/** Bytes of a length that is padded, which the encoding allows. */
const PADDED_BYTES = 5;

/**
 * Protobuf bytes, written front to back. The length of a message is not known before its end: one byte is left for it,
 * and what was written moves when that is too few, so that the bytes are those that any encoder makes. A message that
 * is `padded` gets all the room at once: a large one in many others would move as often.
 */
export class ProtobufWriter {
  bytes = new Uint8Array(INITIAL_BYTES);
  at = 0;

  /** The bytes so far, in memory of their own; the writer starts over. */
  finish(): Uint8Array<ArrayBuffer> {
    const finished = this.bytes.slice(0, this.at);
    this.clear();
    return finished;
  }

  clear(): void {
    if (this.bytes.length > KEPT_BYTES_MAX) this.bytes = new Uint8Array(INITIAL_BYTES);
    this.at = 0;
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    const needed = this.at + count;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  /** Unsigned 64-bit, as two unsigned halves. */
  varint(low: number, high = 0): void {
    this.reserve(10);
    let rest = low;
    let restHigh = high;
    while (restHigh !== 0 || rest > 0x7f) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80;
      rest = ((rest >>> 7) | (restHigh << 25)) >>> 0;
      restHigh >>>= 7;
    }
    this.bytes[this.at++] = rest;
  }

  fixed32(value: number): void {
    this.reserve(4);
    for (let shift = 0; shift < 32; shift += 8) this.bytes[this.at++] = value >>> shift;
  }

  /** Starts a field with a length; returns what `close` wants. */
  open(tag: number, padded = false): number {
    this.varint(tag);
    this.reserve(PADDED_BYTES);
    this.at += padded ? PADDED_BYTES : 1;
    return this.at;
  }

  close(start: number, padded = false): void {
    const length = this.at - start;
    if (padded) {
      for (let i = 0; i < PADDED_BYTES; i++) {
        this.bytes[start - PADDED_BYTES + i] = ((length >>> (7 * i)) & 0x7f) | (i < PADDED_BYTES - 1 ? 0x80 : 0);
      }
      return;
    }
    const sizeBytes = length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5;
    if (sizeBytes > 1) {
      this.reserve(sizeBytes - 1);
      this.bytes.copyWithin(start + sizeBytes - 1, start, this.at);
    }
    this.at = start - 1;
    this.varint(length);
    this.at += length;
  }
}

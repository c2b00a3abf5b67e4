import { SMALL_END, WIDE } from './archive.ts';
import type { Archive } from './archive.ts';

const INITIAL_BYTES = 1 << 16;
/** A writer that once held more gives it back. */
const KEPT_BYTES_MAX = 8 << 20;
/** Zeros in a row from which they are counted instead of written. */
const RUN_MIN = 3;
const COUNT_BYTES_MAX = 8;

const encoder = new TextEncoder();

/** Writes a model's state; one writer serves many, one after the other. Little-endian. */
export class ArchiveWriter implements Archive {
  readonly restoring = false;
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** All that was written since the last time, in memory of its own. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    if (this.#bytes.length > KEPT_BYTES_MAX) this.#resize(INITIAL_BYTES);
    return taken;
  }

  isOlderThan(): boolean {
    return false;
  }

  number(value: number): number {
    this.#reserve(9);
    if (value >= 0 && value < SMALL_END && Number.isInteger(value) && !Object.is(value, -0)) {
      this.#bytes[this.#length++] = value;
      return value;
    }
    this.#bytes[this.#length] = WIDE;
    this.#view.setFloat64(this.#length + 1, value, true);
    this.#length += 9;
    return value;
  }

  count(value: number): number {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`got ${value}; expected a whole number from 0`);
    this.#reserve(COUNT_BYTES_MAX);
    let rest = value;
    for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 128;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#length++] = (rest & 127) | 128;
    this.#bytes[this.#length++] = rest;
    return value;
  }

  flag(value: boolean): boolean {
    this.#reserve(1);
    this.#bytes[this.#length++] = value ? 1 : 0;
    return value;
  }

  text(value: string): string {
    this.bytes(encoder.encode(value));
    return value;
  }

  bytes(value: Uint8Array): Uint8Array {
    this.count(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return value;
  }

  integers(value: Int32Array): Int32Array {
    this.count(value.length);
    this.#reserve(value.length * 4);
    for (let i = 0; i < value.length; i++, this.#length += 4) this.#view.setInt32(this.#length, value[i]!, true);
    return value;
  }

  numbers(values: Float64Array | Float32Array): void {
    this.#runs(values, (value) => this.number(value));
  }

  counts(values: Uint8Array | Uint16Array | Uint32Array): void {
    if (values instanceof Uint8Array) this.#runs(values, (value) => this.#byte(value));
    else this.#runs(values, (value) => this.count(value));
  }

  /** Zeros to skip, values that follow, the values; again until the end. */
  #runs(values: ArrayLike<number>, write: (value: number) => void): void {
    const { length } = values;
    for (let at = 0; at < length;) {
      let start = at;
      while (start < length && Object.is(values[start], 0)) start++;
      let end = start;
      for (let zeros = 0, next = start; next < length && zeros < RUN_MIN; next++) {
        zeros = Object.is(values[next], 0) ? zeros + 1 : 0;
        if (zeros === 0) end = next + 1;
      }
      this.count(start - at);
      this.count(end - start);
      for (let i = start; i < end; i++) write(values[i]!);
      at = end;
    }
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes > this.#bytes.length) this.#resize(Math.max(this.#bytes.length * 2, this.#length + bytes));
  }

  #resize(size: number): void {
    const other = new Uint8Array(size);
    other.set(this.#bytes.subarray(0, Math.min(this.#length, size)));
    this.#bytes = other;
    this.#view = new DataView(other.buffer);
  }
}

import { ArchiveError, WIDE } from './archive.ts';
import type { Archive } from './archive.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const PIECE_BYTES = 1 << 15;

/** Gives back what an `ArchiveWriter` wrote. Throws {@link ArchiveError} where the bytes end, or say what cannot be. */
export class ArchiveReader implements Archive {
  readonly restoring = true;
  /** Of what is read, once its reader knows; until then the newest. */
  version = Infinity;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #piece = new Uint8Array(0);
  #pieceUsed = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** To be called at the end: nothing may be left. */
  finish(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new ArchiveError(`${left} bytes are left over`);
  }

  isOlderThan(version: number): boolean {
    return this.version < version;
  }

  number(): number {
    const small = this.#byte();
    if (small !== WIDE) return small;
    return this.#view.getFloat64(this.#advance(8), true);
  }

  count(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
      if (scale > Number.MAX_SAFE_INTEGER) throw new ArchiveError('a count is too large');
    }
  }

  flag(): boolean {
    return this.#byte() !== 0;
  }

  text(): string {
    const length = this.count();
    const at = this.#advance(length);
    return decoder.decode(this.#bytes.subarray(at, at + length));
  }

  /** Short texts share a piece of memory, as memory of its own costs more than such a text is long. */
  bytes(): Uint8Array {
    const length = this.count();
    const at = this.#advance(length);
    if (length > PIECE_BYTES / 8) return this.#bytes.slice(at, at + length);
    if (this.#pieceUsed + length > this.#piece.length) {
      this.#piece = new Uint8Array(PIECE_BYTES);
      this.#pieceUsed = 0;
    }
    const own = this.#piece.subarray(this.#pieceUsed, this.#pieceUsed + length);
    for (let i = 0; i < length; i++) own[i] = this.#bytes[at + i]!;
    this.#pieceUsed += length;
    return own;
  }

  integers(): Int32Array {
    const length = this.count();
    let at = this.#advance(length * 4);
    const value = new Int32Array(length);
    for (let i = 0; i < length; i++, at += 4) value[i] = this.#view.getInt32(at, true);
    return value;
  }

  numbers(values: Float64Array | Float32Array): void {
    this.#runs(values, () => this.number());
  }

  counts(values: Uint8Array | Uint16Array | Uint32Array): void {
    if (values instanceof Uint8Array) this.#runs(values, () => this.#byte());
    else this.#runs(values, () => this.count());
  }

  #runs(values: Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array, read: () => number): void {
    const { length } = values;
    values.fill(0);
    for (let at = 0; at < length;) {
      const start = at + this.count();
      const end = start + this.count();
      if (end > length || end === at) throw new ArchiveError(`got a run up to ${end} of ${length} values`);
      for (let i = start; i < end; i++) values[i] = read();
      at = end;
    }
  }

  #byte(): number {
    return this.#bytes[this.#advance(1)]!;
  }

  /** Where the next so many bytes begin. */
  #advance(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at)
      throw new ArchiveError(`${this.#bytes.length - at} bytes are left, ${length} are asked for`);
    this.#at = at + length;
    return at;
  }
}

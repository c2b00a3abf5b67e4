import { LEVELS } from './level.ts';
import type { LevelIndex } from './level.ts';
import type { LogRow } from './row.ts';

/**
 * Rows of one service, back to back, as buffers and threads exchange them. Little-endian, unaligned:
 * u32 message bytes, f64 timestamp (epoch ms), u8 level index, then the message as UTF-8.
 */
export const PACKED_ROW_HEADER_BYTES = 13;

const decoder = new TextDecoder();

export function writePackedHeader(
  view: DataView,
  offset: number,
  messageBytes: number,
  timestampMs: number,
  level: number,
): void {
  view.setUint32(offset, messageBytes, true);
  view.setFloat64(offset + 4, timestampMs, true);
  view.setUint8(offset + 12, level);
}

/** A cursor over packed rows that builds nothing but what is asked of it. */
export class PackedRowReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #next = 0;
  timestampMs = 0;
  level: LevelIndex = 0;
  messageStart = 0;
  messageEnd = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Steps to the next row; false at the end. */
  next(): boolean {
    const at = this.#next;
    if (at >= this.bytes.length) return false;
    this.messageStart = at + PACKED_ROW_HEADER_BYTES;
    this.messageEnd = this.messageStart + this.#view.getUint32(at, true);
    this.timestampMs = this.#view.getFloat64(at + 4, true);
    this.level = this.#view.getUint8(at + 12) as LevelIndex;
    this.#next = this.messageEnd;
    return true;
  }

  message(): string {
    // slice, not subarray: TextDecoder refuses views of shared memory.
    return decoder.decode(this.bytes.slice(this.messageStart, this.messageEnd));
  }

  row(service: string): LogRow {
    const level = LEVELS[this.level];
    return { timestamp: this.timestampMs, message: this.message(), level, service };
  }
}

import { DecodeError } from './decode-error.ts';

/** Wire types (protobuf encoding guide); 3 and 4 open and close a group. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const FIXED32 = 5;

/** Groups are gone from proto3; nothing real nests them. */
const GROUP_DEPTH_MAX = 64;

/**
 * A cursor over protobuf bytes that builds nothing. Callers pass the end of the message they are in, so that a length
 * can never reach out of it. Everything malformed throws {@link DecodeError}.
 */
export class ProtobufReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  /** Upper 32 bits of the last varint. */
  high = 0;

  /** Lower 32 bits, unsigned. */
  varint(end: number): number {
    const at = this.at;
    if (at < end) {
      const first = this.bytes[at] as number;
      if (first < 0x80) {
        this.at = at + 1;
        this.high = 0;
        return first;
      }
    }
    return this.#longVarint(end);
  }

  /** Field number * 8 + wire type. */
  tag(end: number): number {
    const start = this.at;
    const tag = this.varint(end);
    if (this.high !== 0 || tag >>> 3 === 0) this.fail(start, 'got field number 0 or beyond 2^29', 'a field');
    return tag;
  }

  /** Reads a length; returns where the payload, which starts at `at`, ends. */
  lengthEnd(end: number): number {
    const start = this.at;
    const length = this.varint(end);
    const left = end - this.at;
    if (length > left || this.high !== 0) {
      const got = this.high !== 0 ? 'a length beyond 2^32' : `a length of ${length}`;
      this.fail(start, `got ${got}`, `at most the ${left} bytes left`);
    }
    return this.at + length;
  }

  /** Little-endian, unsigned; `at` moves on. */
  fixed32(end: number): number {
    const { bytes, at } = this;
    if (end - at < 4) this.fail(at, `got ${end - at} bytes`, 'the 4 of a fixed32');
    this.at = at + 4;
    return (
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24)) >>>
      0
    );
  }

  /** Lower 32 bits of a fixed64; the upper ones go to `high`. */
  fixed64(end: number): number {
    if (end - this.at < 8) this.fail(this.at, `got ${end - this.at} bytes`, 'the 8 of a fixed64');
    const low = this.fixed32(end);
    this.high = this.fixed32(end);
    return low;
  }

  /** Steps over the value of a field that is not ours. */
  skip(tag: number, end: number): void {
    if ((tag & 7) === 3) this.#skipGroup(tag >>> 3, end);
    else this.#skipScalar(tag, end);
  }

  /**
   * Steps over the value of a field of `message` that its reader had no case for: unknown numbers are fine. A number
   * that it has a case for (bit set in `known`) got here because its wire type is wrong.
   */
  skipUnknown(tag: number, end: number, known: number, message: string): void {
    const field = tag >>> 3;
    if (field < 32 && (known >>> field) & 1) {
      this.fail(this.at, `got wire type ${tag & 7} for field ${field} of ${message}`, 'the one its definition gives');
    }
    this.skip(tag, end);
  }

  fail(offset: number, got: string, expected: string): never {
    const message = `malformed protobuf at byte ${offset}: ${got}, expected ${expected}`;
    throw new DecodeError('malformed_protobuf', message, { offset });
  }

  #longVarint(end: number): number {
    const start = this.at;
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (start + i >= end) this.fail(start, 'got a varint that is cut off', 'its last byte');
      const byte = this.bytes[start + i] as number;
      const shift = i * 7;
      if (i < 4) low |= (byte & 0x7f) << shift;
      else if (i === 4) {
        low |= (byte & 0x0f) << 28;
        high = (byte & 0x7f) >>> 4;
      } else high |= (byte & 0x7f) << (shift - 32);
      if (byte < 0x80) {
        this.at = start + i + 1;
        this.high = high >>> 0;
        return low >>> 0;
      }
    }
    return this.fail(start, 'got a varint of more than 10 bytes', 'at most 10');
  }

  #skipScalar(tag: number, end: number): void {
    switch (tag & 7) {
      case VARINT:
        this.varint(end);
        return;
      case FIXED64:
        this.fixed64(end);
        return;
      case LENGTH:
        this.at = this.lengthEnd(end);
        return;
      case FIXED32:
        this.fixed32(end);
        return;
      default:
        this.fail(this.at, `got wire type ${tag & 7} for field ${tag >>> 3}`, 'a value');
    }
  }

  #skipGroup(field: number, end: number): void {
    const open = [field];
    while (open.length > 0) {
      const start = this.at;
      const tag = this.tag(end);
      if ((tag & 7) === 3) {
        if (open.length >= GROUP_DEPTH_MAX) this.fail(start, 'got deeper groups', `at most ${GROUP_DEPTH_MAX} levels`);
        open.push(tag >>> 3);
      } else if ((tag & 7) === 4) {
        if (open.pop() !== tag >>> 3)
          this.fail(start, `got the end of group ${tag >>> 3}`, 'that of the group it is in');
      } else this.#skipScalar(tag, end);
    }
  }
}

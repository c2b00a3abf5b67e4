import { MESSAGE_BYTES_MAX } from '../domain/structured-message.ts';

const INITIAL_BYTES = 4096;
/** What is kept for the next request when one needed more. */
const KEPT_BYTES_MAX = 1 << 20;
const HEX = new TextEncoder().encode('0123456789abcdef');

/**
 * UTF-8 text of messages that stand nowhere in the request as they are, back to back in one growing buffer. Each is cut
 * at `MESSAGE_BYTES_MAX`, and where all of them reach their bound; `full` says that more of the current one is of no use.
 */
export class TextScratch {
  bytes = new Uint8Array(INITIAL_BYTES);
  length = 0;
  full = false;
  #limit = 0;
  #bytesMax = 0;

  /** Drops all text; nothing may look at it any more. The next messages together take at most `bytesMax`. */
  clear(bytesMax: number): void {
    if (this.bytes.length > KEPT_BYTES_MAX) this.bytes = new Uint8Array(INITIAL_BYTES);
    this.length = 0;
    this.#bytesMax = bytesMax;
  }

  /** Starts a message; returns its offset. */
  open(): number {
    this.#limit = Math.min(this.length + MESSAGE_BYTES_MAX, this.#bytesMax);
    this.full = false;
    return this.length;
  }

  /** Ends the message that started at `start`; returns where it ends. */
  close(start: number): number {
    if (this.full) this.length = this.#boundary(start);
    return this.length;
  }

  push(byte: number): void {
    if (this.length >= this.#limit) {
      this.full = true;
      return;
    }
    if (this.length >= this.bytes.length) this.#grow();
    this.bytes[this.length++] = byte;
  }

  ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.push(text.charCodeAt(i));
  }

  hex(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      this.push(HEX[byte >> 4] as number);
      this.push(HEX[byte & 15] as number);
    }
  }

  /** UTF-8 text as a JSON string, quotes and all, escaped as `JSON.stringify` does. */
  json(bytes: Uint8Array, start: number, end: number): void {
    this.push(0x22);
    for (let at = start; at < end && !this.full; at++) {
      const byte = bytes[at] as number;
      if (byte >= 0x20 && byte !== 0x22 && byte !== 0x5c) this.push(byte);
      else this.#escape(byte);
    }
    this.push(0x22);
  }

  #escape(byte: number): void {
    this.push(0x5c);
    const short = SHORT_ESCAPES.get(byte);
    if (short !== undefined) {
      this.push(short);
      return;
    }
    this.ascii('u00');
    this.push(HEX[byte >> 4] as number);
    this.push(HEX[byte & 15] as number);
  }

  /** The end of the last whole code point. */
  #boundary(start: number): number {
    const end = this.length;
    let lead = end - 1;
    while (lead > start && end - lead < 4 && ((this.bytes[lead] as number) & 0xc0) === 0x80) lead--;
    const byte = this.bytes[lead] as number;
    const needs = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return needs > end - lead ? lead : end;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.min(this.bytes.length * 2, this.#bytesMax));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

const SHORT_ESCAPES: ReadonlyMap<number, number> = new Map(
  [
    ['"', '"'],
    ['\\', '\\'],
    ['\b', 'b'],
    ['\t', 't'],
    ['\n', 'n'],
    ['\f', 'f'],
    ['\r', 'r'],
  ].map(([char = '', escape = '']) => [char.charCodeAt(0), escape.charCodeAt(0)]),
);

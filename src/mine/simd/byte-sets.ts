import { BYTE_CLASS, HEX, SPACE, WORD } from '../byte-class.ts';
import { BYTE_KIND, BREAK, DIGIT, DOT, AT, HEX_LETTER, LETTER } from '../keyed/byte-kind.ts';
import { SET_ROWS } from './assembly/layout.ts';

/** Sets of bytes below 0x80, in the order of `assembly/bit-map.ts`. */
const SETS: readonly ((byte: number) => boolean)[] = [
  (byte) => (BYTE_KIND[byte]! & DIGIT) !== 0,
  (byte) => (BYTE_KIND[byte]! & BREAK) !== 0,
  (byte) => (BYTE_KIND[byte]! & LETTER) !== 0,
  (byte) => (BYTE_KIND[byte]! & LETTER & ~HEX_LETTER) !== 0,
  (byte) => (BYTE_KIND[byte]! & (DOT | AT)) !== 0,
  (byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x09,
  (byte) => (BYTE_CLASS[byte]! & SPACE) !== 0,
  (byte) => (BYTE_CLASS[byte]! & WORD) !== 0,
  (byte) => (BYTE_CLASS[byte]! & HEX) !== 0,
];

/** Writes the sets as the module reads them: a byte for each low half, a bit in it for each high half. */
export function writeByteSets(memory: Uint8Array): void {
  SETS.forEach((isIn, set) => {
    for (let byte = 0; byte < 0x80; byte++)
      if (isIn(byte)) memory[SET_ROWS + set * 16 + (byte & 15)]! |= 1 << (byte >> 4);
  });
}

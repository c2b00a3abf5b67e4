/** What the scanner asks of a byte; the token's flags are the classes of its bytes or-ed together. */
export const DIGIT = 1;
export const SLASH = 2;
export const HIGH = 4;
/** Set on a token (never on a byte) that holds seven hex letters or more in a row. */
export const HEX_WORD = 8;
export const SPACE = 16;
/** May begin a white-space character of two or three bytes (U+0085, U+00A0, U+1680, U+2000 ... U+3000). */
export const SPACE_LEAD = 32;
/** Letter, digit or underscore: what `\w` is in ASCII. */
export const WORD = 64;
/** Of the set that a path mask runs over: letters, digits, `/ _ . -`. */
export const PATH_BYTE = 128;
/** 0 to 9, a to f, A to F. */
export const HEX = 256;

/** Hex letters are negative: `(n + 1) & (BYTE_CLASS[byte] >> 31)` counts how many stand in a row. */
export const BYTE_CLASS = buildClasses();

function buildClasses(): Int32Array {
  const classes = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const text = String.fromCharCode(byte);
    let bits = 0;
    if (/[0-9]/.test(text)) bits |= DIGIT;
    if (text === '/') bits |= SLASH;
    if (byte >= 0x80) bits |= HIGH;
    if ((byte >= 0x09 && byte <= 0x0d) || (byte >= 0x1c && byte <= 0x20)) bits |= SPACE;
    if (byte === 0xc2 || (byte >= 0xe1 && byte <= 0xe3)) bits |= SPACE_LEAD;
    if (/[A-Za-z0-9_]/.test(text)) bits |= WORD;
    if (/[A-Za-z0-9/_.-]/.test(text)) bits |= PATH_BYTE;
    if (/[0-9A-Fa-f]/.test(text)) bits |= HEX;
    if (/[A-Fa-f]/.test(text)) bits |= 1 << 31;
    classes[byte] = bits;
  }
  return classes;
}

/** Bytes of the white-space character (beyond ASCII) at `at`, or 0 when there is none. UTF-8 synchronises itself, so this is exact on malformed text too. */
export function wideSpaceBytes(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  if (at + 1 >= end) return 0;
  const second = bytes[at + 1]!;
  if (first === 0xc2) return second === 0x85 || second === 0xa0 ? 2 : 0;
  if (at + 2 >= end) return 0;
  const third = bytes[at + 2]!;
  if (first === 0xe1) return second === 0x9a && third === 0x80 ? 3 : 0;
  if (first === 0xe3) return second === 0x80 && third === 0x80 ? 3 : 0;
  if (first !== 0xe2) return 0;
  if (second === 0x81) return third === 0x9f ? 3 : 0;
  if (second !== 0x80) return 0;
  return third <= 0x8a || third === 0xa8 || third === 0xa9 || third === 0xaf ? 3 : 0;
}

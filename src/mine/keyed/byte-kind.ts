import { wideSpaceBytes } from '../byte-class.ts';

/** What the scanner asks of a byte; a word's flags are the kinds of its bytes or-ed together. */
export const HEX_LETTER = 1;
/** g to z, G to Z. */
const OTHER_LETTER = 2;
/** Beyond ASCII: a letter of some script, as far as the scanner cares. */
export const HIGH = 4;
export const DIGIT = 8;
export const DOT = 16;
/** `-` and `_`. */
export const JOINT = 32;
export const SLASH = 64;
export const BACKSLASH = 128;
export const AT = 256;
/** Any other mark that does not end a word, control bytes included. */
export const SYMBOL = 512;
export const SPACE = 1024;
/** Punctuation that ends a word. */
export const DELIMITER = 2048;
/** May begin a white-space or punctuation character of more than one byte. */
export const LEAD = 4096;
/** A delimiter that the scanner has to look at. */
export const MARK = 8192;

export const LETTER = HEX_LETTER | OTHER_LETTER;
/** Ends a word, or may. */
export const BREAK = SPACE | DELIMITER | LEAD;

export const BYTE_KIND = buildKinds();

function buildKinds(): Int32Array {
  const kinds = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) kinds[byte] = kindOf(byte);
  return kinds;
}

function kindOf(byte: number): number {
  if (byte >= 0x80) return HIGH | (isLead(byte) ? LEAD : 0);
  const text = String.fromCharCode(byte);
  if (/[a-f]/i.test(text)) return HEX_LETTER;
  if (/[a-z]/i.test(text)) return OTHER_LETTER;
  if (/[0-9]/.test(text)) return DIGIT;
  if ((byte >= 0x09 && byte <= 0x0d) || (byte >= 0x1c && byte <= 0x20)) return SPACE;
  if (byte === 0x1b || /[=)\]}<"']/.test(text)) return DELIMITER | MARK;
  if (/[:,;|([{>`!?]/.test(text)) return DELIMITER;
  if (text === '.') return DOT;
  if (text === '-' || text === '_') return JOINT;
  if (text === '/') return SLASH;
  if (text === '\\') return BACKSLASH;
  return text === '@' ? AT : SYMBOL;
}

function isLead(byte: number): boolean {
  return byte === 0xc2 || (byte >= 0xe1 && byte <= 0xe3) || byte === 0xef;
}

/** Bytes of the white space beyond ASCII, or the full-width or ideographic punctuation, at `at`; 0 when there is none. */
export function wideBreakBytes(bytes: Uint8Array, at: number, end: number): number {
  const space = wideSpaceBytes(bytes, at, end);
  if (space > 0 || at + 2 >= end) return space;
  const second = bytes[at + 1]!;
  const third = bytes[at + 2]!;
  if (bytes[at] === 0xe3) {
    // U+3001, U+3002 and the brackets U+3008 to U+3011.
    return second === 0x80 && (third === 0x81 || third === 0x82 || (third >= 0x88 && third <= 0x91)) ? 3 : 0;
  }
  if (bytes[at] !== 0xef || second !== 0xbc) return 0;
  // Full-width ! ( ) , : ; = ?
  const isPunctuation =
    third === 0x81 || third === 0x88 || third === 0x89 || third === 0x8c || (third >= 0x9a && third <= 0x9f);
  return isPunctuation ? 3 : 0;
}

/** What {@link codePointAt} answers for bytes that are no character. */
export const MALFORMED = -1;

/**
 * Bytes of the character at `at`. A malformed one is as long as a decoder would replace by one U+FFFD: the longest
 * beginning of a well-formed character, or one byte.
 */
export function characterBytes(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  const want = wanted(first);
  if (want <= 1) return 1;
  let low = 0x80;
  let high = 0xbf;
  // No overlong forms, no surrogates, nothing beyond U+10FFFF.
  if (first === 0xe0) low = 0xa0;
  else if (first === 0xed) high = 0x9f;
  else if (first === 0xf0) low = 0x90;
  else if (first === 0xf4) high = 0x8f;
  let width = 1;
  while (width < want && at + width < end) {
    const next = bytes[at + width]!;
    if (next < low || next > high) break;
    low = 0x80;
    high = 0xbf;
    width++;
  }
  return width;
}

export function codePointAt(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return first;
  const want = wanted(first);
  if (want === 0 || characterBytes(bytes, at, end) !== want) return MALFORMED;
  let codePoint = first & (0x7f >> want);
  for (let i = 1; i < want; i++) codePoint = (codePoint << 6) | (bytes[at + i]! & 0x3f);
  return codePoint;
}

export function utf8Bytes(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** Bytes of the character that begins with this byte; 0 when none does. */
function wanted(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

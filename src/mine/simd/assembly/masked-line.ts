import { BLANK } from './ascii';
import { BAIT, behindLastIn, copy, mapForMasks, mapOf, nextIn, SPACE } from './bit-map';
import { hasDigit, mayKnow } from './known-tokens';
import { KEY, LINE_BYTES_MAX, TEXT, TOKEN_ENDS, TOKEN_HASHES, TOKEN_STARTS } from './layout';
import { maskToken } from './masks';

/** In place of a token: no line that is masked here has a line feed. */
const NOBODY_KNOWS: u8 = 0x0a;

let lineStart: i32 = 0;
let lineEnd: i32 = 0;
let outStart: i32 = KEY;
let outEnd: i32 = KEY;
let isShort: bool = false;

/** Masks the line `[start, end)` for {@link splitTokens} and answers where that ends; 0 for a line that is not for us. */
export function maskLine(start: i32, end: i32): i32 {
  return mask(start, end, TEXT, 0);
}

/**
 * Likewise, but written to {@link KEY}, without the tokens with digits that, by `filter`, no template has: they are all
 * one to Drain. With no filter, 0, all are there.
 */
export function maskKey(start: i32, end: i32, filter: i32): i32 {
  return mask(start, end, KEY, filter);
}

function mask(start: i32, end: i32, to: i32, filter: i32): i32 {
  isShort = false;
  if (end - start > LINE_BYTES_MAX || !mapForMasks(start, end)) return 0;
  lineStart = start;
  lineEnd = end;
  outStart = to;
  const length = end - start;
  const bait = mapOf(BAIT);
  const spaces = mapOf(SPACE);
  let out = to;
  let copied = 0;
  for (;;) {
    const at = nextIn(bait, copied, length);
    if (at == length) break;
    const from = behindLastIn(spaces, at);
    const tokenEnd = nextIn(spaces, at, length);
    if (copied < from) out = copy(out, start + copied, start + from);
    const masked = maskToken(start, from, tokenEnd, out);
    if (filter != 0 && hasDigit(out, masked) && !mayKnow(filter, out, masked)) {
      store<u8>(out++, NOBODY_KNOWS);
      isShort = true;
    } else out = masked;
    copied = tokenEnd;
  }
  outEnd = copied < length ? copy(out, start + copied, end) : out;
  return outEnd;
}

/** Cuts what was masked last into tokens, all of them, and hashes them; how many there are. */
export function splitTokens(): i32 {
  if (isShort) maskLine(lineStart, lineEnd);
  let count = 0;
  let at = outStart;
  while (at < outEnd) {
    let byte = load<u8>(at);
    if (isSpace(byte)) {
      at++;
      continue;
    }
    store<i32>(TOKEN_STARTS + (count << 2), at);
    let hash: i32 = 0x811c9dc5;
    do {
      hash = (hash ^ byte) * 0x01000193;
      if (++at >= outEnd) break;
      byte = load<u8>(at);
    } while (!isSpace(byte));
    store<i32>(TOKEN_ENDS + (count << 2), at);
    store<i32>(TOKEN_HASHES + (count << 2), hash);
    count++;
  }
  return count;
}

function isSpace(byte: u8): bool {
  return byte <= BLANK && (byte >= 0x1c || (byte >= 0x09 && byte <= 0x0d));
}

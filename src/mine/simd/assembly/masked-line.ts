import { BLANK } from './ascii';
import { BAIT, behindLastIn, copy, mapForMasks, mapOf, nextIn, SPACE } from './bit-map';
import { KEY, LINE_BYTES_MAX, TOKEN_ENDS, TOKEN_HASHES, TOKEN_STARTS } from './layout';
import { maskToken } from './masks';

let outEnd: i32 = KEY;

/** Writes the line `[start, end)` masked to {@link KEY} and answers where it ends; 0 for a line that is not for us. */
export function maskLine(start: i32, end: i32): i32 {
  if (end - start > LINE_BYTES_MAX || !mapForMasks(start, end)) return 0;
  const length = end - start;
  const bait = mapOf(BAIT);
  const spaces = mapOf(SPACE);
  let out = KEY;
  let copied = 0;
  for (;;) {
    const at = nextIn(bait, copied, length);
    if (at == length) break;
    const from = behindLastIn(spaces, at);
    const to = nextIn(spaces, at, length);
    if (copied < from) out = copy(out, start + copied, start + from);
    out = maskToken(start, from, to, out);
    copied = to;
  }
  outEnd = copied < length ? copy(out, start + copied, end) : out;
  return outEnd;
}

/** Cuts what {@link maskLine} wrote last into tokens, and hashes them; how many there are. */
export function splitTokens(): i32 {
  let count = 0;
  let at = KEY;
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

import { FILTER_BYTES } from './layout';

// Whether a miner may know a token with digits: a Bloom filter of one bit a token.

const BITS_SHIFT: i32 = 64 - 14;

/** Has the filter at `filter` know the token `[from, to)`. */
export function learnToken(filter: i32, from: i32, to: i32): void {
  const bit = bitOf(from, to);
  const at = filter + (bit >> 3);
  const flag: i32 = 1 << (bit & 7);
  store<u8>(at, load<u8>(at) | <u8>flag);
}

export function forgetTokens(filter: i32): void {
  memory.fill(filter, 0, FILTER_BYTES);
}

/** False for sure, true perhaps. */
export function mayKnow(filter: i32, from: i32, to: i32): bool {
  const bit = bitOf(from, to);
  return ((load<u8>(filter + (bit >> 3)) >> (bit & 7)) & 1) != 0;
}

export function hasDigit(from: i32, to: i32): bool {
  for (let at = from; at < to; at += 16) {
    const digits = i8x16.bitmask(i8x16.lt_u(i8x16.sub(v128.load(at), i8x16.splat(0x30)), i8x16.splat(10)));
    const left = to - at;
    if ((left < 16 ? digits & ((1 << left) - 1) : digits) != 0) return true;
  }
  return false;
}

function bitOf(from: i32, to: i32): i32 {
  let sum: u64 = <u64>(to - from);
  let at = from;
  for (; to - at >= 8; at += 8) {
    sum = (sum ^ load<u64>(at)) * 0x9e3779b97f4a7c15;
    sum ^= sum >> 32;
  }
  if (at < to) sum ^= load<u64>(at) & (((<u64>1) << ((to - at) << 3)) - 1);
  return <i32>((sum * 0x9e3779b97f4a7c15) >> BITS_SHIFT);
}

import { BYTE_KIND, DELIMITER, SPACE } from './byte-kind.ts';
import { OTHER, pushVariable, scratch, VARIABLE } from './scratch.ts';

const BLANK = 0x20;
const COMMA = 0x2c;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

/**
 * Makes one value of the list that ends before the bracket at `at`, `[tls, http2]` or `("a","b")`: how many there are and
 * which, is what varies. In a list each item is one word or value, in quotes or not; numbers alone are left as they are.
 */
export function foldList(bytes: Uint8Array, at: number, start: number): void {
  const open = listStart(bytes, at, start);
  if (open < 0 || !hasWordBehind(open)) return;
  let count = scratch.variableCount;
  while (count > 0 && scratch.variableStart[count - 1]! > open) count--;
  let keyCount = scratch.keyCount;
  while (keyCount > 0 && isBehind(keyCount - 1, count, open)) keyCount--;
  scratch.variableCount = count;
  scratch.keyCount = keyCount;
  scratch.dateEnd = -1;
  pushVariable(bytes, open + 1, at, OTHER);
}

/** Where the bracket stands that opens a list of two items or more; -1 when what stands before `at` is none. */
function listStart(bytes: Uint8Array, at: number, start: number): number {
  const opening = openingOf(bytes[at]!);
  let commas = 0;
  let next = at - 1;
  for (; next >= start && bytes[next] !== opening; next--) {
    const byte = bytes[next]!;
    if (byte === COMMA) commas++;
    else if (byte === BLANK) {
      if (bytes[next - 1] !== COMMA) return -1;
    } else if (BYTE_KIND[byte]! & (SPACE | DELIMITER) && byte !== QUOTE && byte !== APOSTROPHE) return -1;
  }
  // What stands in brackets right behind a name tells it from others of that name: `send(Buffer, Port)`.
  const isOfName = next > start && (BYTE_KIND[bytes[next - 1]!]! & (SPACE | DELIMITER)) === 0;
  return next >= start && commas > 0 && !isOfName ? next : -1;
}

function openingOf(byte: number): number {
  if (byte === 0x29) return 0x28;
  return byte === 0x5d ? 0x5b : 0x7b;
}

function hasWordBehind(open: number): boolean {
  const { keyStart, keyCount } = scratch;
  for (let token = keyCount - 1; token >= 0; token--) {
    if (keyStart[token] === VARIABLE) continue;
    return keyStart[token]! > open;
  }
  return false;
}

/** Whether the token is of what stands behind `open`, where the first `count` variables stand before that. */
function isBehind(token: number, count: number, open: number): boolean {
  if (scratch.keyStart[token] !== VARIABLE) return scratch.keyStart[token]! > open;
  return count === 0 || scratch.variableToken[count - 1]! < token;
}

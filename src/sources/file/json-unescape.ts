import { hexValue } from './json-syntax.ts';

const SIMPLE = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);

/**
 * Writes the text of a valid JSON string's inside, `bytes[start, end)`, as UTF-8 to `target` and returns its length.
 * A surrogate without its other half becomes U+FFFD. The text is never longer than what it is made from.
 */
export function unescapeJson(bytes: Uint8Array, start: number, end: number, target: Uint8Array): number {
  let to = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte !== 0x5c) {
      target[to++] = byte;
      continue;
    }
    const escape = bytes[++at] as number;
    if (escape !== 0x75) {
      target[to++] = SIMPLE.get(escape) ?? escape;
      continue;
    }
    let code = hex4(bytes, at + 1);
    at += 4;
    if (code >= 0xd800 && code < 0xe000) {
      const hasPair = code < 0xdc00 && at + 6 < end && bytes[at + 1] === 0x5c && bytes[at + 2] === 0x75;
      const low = hasPair ? hex4(bytes, at + 3) : 0;
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + low - 0xdc00;
        at += 6;
      } else code = 0xfffd;
    }
    to = writeUtf8(code, target, to);
  }
  return to;
}

function writeUtf8(code: number, target: Uint8Array, start: number): number {
  let at = start;
  if (code < 0x80) target[at++] = code;
  else if (code < 0x800) {
    target[at++] = 0xc0 | (code >> 6);
    target[at++] = 0x80 | (code & 0x3f);
  } else {
    if (code < 0x10000) target[at++] = 0xe0 | (code >> 12);
    else {
      target[at++] = 0xf0 | (code >> 18);
      target[at++] = 0x80 | ((code >> 12) & 0x3f);
    }
    target[at++] = 0x80 | ((code >> 6) & 0x3f);
    target[at++] = 0x80 | (code & 0x3f);
  }
  return at;
}

function hex4(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 4; i++) value = (value << 4) | hexValue(bytes[i] as number);
  return value;
}

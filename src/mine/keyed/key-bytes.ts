import { CLOSING, MINED_BYTES_MAX, OPENING, scratch, VARIABLE } from './scratch.ts';

const SPACE = 0x20;
const WILDCARD = Uint8Array.of(0x3c, 0x2a, 0x3e);
const BRACES = Uint8Array.of(0x7b, 0x7d);

/** Where keys are written before they are copied. */
const buffer = new Uint8Array(MINED_BYTES_MAX * 3);

/**
 * The canonical text of the key in `scratch`, of the message `bytes`: its tokens joined by a space, `<*>` for a run of
 * variables. No word holds a space, `<` or a brace, so no two keys have the same text. The words at the tokens `masked`
 * are variables too.
 */
export function keyBytes(bytes: Uint8Array, masked: readonly number[] = []): Uint8Array {
  const { keyStart, keyEnd, keyCount } = scratch;
  let to = 0;
  let wasVariable = false;
  for (let i = 0; i < keyCount; i++) {
    const start = keyStart[i]!;
    const isVariable = start === VARIABLE || masked.includes(i);
    if (isVariable && wasVariable) continue;
    wasVariable = isVariable;
    if (to > 0) buffer[to++] = SPACE;
    if (isVariable) for (const byte of WILDCARD) buffer[to++] = byte;
    else if (start < 0) buffer[to++] = start === OPENING ? BRACES[0]! : BRACES[1]!;
    else for (let at = start; at < keyEnd[i]!; at++) buffer[to++] = bytes[at]!;
  }
  return buffer.slice(0, to);
}

/** Whether `key` is the canonical text of the key in `scratch`. */
export function isKey(key: Uint8Array, bytes: Uint8Array): boolean {
  const { keyStart, keyEnd, keyCount } = scratch;
  let at = 0;
  for (let i = 0; i < keyCount; i++) {
    if (i > 0 && key[at++] !== SPACE) return false;
    const start = keyStart[i]!;
    if (start >= 0) {
      const end = keyEnd[i]!;
      for (let from = start; from < end; from++) if (key[at++] !== bytes[from]) return false;
    } else if (start === VARIABLE) {
      if (key[at] !== WILDCARD[0] || key[at + 1] !== WILDCARD[1] || key[at + 2] !== WILDCARD[2]) return false;
      at += 3;
    } else if (key[at++] !== (start === CLOSING ? BRACES[1] : BRACES[0])) return false;
  }
  return at === key.length;
}

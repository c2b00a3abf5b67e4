import { colourEnd } from '../../domain/terminal-colour.ts';
import { scanMessage } from './scan-message.ts';
import { MINED_BYTES_MAX, scratch } from './scratch.ts';

/** As many as the scanner looks at, and what may stand before and behind. */
const PLAIN_BYTES_MAX = 4 * MINED_BYTES_MAX;

const plain = new Uint8Array(PLAIN_BYTES_MAX);

/**
 * Scans the message `bytes[start, end)` as if no part of it were coloured, and answers the bytes that the places in
 * `scratch` are of. Which lines have colours the scanner sees on its way: the others cost nothing. Lines with an escape
 * have no shape, so whoever recalls lines by their shapes knows these to the letter.
 */
export function scanPlainly(bytes: Uint8Array, start: number, end: number): Uint8Array {
  scanMessage(bytes, start, end);
  if (!scratch.isColoured) return bytes;
  scanMessage(plain, 0, withoutColours(bytes, start, end));
  return plain;
}

/** Writes the message to `plain`, of which the length is answered. */
function withoutColours(bytes: Uint8Array, start: number, end: number): number {
  let to = 0;
  for (let at = start; at < end && to < PLAIN_BYTES_MAX;) {
    const next = colourEnd(bytes, at, end);
    if (next > at) at = next;
    else plain[to++] = bytes[at++]!;
  }
  return to;
}

import { maskReference } from './mask-reference.ts';
import { maskedToken } from './mask-token.ts';
import { hashToken } from './token-hash.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Masks one token with bytes beyond ASCII, by the reference itself: digits and letters are Unicode's there. Malformed
 * bytes become U+FFFD, so that two of them are the same token when they read the same. Contract of `maskToken`.
 */
export function maskWideToken(bytes: Uint8Array, start: number, end: number, out: Uint8Array, outAt: number): number {
  // slice, not subarray: TextDecoder refuses views of shared memory.
  const masked = maskReference(decoder.decode(bytes.slice(start, end)));
  const outEnd = outAt + encoder.encodeInto(masked, out.subarray(outAt)).written;
  maskedToken.hash = hashToken(out, outAt, outEnd);
  return outEnd;
}

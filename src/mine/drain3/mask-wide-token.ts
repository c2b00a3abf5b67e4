import { DIGIT, HEX_WORD, SLASH } from '../byte-class.ts';
import { maskReference } from './mask-reference.ts';
import { maskedToken } from './mask-token.ts';
import { hashToken } from '../token-hash.ts';
import { codePointAt, MALFORMED, utf8Bytes } from '../utf8.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Masks one token with bytes beyond ASCII, by the reference itself: digits and letters are Unicode's there. Malformed
 * bytes become U+FFFD, so that two of them are the same token when they read the same. Contract of `maskToken`.
 */
export function maskWideToken(
  bytes: Uint8Array,
  start: number,
  end: number,
  flags: number,
  out: Uint8Array,
  outAt: number,
): number {
  if ((flags & (DIGIT | SLASH | HEX_WORD)) === 0 && isPlain(bytes, start, end)) return -1;
  // slice, not subarray: TextDecoder refuses views of shared memory.
  const masked = maskReference(decoder.decode(bytes.slice(start, end)));
  const outEnd = outAt + encoder.encodeInto(masked, out.subarray(outAt)).written;
  maskedToken.hash = hashToken(out, outAt, outEnd);
  return outEnd;
}

/** Whether the token is well-formed and surely without digits, as most words are: no mask can match. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end;) {
    const codePoint = codePointAt(bytes, at, end);
    if (codePoint === MALFORMED || mayBeDigit(codePoint)) return false;
    at += utf8Bytes(codePoint);
  }
  return true;
}

let basicDigits: Uint8Array | undefined;

/** True for Unicode's decimal digits; also for rare characters of the higher planes that are not worth a table. */
function mayBeDigit(codePoint: number): boolean {
  if (codePoint < 0x660) return false;
  if (codePoint > 0xffff) return codePoint < 0x1f300 || codePoint > 0x1faff; // emoji are none
  basicDigits ??= Uint8Array.from({ length: 0x10000 }, (_, unit) => Number(/\p{Nd}/u.test(String.fromCharCode(unit))));
  return basicDigits[codePoint] === 1;
}

import { lookup, recallLine, rememberLine } from '../line-cache.ts';
import type { Recallable } from '../recallable.ts';
import {
  KEY,
  LINE_BYTES_MAX,
  NOT_MASKED,
  TOKEN_ENDS,
  TOKEN_HASHES,
  TOKEN_STARTS,
  TOKENS_MAX,
} from '../simd/assembly/layout.ts';
import { recallAt, rememberAt } from '../simd/remembered-lines.ts';
import { copyLine, scanner } from '../simd/scanner.ts';
import { line, MASKED, scanLine } from './scan-line.ts';
import type { ScannedLine } from './scan-line.ts';

/** The line in the memory of the scanner, masked. */
const scanned: ScannedLine = {
  tokens: 0,
  start: tokenNumbers(TOKEN_STARTS),
  end: tokenNumbers(TOKEN_ENDS),
  hash: tokenNumbers(TOKEN_HASHES),
  flags: new Int32Array(TOKENS_MAX).fill(MASKED),
  masked: scanner?.bytes ?? new Uint8Array(0),
  maskedBytes: KEY,
  tokenCount: 0,
  charCount: 0,
};

/** Whether the line asked for last stands masked in the scanner's memory. */
let isMasked = false;

/**
 * The template that a line of the same masked text found before; see `recallLine`. Without the scanner, or where it does
 * not know what to do with a byte, the one that the same line found.
 */
export function recallByMasks(
  bytes: Uint8Array,
  start: number,
  end: number,
  owner: number,
  filter: number,
): Recallable | undefined {
  const length = end - start;
  isMasked = false;
  if (scanner !== undefined && length <= LINE_BYTES_MAX) {
    const at = copyLine(bytes, start, end);
    const place = scanner.recallMasked(at, at + length, owner, filter);
    if (place !== NOT_MASKED) {
      isMasked = true;
      return recallAt(place, length);
    }
  }
  return recallLine(bytes, start, end, owner);
}

/** Remembers the line asked for last: it joined `template` and changed nothing. */
export function rememberByMasks(
  bytes: Uint8Array,
  start: number,
  end: number,
  owner: number,
  template: Recallable,
  counts: { tokenCount: number; charCount: number },
): void {
  if (isMasked && scanner !== undefined)
    rememberAt(scanner.remember(template.recallVersion, counts.tokenCount, counts.charCount), template);
  else rememberLine(bytes, start, end, owner, template, counts, lookup.set, lookup.hash);
}

/** The tokens of the line that {@link recallByMasks} was asked for last. */
export function tokensOfRecalled(bytes: Uint8Array, start: number, end: number): ScannedLine {
  return isMasked ? split(end - start) : plainly(bytes, start, end);
}

/** The tokens of the line, masked, by whichever scanner can. */
export function maskedTokens(bytes: Uint8Array, start: number, end: number): ScannedLine {
  const length = end - start;
  if (scanner === undefined || length > LINE_BYTES_MAX) return plainly(bytes, start, end);
  const at = copyLine(bytes, start, end);
  return scanner.maskLine(at, at + length) === 0 ? plainly(bytes, start, end) : split(length);
}

function split(length: number): ScannedLine {
  scanned.tokens = scanner?.splitTokens() ?? 0;
  scanned.tokenCount = scanned.tokens;
  scanned.charCount = length;
  return scanned;
}

function plainly(bytes: Uint8Array, start: number, end: number): ScannedLine {
  scanLine(bytes, start, end);
  return line;
}

function tokenNumbers(address: number): Int32Array {
  return scanner?.numbers.subarray(address >> 2, (address >> 2) + TOKENS_MAX) ?? new Int32Array(0);
}

import { BYTE_CLASS, DIGIT, HEX_WORD, HIGH, SLASH, SPACE, SPACE_LEAD, wideSpaceBytes } from '../byte-class.ts';
import { countMessage } from '../count-message.ts';
import { maskToken, maskedToken } from './mask-token.ts';
import { maskWideToken } from './mask-wide-token.ts';
import { HASH_PRIME, HASH_SEED } from '../token-hash.ts';

/** What is mined of a message: its first line that is not blank, and of that no more than this. */
export const MINED_BYTES_MAX = 16_384;
export const MINED_TOKENS_MAX = 1024;

/** Masks may lengthen a text (`1s` to `<DUR>`, a malformed byte to U+FFFD), three times at the most. */
const MASKED_BYTES_MAX = MINED_BYTES_MAX * 4;

/** Set in a token's flags when its text stands in `line.masked`, not in the message. */
export const MASKED = 1024;

/** Flags of tokens that a mask could match. */
const MASKABLE = DIGIT | SLASH | HIGH | HEX_WORD;

/** The tokens of a line. Scratch space that every miner of the thread shares: nothing outlives a call. */
export interface ScannedLine {
  tokens: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly hash: Int32Array;
  /** Classes of the token's bytes, and {@link MASKED}. */
  readonly flags: Int32Array;
  readonly masked: Uint8Array;
  maskedBytes: number;
  /** Of the whole message; see `TemplateMiner`. */
  tokenCount: number;
  charCount: number;
}

/** The line that {@link scanLine} scanned last. */
export const line: ScannedLine = {
  tokens: 0,
  start: new Int32Array(MINED_TOKENS_MAX),
  end: new Int32Array(MINED_TOKENS_MAX),
  hash: new Int32Array(MINED_TOKENS_MAX),
  flags: new Int32Array(MINED_TOKENS_MAX),
  masked: new Uint8Array(MASKED_BYTES_MAX),
  maskedBytes: 0,
  /** Of the whole message. */
  tokenCount: 0,
  charCount: 0,
};

/** Cuts the message `bytes[start, end)` into tokens, hashes and masks them, into {@link line}. */
export function scanLine(bytes: Uint8Array, start: number, end: number): void {
  const flags = tokenise(bytes, start, end);
  if (flags & MASKABLE) maskTokens(bytes);
}

/** First half of {@link scanLine}: white space, raw hashes, flags. Answers the flags of all tokens together. */
function tokenise(bytes: Uint8Array, start: number, end: number): number {
  const starts = line.start;
  const ends = line.end;
  const hashes = line.hash;
  const flagsOf = line.flags;
  let stop = end;
  let count = 0;
  let all = 0;
  let at = start;
  while (at < stop) {
    let kind = BYTE_CLASS[bytes[at]!]!;
    if (kind & (SPACE | SPACE_LEAD)) {
      const width = kind & SPACE ? 1 : wideSpaceBytes(bytes, at, end);
      if (width > 0) {
        if (count > 0 && bytes[at] === 0x0a) break;
        all |= kind;
        at += width;
        continue;
      }
    }
    if (count === 0) stop = capOf(bytes, at, end);
    else if (count === MINED_TOKENS_MAX) break;
    const from = at;
    let hash = HASH_SEED;
    let flags = 0;
    let byte = bytes[at]!;
    for (;;) {
      hash = Math.imul(hash ^ byte, HASH_PRIME);
      flags |= kind;
      if (++at >= stop) break;
      byte = bytes[at]!;
      kind = BYTE_CLASS[byte]!;
      if ((kind & (SPACE | SPACE_LEAD)) === 0) continue;
      if (kind & SPACE || wideSpaceBytes(bytes, at, end) > 0) break;
    }
    if (at - from >= 7 && flags < 0 && (flags & DIGIT) === 0 && hasHexWord(bytes, from, at)) flags |= HEX_WORD;
    all |= flags;
    starts[count] = from;
    ends[count] = at;
    hashes[count] = hash;
    flagsOf[count++] = flags;
  }
  line.tokens = count;
  line.maskedBytes = 0;
  if (at >= end && (all & HIGH) === 0) {
    line.tokenCount = count;
    line.charCount = end - start;
  } else countMessage(bytes, start, end, line);
  return all;
}

/** Whether seven hex letters stand in a row; every seventh byte is enough to find out where they might. */
function hasHexWord(bytes: Uint8Array, start: number, end: number): boolean {
  for (let probe = start + 6; probe < end; probe += 7) {
    if (BYTE_CLASS[bytes[probe]!]! >= 0) continue;
    let from = probe;
    while (from > start && BYTE_CLASS[bytes[from - 1]!]! < 0) from--;
    let to = probe + 1;
    while (to < end && BYTE_CLASS[bytes[to]!]! < 0) to++;
    if (to - from >= 7) return true;
  }
  return false;
}

/** Second half of {@link scanLine}. */
function maskTokens(bytes: Uint8Array): void {
  for (let index = 0; index < line.tokens; index++) if (line.flags[index]! & MASKABLE) maskOne(bytes, index);
}

function maskOne(bytes: Uint8Array, index: number): void {
  const flags = line.flags[index]!;
  const from = line.start[index]!;
  const to = line.end[index]!;
  const outAt = line.maskedBytes;
  const outEnd =
    flags & HIGH
      ? maskWideToken(bytes, from, to, flags, line.masked, outAt)
      : maskToken(bytes, from, to, flags, line.masked, outAt);
  if (outEnd < 0) return;
  line.start[index] = outAt;
  line.end[index] = outEnd;
  line.maskedBytes = outEnd;
  line.hash[index] = maskedToken.hash;
  line.flags[index] = flags | MASKED;
}

/** Where mining stops: at a character's edge, so that no half character gets into a template. */
function capOf(bytes: Uint8Array, start: number, end: number): number {
  let stop = start + MINED_BYTES_MAX;
  if (stop >= end) return end;
  for (let back = 0; back < 3 && (bytes[stop]! & 0xc0) === 0x80; back++) stop--;
  return stop;
}

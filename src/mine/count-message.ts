import { BYTE_CLASS, HIGH, SPACE, SPACE_LEAD, wideSpaceBytes } from './byte-class.ts';
import { characterBytes } from './utf8.ts';

/** Counting goes on at least this far, which is as far as the features look. */
const TOKENS_COUNTED_MAX = 50;
const CHARACTERS_COUNTED_MAX = 500;

/** White-space tokens and code points of the whole message `bytes[start, end)`, into `counts`. */
export function countMessage(
  bytes: Uint8Array,
  start: number,
  end: number,
  counts: { tokenCount: number; charCount: number },
): void {
  let tokens = 0;
  let characters = 0;
  let inToken = false;
  for (let at = start; at < end;) {
    const kind = BYTE_CLASS[bytes[at]!]!;
    let width = 1;
    let space = (kind & SPACE) !== 0;
    if (kind & HIGH) {
      const wide = kind & SPACE_LEAD ? wideSpaceBytes(bytes, at, end) : 0;
      space = wide > 0;
      width = space ? wide : characterBytes(bytes, at, end);
    }
    if (!space && !inToken) tokens++;
    inToken = !space;
    characters++;
    at += width;
    if (tokens >= TOKENS_COUNTED_MAX && characters >= CHARACTERS_COUNTED_MAX) break;
  }
  counts.tokenCount = tokens;
  counts.charCount = characters;
}

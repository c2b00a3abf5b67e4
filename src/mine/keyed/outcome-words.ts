import { HASH_PRIME, HASH_SEED } from '../token-hash.ts';
import { BYTE_KIND, LETTER } from './byte-kind.ts';
import { WordTable } from './word-table.ts';

const OUTCOMES =
  'ok success successful successfully succeeded succeed fail fails failed failing failure failures unsuccessful ' +
  'error errors fatal panic critical warning exception abort aborted aborting crash crashed killed dead died lost ' +
  'accept accepted permitted granted allow allowed pass passed complete completed finished done ' +
  'reject rejected denied deny refused refuse blocked forbidden unauthorized invalid valid expired ' +
  'timeout missing unavailable available unreachable reachable corrupt corrupted broken degraded healthy unhealthy ' +
  'up down on off online offline start started starting stop stopped stopping begin began end ended ' +
  'open opened opening close closed closing connect connected connecting disconnect disconnected disconnecting ' +
  'enable enabled disable disabled active inactive running exited exit paused resumed suspended terminated ' +
  'created deleted removed added joined left locked unlocked loaded unloaded no not';

const outcomes = new WordTable(new Map(OUTCOMES.split(' ').map((word) => [word, 1])));
const LENGTH_MAX = 13;
const PARTICIPLE_MIN = 5;

/** In small letters. */
const small = new Uint8Array(LENGTH_MAX);

/**
 * Whether the word tells what came of something or what was done: two lines that differ in such a word say two things,
 * where another may just name another one. Case does not matter.
 */
export function isOutcome(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length > LENGTH_MAX) return false;
  let hash = HASH_SEED;
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i]!;
    if ((BYTE_KIND[byte]! & LETTER) === 0) return false;
    small[i] = byte | 0x20;
    hash = Math.imul(hash ^ small[i]!, HASH_PRIME);
  }
  return outcomes.find(small, 0, length, hash) !== 0;
}

/** Whether the word ends as participles do: `mounted`, but not `feed`. There are names among them. */
export function isParticiple(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < PARTICIPLE_MIN || (bytes[end - 1]! | 0x20) !== 0x64 || (bytes[end - 2]! | 0x20) !== 0x65)
    return false;
  return (bytes[end - 3]! | 0x20) !== 0x65 && (BYTE_KIND[bytes[end - 3]!]! & LETTER) !== 0;
}

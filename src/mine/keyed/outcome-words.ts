import { hashToken } from '../token-hash.ts';
import { BYTE_KIND, LETTER } from './byte-kind.ts';

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

const PARTICIPLE_MIN = 5;

/** In small letters, in capitals and with one at the front, by their FNV-1a sums. */
const outcomes = new Map<number, Uint8Array>();
const encoder = new TextEncoder();
for (const word of OUTCOMES.split(' ')) {
  for (const form of [word, word.toUpperCase(), word[0]!.toUpperCase() + word.slice(1)]) {
    const bytes = encoder.encode(form);
    outcomes.set(hashToken(bytes, 0, bytes.length), bytes);
  }
}

/**
 * Whether the word `bytes[start, end)`, whose FNV-1a sum is `hash`, tells what came of something or what was done: two
 * lines that differ in such a word say two things, where another may just name another one.
 */
export function isOutcome(bytes: Uint8Array, start: number, end: number, hash: number): boolean {
  const outcome = outcomes.get(hash);
  if (outcome === undefined || outcome.length !== end - start) return false;
  return outcome.every((byte, i) => byte === bytes[start + i]);
}

/** Whether the word ends as participles do: `mounted`, but not `feed`. There are names among them. */
export function isParticiple(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < PARTICIPLE_MIN || (bytes[end - 1]! | 0x20) !== 0x64 || (bytes[end - 2]! | 0x20) !== 0x65)
    return false;
  return (bytes[end - 3]! | 0x20) !== 0x65 && (BYTE_KIND[bytes[end - 3]!]! & LETTER) !== 0;
}

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Large enough to cost little, small enough to stay away from V8's limit (64 MiB): each byte counts twice, and requests of
 * a megabyte that come side by side lie there unfinished while others are cleaned away.
 */
const BYTES_BETWEEN = 4 << 20;

let bytesSince = 0;
let collect: ((options: { type: 'minor'; execution: 'sync' }) => void) | undefined;

/**
 * To be told of every byte that came in or was inflated.
 *
 * What a request leaves behind is few small objects that own large blocks outside the heap, so V8 sees no reason to
 * clean its young generation (0.5 ms) until so much lies outside that it marks the whole heap (10 ms, and as much in
 * its helper threads): more than half of the CPU that receiving costs. Cleaning in time avoids nearly all of that, and
 * keeps the blocks in the processor's caches.
 */
export function noteGarbage(bytes: number): void {
  bytesSince += bytes;
  if (bytesSince < BYTES_BETWEEN) return;
  bytesSince = 0;
  collect ??= findCollector();
  collect({ type: 'minor', execution: 'sync' });
}

/** V8 shows its collector to contexts that are made while the flag is set. */
function findCollector(): NonNullable<typeof collect> {
  setFlagsFromString('--expose-gc');
  const found: unknown = runInNewContext('typeof gc === "function" ? gc : undefined');
  setFlagsFromString('--no-expose-gc');
  return typeof found === 'function' ? (found as NonNullable<typeof collect>) : () => undefined;
}

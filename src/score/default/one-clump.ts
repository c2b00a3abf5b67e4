const LINES_MAX = 15;
/** By how many times the mean size of a clump, which is about half its dispersion, hardly any clump goes. */
const LARGEST = 3.5;
/** What goes on has so much beside its busiest moment, as a share of that. */
const GOES_ON_SHARE = 1 / 3;

/**
 * Whether lines came at once, as one request or one stack of errors says them, so that they are no burst: nearly all of
 * them in the `busiest` bucket, and few enough. `dispersion` is what the lines of a bucket have, where it is known.
 */
export function isOneClump(busiest: number, others: number, dispersion = Infinity): boolean {
  return others < busiest * GOES_ON_SHARE && busiest <= Math.min(LINES_MAX, LARGEST * (1 + dispersion));
}

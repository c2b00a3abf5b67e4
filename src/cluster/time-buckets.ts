/** A window is seen in at most so many buckets. */
export const BUCKETS_MAX = 64;

const WIDTH_MIN_MS = 1000;

/** Width of the buckets of a window whose first and last rows lie `spanMs` apart. */
export function bucketWidthMs(spanMs: number): number {
  // A little more than the share, so that the last row is in the last bucket and not behind it.
  return Math.max(WIDTH_MIN_MS, (spanMs + 1) / BUCKETS_MAX);
}

/** Fewer buckets do not tell bursts from chance. */
const SCATTER_BUCKETS_MIN = 8;

/** How the rows of one template lie in time: their number in each of the window's buckets, of which most have none. */
export class TimeBuckets {
  /** Bucket numbers, ascending, 0 to 63. */
  numbers: number[] = [];
  /** Rows in each of `numbers`; none is 0. */
  counts: number[] = [];

  /** @param bucket no smaller than that of the row before. */
  add(bucket: number): void {
    const last = this.numbers.length - 1;
    if (last >= 0 && this.numbers[last] === bucket) this.counts[last]!++;
    else {
      this.numbers.push(bucket);
      this.counts.push(1);
    }
  }

  merge(other: TimeBuckets): void {
    const rows = new Float64Array(BUCKETS_MAX);
    for (const { numbers, counts } of [this, other]) numbers.forEach((bucket, i) => (rows[bucket]! += counts[i]!));
    this.numbers = [...rows.keys()].filter((bucket) => rows[bucket]! > 0);
    this.counts = this.numbers.map((bucket) => rows[bucket]!);
  }

  /** Rows in each of the window's first `buckets` buckets. */
  series(buckets: number): number[] {
    const rows: number[] = Array.from({ length: buckets }, () => 0);
    this.numbers.forEach((bucket, i) => (rows[bucket] = this.counts[i]!));
    return rows;
  }

  /**
   * Variance over mean of the rows in the window's first `buckets` buckets: 1 where they come by chance alone, about n
   * where they come n at a time. Undefined where there are too few buckets to tell.
   */
  dispersion(buckets: number): number | undefined {
    if (buckets < SCATTER_BUCKETS_MIN) return undefined;
    const rows = this.counts.reduce((sum, count) => sum + count, 0);
    const mean = rows / buckets;
    const squares = this.counts.reduce((sum, count) => sum + (count - mean) ** 2, 0);
    const empty = (buckets - this.counts.length) * mean ** 2;
    return (squares + empty) / (buckets - 1) / mean;
  }
}

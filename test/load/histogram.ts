/** Milliseconds in buckets 5 % apart, so that any number of them takes the same room. */
export class Histogram {
  readonly #counts = new Uint32Array(512);
  count = 0;
  max = 0;

  add(milliseconds: number): void {
    const bucket = Math.ceil(Math.log(Math.max(milliseconds, 0.01) / 0.01) / Math.log(1.05));
    this.#counts[Math.min(bucket, this.#counts.length - 1)]!++;
    this.count++;
    this.max = Math.max(this.max, milliseconds);
  }

  /** The value that a share of all, 0 to 1, does not exceed; 0 where there are none. */
  quantile(share: number): number {
    let left = Math.ceil(this.count * share);
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return Math.min(this.max, 0.01 * 1.05 ** bucket);
    }
    return this.max;
  }
}

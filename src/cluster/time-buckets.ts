/** A window is seen in at most so many buckets. */
export const BUCKETS_MAX = 64;

const WIDTH_MIN_MS = 1000;

/**
 * How the rows of one template lie in time: counts of at most 64 buckets, all of one width, which doubles when the
 * window outgrows it. Widths are 2^k seconds from one origin, so that buckets of any two profiles of a window nest and
 * their sums are exact, whoever was told first.
 */
export class TimeBuckets {
  readonly originMs: number;
  #widthMs = WIDTH_MIN_MS;
  /** Bucket numbers, ascending, and beside them the rows in each; none is 0. */
  #numbers: number[] = [];
  #counts: number[] = [];

  /** @param originMs no later than any row of the window. */
  constructor(originMs: number) {
    this.originMs = originMs;
  }

  get widthMs(): number {
    return this.#widthMs;
  }

  get numbers(): readonly number[] {
    return this.#numbers;
  }

  get counts(): readonly number[] {
    return this.#counts;
  }

  /** Times never go back. */
  add(timestampMs: number): void {
    let number = Math.floor((timestampMs - this.originMs) / this.#widthMs);
    if (number >= BUCKETS_MAX) {
      let widthMs = this.#widthMs;
      while ((timestampMs - this.originMs) / widthMs >= BUCKETS_MAX) widthMs *= 2;
      this.widen(widthMs);
      number = Math.floor((timestampMs - this.originMs) / widthMs);
    }
    const last = this.#numbers.length - 1;
    if (last >= 0 && this.#numbers[last] === number) this.#counts[last]!++;
    else {
      this.#numbers.push(number);
      this.#counts.push(1);
    }
  }

  /** Adds the rows of another profile with the same origin. */
  merge(other: TimeBuckets): void {
    const widthMs = Math.max(this.#widthMs, other.#widthMs);
    this.widen(widthMs);
    const factor = widthMs / other.#widthMs;
    const sums = new Map(this.#numbers.map((number, i) => [number, this.#counts[i]!]));
    other.#numbers.forEach((fine, i) => {
      const number = Math.floor(fine / factor);
      sums.set(number, (sums.get(number) ?? 0) + other.#counts[i]!);
    });
    this.#numbers = [...sums.keys()].toSorted((a, b) => a - b);
    this.#counts = this.#numbers.map((number) => sums.get(number)!);
  }

  /** @param widthMs the present width or one that it divides. */
  widen(widthMs: number): void {
    if (widthMs === this.#widthMs) return;
    const factor = widthMs / this.#widthMs;
    let kept = -1;
    for (let i = 0; i < this.#numbers.length; i++) {
      const number = Math.floor(this.#numbers[i]! / factor);
      if (kept >= 0 && this.#numbers[kept] === number) this.#counts[kept]! += this.#counts[i]!;
      else {
        kept++;
        this.#numbers[kept] = number;
        this.#counts[kept] = this.#counts[i]!;
      }
    }
    this.#numbers.length = this.#counts.length = kept + 1;
    this.#widthMs = widthMs;
  }
}

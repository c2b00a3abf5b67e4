import type { Archive } from '../../domain/archive/archive.ts';

/** Length of a bucket; also how often a service is looked at. */
export const BUCKET_MS = 5000;
/** Buckets of a minute. */
export const MINUTE_BUCKETS = 12;
/** Buckets that are kept, the open one included: five minutes and a little. */
const BUCKETS = 64;

const KINDS = 3;
/** What is counted in a bucket, beside how much of it was in trouble. */
export const LINES = 0;
export const WARNS = 1;
export const ERRORS = 2;

/**
 * Lines of a service by event time, in buckets of five seconds. The bucket that falls out at the far end is what
 * baselines learn from, so that they lag by five minutes: what turns out to be wrong meanwhile can be marked.
 */
export class BucketRing {
  readonly #counts = new Uint32Array(BUCKETS * KINDS);
  readonly #troubled = new Uint8Array(BUCKETS);
  /** Of the bucket that is open; buckets are counted from any start. */
  open: number;
  #first: number;

  constructor(open: number) {
    this.open = open;
    this.#first = open;
  }

  add(bucket: number, isWarn: boolean, isError: boolean): void {
    const at = (bucket & (BUCKETS - 1)) * KINDS;
    this.#counts[at]!++;
    if (isWarn) this.#counts[at + WARNS]!++;
    if (isError) this.#counts[at + ERRORS]!++;
  }

  /** Whether a line of this bucket still counts. */
  holds(bucket: number): boolean {
    return bucket <= this.open && bucket > this.open - BUCKETS && bucket >= this.#first;
  }

  count(bucket: number, kind: number): number {
    return this.#counts[(bucket & (BUCKETS - 1)) * KINDS + kind]!;
  }

  /** Buckets since it was made. */
  get age(): number {
    return this.open - this.#first;
  }

  /** Sum of the last minute's closed buckets. */
  minuteCount(kind: number): number {
    return this.lately(kind, MINUTE_BUCKETS);
  }

  /** Sum of so many closed buckets, the last ones. */
  lately(kind: number, buckets: number): number {
    let sum = 0;
    for (let bucket = Math.max(this.#first, this.open - buckets); bucket < this.open; bucket++) {
      sum += this.count(bucket, kind);
    }
    return sum;
  }

  /** Whether something was wrong then. */
  isTroubled(bucket: number): boolean {
    return this.#troubled[bucket & (BUCKETS - 1)] !== 0;
  }

  markTroubled(fromBucket: number): void {
    const first = Math.max(fromBucket, this.open - BUCKETS + 2, this.#first);
    for (let bucket = first; bucket <= this.open; bucket++) this.#troubled[bucket & (BUCKETS - 1)] = 1;
  }

  /** The oldest bucket, which the next {@link advance} drops; undefined while there is none. */
  get leaving(): number | undefined {
    const bucket = this.open - BUCKETS + 1;
    return bucket >= this.#first ? bucket : undefined;
  }

  archive(state: Archive): void {
    state.counts(this.#counts);
    state.counts(this.#troubled);
    this.open = state.number(this.open);
    this.#first = state.number(this.#first);
  }

  /** Opens the next bucket. */
  advance(): void {
    this.open++;
    const at = this.open & (BUCKETS - 1);
    this.#counts.fill(0, at * KINDS, (at + 1) * KINDS);
    this.#troubled[at] = 0;
  }
}

import type { Archive } from '../../domain/archive/archive.ts';
import { BUCKET_MS } from './bucket-ring.ts';

/** A line so much ahead is not believed by itself. */
const JUMP_BUCKETS = 12;
/** Lines usually late by more than this are not waited for. */
const LAG_BUCKETS_MAX = 120;
const LAG_KEPT = 0.998;
/** Lines that have just come are so far behind the ticks: a backlog, and no silence until now. */
const BACKLOG_BUCKETS = 2 * LAG_BUCKETS_MAX;
/** Share of late lines from which they are waited for. */
const LATE_SHARE = 0.1;
/** A gap beyond which time is taken to go on where it stopped. */
const SEAM_BUCKETS = 17_280;

/**
 * The time of one service as its rows tell it: an inner clock that never runs backwards and that lines or ticks move.
 * Rows of another stretch of time (a window of last week, a file from years ago) are put right behind those before.
 *
 * A backlog, lines that come now and are of long ago, is another stretch of time: the ticks go on from where it stands.
 *
 * A sender whose clock is far ahead does not move it. While lines are in step with somebody who ticks, the ticks know what
 * the time is, and a line far ahead of them counts now. Else a jump is believed when no usual line stands between two
 * lines that made it.
 */
export class EventClock {
  /** Rows' time less inner time. */
  #offsetMs = 0;
  #started = false;
  #seam = false;
  /** Whether the line before was far ahead. */
  #jumping = false;
  /** The bucket of the latest tick, NaN before the first. */
  #ticked = Number.NaN;
  /** Lines since then that are late, but not for the ticks. */
  #timelyLines = 0;
  #lagBuckets = 0;
  #lines = 0;
  #lateLines = 0;
  #latestLate = 0;

  /** The next line begins another stretch of time. */
  seam(): void {
    this.#seam = this.#started;
  }

  get started(): boolean {
    return this.#started;
  }

  inner(timestampMs: number): number {
    return timestampMs - this.#offsetMs;
  }

  /** Rows' time of a moment of this stretch. */
  outer(innerMs: number): number {
    return innerMs + this.#offsetMs;
  }

  /** The bucket in which a line counts; `open` is the one open now. The answer may lie on either side of it. */
  bucketOf(timestampMs: number, open: number): number {
    if (this.#seam || !this.#started) this.#join(timestampMs, open);
    this.#lines++;
    const bucket = Math.floor((timestampMs - this.#offsetMs) / BUCKET_MS);
    if (bucket === open) {
      this.#jumping = false;
      return bucket;
    }
    if (bucket > open + JUMP_BUCKETS && !this.#isBelieved(bucket, open)) return open;
    this.#jumping = false;
    if (bucket > open + SEAM_BUCKETS) {
      this.#seam = true;
      this.#join(timestampMs, open);
      return open + 1;
    }
    if (bucket < open) {
      this.#lateLines++;
      if (Math.abs(bucket - this.#ticked) <= JUMP_BUCKETS) this.#timelyLines++;
      if (open - bucket > this.#latestLate) this.#latestLate = open - bucket;
    }
    return bucket;
  }

  /** The bucket that should be open by `nowMs`; lines that are late as a rule are waited for. */
  openBy(nowMs: number, open: number): number {
    const ticked = Math.floor((nowMs - this.#offsetMs) / BUCKET_MS);
    // The first line was of a wrong clock, or all clocks were set back: lines and ticks agree on what the time is.
    const isBehind = open > ticked + JUMP_BUCKETS && this.#timelyLines * 2 > this.#lines;
    const isBacklog = this.#lines > 0 && ticked > open + BACKLOG_BUCKETS;
    this.#learnLag(isBehind);
    if (isBehind || isBacklog) this.#offsetMs = nowMs - open * BUCKET_MS;
    if (isBacklog) {
      this.#seam = true;
      this.#ticked = Number.NaN;
      return open;
    }
    this.#ticked = isBehind ? open : ticked;
    const bucket = this.#ticked - Math.ceil(this.#lagBuckets - 0.5);
    if (bucket > open + SEAM_BUCKETS) {
      this.#seam = true;
      return open;
    }
    return Math.max(open, bucket);
  }

  /** So much time passed in which nobody listened: it stands still for the service, and is no silence. */
  skip(durationMs: number): void {
    if (this.#started) this.#offsetMs += durationMs;
  }

  archive(state: Archive): void {
    this.#offsetMs = state.number(this.#offsetMs);
    this.#started = state.flag(this.#started);
    this.#seam = state.flag(this.#seam);
    this.#jumping = state.flag(this.#jumping);
    this.#lagBuckets = state.number(this.#lagBuckets);
    this.#lines = state.number(this.#lines);
    this.#lateLines = state.number(this.#lateLines);
    this.#latestLate = state.number(this.#latestLate);
    if (state.isOlderThan(4)) return;
    this.#ticked = state.number(this.#ticked);
    this.#timelyLines = state.number(this.#timelyLines);
  }

  copyFrom(other: EventClock): void {
    this.#offsetMs = other.#offsetMs;
    this.#started = other.#started;
    this.#seam = other.#seam;
    this.#lagBuckets = other.#lagBuckets;
  }

  #join(timestampMs: number, open: number): void {
    if (this.#started) this.#offsetMs = timestampMs - (open + 1) * BUCKET_MS;
    this.#seam = false;
    this.#started = true;
  }

  /** A line far ahead of `open`. */
  #isBelieved(bucket: number, open: number): boolean {
    const latest = this.#ticked + JUMP_BUCKETS;
    if (open <= latest && open >= this.#ticked - LAG_BUCKETS_MAX) return bucket <= latest;
    if (this.#jumping) return true;
    this.#jumping = true;
    return false;
  }

  #learnLag(isBehind: boolean): void {
    this.#lagBuckets *= LAG_KEPT;
    if (!isBehind && this.#lateLines > this.#lines * LATE_SHARE) {
      this.#lagBuckets = Math.min(Math.max(this.#lagBuckets, this.#latestLate), LAG_BUCKETS_MAX);
    }
    this.#lines = 0;
    this.#lateLines = 0;
    this.#latestLate = 0;
    this.#timelyLines = 0;
  }
}

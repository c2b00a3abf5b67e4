import { archiveList } from '../../domain/archive/archive.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import type { ParameterFacts } from '../detector.ts';
import { numberValue } from './number-value.ts';
import { archivePeaks, notePeak, PEAK_NUMBERS, usualPeak } from './usual-peak.ts';

const TOP_VALUES = 5;
const VALUE_BYTES_MAX = 64;
/** Bits of the linear count of distinct values. */
const DISTINCT_BITS = 256;
const SAMPLE = 24;
/** Numbers from which a range is known. */
const KNOWN = 30;
/** Numbers from which its end is known, too: a long tail shows late. */
const KNOWN_WELL = 400;
/** A number this many times the highest usual one is an outlier; more where the usual ones lie wide apart. */
const TIMES_MIN = 3;
/** Whole numbers must be so much more, too: 0, 0, 0, 2 is no outlier. */
const WHOLE_MIN = 10;
const POINT = 46;
const decoder = new TextDecoder();

/** A bounded summary of what stood at one variable position, of a sample of the lines; about half a kilobyte. */
export class ParameterSummary {
  readonly position: number;
  #observed = 0;
  #numbers = 0;
  /** The most frequent values, and at least how often each was seen (Misra and Gries, 1982). */
  readonly #topValues: string[] = [];
  /** Of each of them its hash, and behind these the counts. */
  readonly #top = new Uint32Array(2 * TOP_VALUES);
  #seen = new Uint8Array(DISTINCT_BITS / 8);
  /** Every so many a number is kept, so that what is kept is spread over all. */
  #sample = new Float64Array(0);
  #sampled = 0;
  /** The largest size that is kept. */
  #keptMax = 0;
  #stride = 1;
  readonly #peaks = new Float64Array(PEAK_NUMBERS);
  #max = -Infinity;
  #min = Infinity;
  /** Of the outlier found last. */
  outlier = 0;

  constructor(position: number) {
    this.position = position;
  }

  /** Highest usual number. */
  usualMax(nowMs: number): number {
    // In the first minutes nothing has peaked twice; what is kept tells the range then.
    return Math.max(this.#keptMax, usualPeak(this.#peaks, 0, nowMs));
  }

  /** How much the outlier found last tells, 1 to 2: more the further it is beyond a range that is known well. */
  outlierWeight(nowMs: number): number {
    const excess = Math.abs(this.outlier) / this.#farFrom(nowMs);
    return 1 + Math.min(1, Math.log(Math.max(1, excess))) * Math.min(1, this.#numbers / KNOWN_WELL);
  }

  /** Learns a value; whether it is a number far above all usual ones. */
  observe(bytes: Uint8Array, start: number, end: number, isNumber: boolean, nowMs: number): boolean {
    this.#observed++;
    this.#countText(bytes, start, Math.min(end, start + VALUE_BYTES_MAX));
    if (!isNumber) return false;
    const value = numberValue(bytes, start, end);
    if (Number.isNaN(value)) return false;
    const size = Math.abs(value);
    const isOutlier = this.#numbers >= KNOWN && this.#isFar(size, !includesPoint(bytes, start, end), nowMs);
    if (isOutlier) this.outlier = value;
    // A value is told by itself, and not as something that goes on: it is usual once seen twice.
    notePeak(this.#peaks, 0, size, nowMs, false);
    this.#countNumber(value, isOutlier);
    return isOutlier;
  }

  facts(): ParameterFacts {
    const kept = this.#sample.subarray(0, this.#sampled).toSorted();
    const at = (share: number) => kept[Math.min(kept.length - 1, Math.floor(share * kept.length))] ?? 0;
    return {
      position: this.position,
      observed: this.#observed,
      distinct: this.#distinct(),
      top: this.#topValues
        .map((value, i) => ({ value, count: this.#top[TOP_VALUES + i]! }))
        .filter(({ count }) => count > 0)
        .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)),
      quantiles:
        kept.length === 0 ? undefined : { min: this.#min, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: this.#max },
    };
  }

  archive(state: Archive): void {
    this.#observed = state.count(this.#observed);
    this.#numbers = state.count(this.#numbers);
    let place = 0;
    archiveList(state, [...this.#topValues], (value) => {
      const i = place++;
      this.#top[i] = state.count(this.#top[i]!);
      const text = (this.#topValues[i] = state.text(value ?? ''));
      this.#top[TOP_VALUES + i] = state.count(this.#top[TOP_VALUES + i]!);
      return text;
    });
    state.counts(this.#seen);
    if (state.flag(this.#sample.length > 0) && state.restoring) this.#sample = new Float64Array(SAMPLE);
    state.numbers(this.#sample);
    this.#sampled = state.count(this.#sampled);
    this.#keptMax = this.#largestKept();
    this.#stride = state.count(this.#stride);
    archivePeaks(state, this.#peaks);
    this.#max = state.number(this.#max);
    this.#min = state.number(this.#min);
    this.outlier = state.number(this.outlier);
  }

  clone(): ParameterSummary {
    const copy = new ParameterSummary(this.position);
    copy.#observed = this.#observed;
    copy.#numbers = this.#numbers;
    copy.#topValues.push(...this.#topValues);
    copy.#top.set(this.#top);
    copy.#seen = this.#seen.slice();
    copy.#sample = this.#sample.slice();
    copy.#sampled = this.#sampled;
    copy.#keptMax = this.#keptMax;
    copy.#stride = this.#stride;
    copy.#peaks.set(this.#peaks);
    copy.#max = this.#max;
    copy.#min = this.#min;
    return copy;
  }

  #isFar(size: number, isWhole: boolean, nowMs: number): boolean {
    if (size <= this.#keptMax * TIMES_MIN) return false;
    const usual = this.usualMax(nowMs);
    if (size <= usual * TIMES_MIN || (isWhole && size < usual + WHOLE_MIN)) return false;
    return size > this.#farFrom(nowMs);
  }

  /** Numbers beyond this are far from the usual ones. */
  #farFrom(nowMs: number): number {
    const usual = this.usualMax(nowMs);
    const middle = Math.abs(this.#middle());
    const wide = middle > 0 ? Math.sqrt(usual / middle) : 1;
    return usual * Math.max(TIMES_MIN, wide);
  }

  #middle(): number {
    const kept = this.#sample.subarray(0, this.#sampled).toSorted();
    return kept[kept.length >> 1] ?? 0;
  }

  #countText(bytes: Uint8Array, start: number, end: number): void {
    const hash = hashOf(bytes, start, end);
    this.#seen[(hash >>> 3) & (this.#seen.length - 1)]! |= 1 << (hash & 7);
    const top = this.#top;
    const kept = this.#topValues.length;
    let free = kept < TOP_VALUES ? kept : -1;
    for (let i = 0; i < kept; i++) {
      if (top[i] === hash) {
        top[TOP_VALUES + i]!++;
        return;
      }
      if (kept === TOP_VALUES && top[TOP_VALUES + i] === 0) free = i;
    }
    if (free < 0) {
      for (let i = 0; i < kept; i++) top[TOP_VALUES + i]!--;
      return;
    }
    top[free] = hash;
    top[TOP_VALUES + free] = 1;
    this.#topValues[free] = decoder.decode(bytes.subarray(start, end));
  }

  #countNumber(value: number, isOutlier: boolean): void {
    if (value > this.#max) this.#max = value;
    if (value < this.#min) this.#min = value;
    if (isOutlier || this.#numbers++ % this.#stride !== 0) return;
    if (this.#sample.length === 0) this.#sample = new Float64Array(SAMPLE);
    if (this.#sampled === SAMPLE) {
      for (let i = 0; i < SAMPLE / 2; i++) this.#sample[i] = this.#sample[2 * i]!;
      this.#sampled = SAMPLE / 2;
      this.#keptMax = this.#largestKept();
      this.#stride *= 2;
    }
    this.#sample[this.#sampled++] = value;
    this.#keptMax = Math.max(this.#keptMax, Math.abs(value));
  }

  #largestKept(): number {
    let largest = 0;
    for (let i = 0; i < this.#sampled; i++) largest = Math.max(largest, Math.abs(this.#sample[i]!));
    return largest;
  }

  #distinct(): number {
    let empty = 0;
    for (const byte of this.#seen) for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) === 0) empty++;
    if (this.#topValues.length < TOP_VALUES) return this.#topValues.length;
    return Math.min(this.#observed, Math.round(-DISTINCT_BITS * Math.log(Math.max(empty, 0.5) / DISTINCT_BITS)));
  }
}

/** FNV-1a, with its high bits mixed down. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function includesPoint(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === POINT) return true;
  return false;
}

import type { Archive } from '../../domain/archive/archive.ts';
import { Habit } from './habit.ts';
import type { MemoryArchive } from './memory-archive.ts';
import type { TemplateMemory } from './template-memory.ts';
import { MINUTE_LINES, PEAK } from './template-memory.ts';
import { archivePeaks, notePeak, PEAK_NUMBERS, usualPeak } from './usual-peak.ts';

/** Standard deviations above the usual minute from which a mix is another, and times the strangest usual one. */
const LIMIT = 8;
const PEAK_FACTOR = 2;
/** A template that says no more than this many times what it said twice before, by the clock or so, is no news. */
const OWN_PEAK_FACTOR = 1.5;
/** Minutes that are remembered, as an exponential mean, and from which a mix is judged. */
const MEMORY_MINUTES = 90;
const KNOWN_MINUTES = 15;
/** Fewer lines than this are no mix. */
const LINES_MIN = 10;

/**
 * Whether the lines of a minute are of the usual templates in the usual shares: the likelihood ratio of the minute's
 * own shares against the usual ones (the G statistic, halved), held against what it is in other minutes of this
 * service, as lines that come in clumps make it large without anything being wrong.
 */
export class MixWatch {
  readonly #habit = new Habit();
  readonly #peaks = new Float64Array(PEAK_NUMBERS);
  #mean = 0;
  #square = 0;
  #minutes = 0;
  #told = false;
  /** Standard deviations above the mean, in the last minute. */
  deviation = 0;
  /** The template that contributed most, and how often it was to be expected. */
  strongest: TemplateMemory | undefined;
  expected = 0;

  /** A minute is over; `shareOf` is a template's usual share of the lines of `templates`. */
  judge(templates: readonly TemplateMemory[], shareOf: (memory: TemplateMemory) => number, nowMs: number): void {
    this.deviation = 0;
    this.strongest = undefined;
    let lines = 0;
    for (const { numbers } of templates) lines += numbers[MINUTE_LINES]!;
    if (lines < LINES_MIN) return;
    let ratio = 0;
    let most = 0;
    for (const memory of templates) {
      const count = memory.numbers[MINUTE_LINES]!;
      if (count === 0) continue;
      const expected = lines * shareOf(memory);
      const part = count * Math.log(count / expected);
      ratio += part;
      if (part <= most) continue;
      most = part;
      this.strongest = memory;
      this.expected = expected;
    }
    const usual = usualPeak(this.#peaks, 0, nowMs) * PEAK_FACTOR;
    if (this.#minutes >= KNOWN_MINUTES && ratio > usual && this.#isNews(nowMs)) {
      this.deviation = (ratio - this.#mean) / Math.sqrt(Math.max(1, this.#square - this.#mean ** 2));
    }
    notePeak(this.#peaks, 0, ratio, nowMs, this.#told);
    this.#learn(this.speaks(nowMs) ? this.#mean : ratio);
  }

  /** Whether the strongest template says more than it did before, by the clock or so. */
  #isNews(nowMs: number): boolean {
    if (this.strongest === undefined) return false;
    const { numbers } = this.strongest;
    return numbers[MINUTE_LINES]! > usualPeak(numbers, PEAK, nowMs) * OWN_PEAK_FACTOR;
  }

  speaks(nowMs: number): boolean {
    return this.deviation >= LIMIT * this.#habit.at(nowMs);
  }

  told(): void {
    this.#told = true;
  }

  settle(nowMs: number): void {
    if (this.#told) this.#habit.passed(nowMs);
    this.#told = false;
  }

  archive(state: Archive, memories: MemoryArchive): void {
    this.#habit.archive(state);
    archivePeaks(state, this.#peaks);
    this.#mean = state.number(this.#mean);
    this.#square = state.number(this.#square);
    this.#minutes = state.number(this.#minutes);
    this.#told = state.flag(this.#told);
    this.deviation = state.number(this.deviation);
    this.strongest = memories.one(this.strongest);
    this.expected = state.number(this.expected);
  }

  copyFrom(other: MixWatch): void {
    this.#habit.copyFrom(other.#habit);
    this.#peaks.set(other.#peaks);
    this.#mean = other.#mean;
    this.#square = other.#square;
    this.#minutes = other.#minutes;
  }

  #learn(ratio: number): void {
    this.#minutes++;
    const weight = 1 / Math.min(this.#minutes, MEMORY_MINUTES);
    this.#mean += (ratio - this.#mean) * weight;
    this.#square += (ratio ** 2 - this.#square) * weight;
  }
}

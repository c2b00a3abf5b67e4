import type { Archive } from '../../domain/archive/archive.ts';
import { LINES } from './bucket-ring.ts';
import type { BucketRing } from './bucket-ring.ts';
import type { MemoryArchive } from './memory-archive.ts';
import type { TemplateMemory } from './template-memory.ts';

/** What is counted, beside lines, warnings and errors as the ring has them: lines that are missing, those of a template. */
export const MISSING = 3;
export const OF_TEMPLATE = 4;

/** Minutes that are looked at, beside the last one. */
const MINUTES = 5;
/** So many minutes in a row must be usual again. */
const USUAL_MINUTES = 5;
/** So many minutes beyond the usual are no moment that a busy service has. */
const LASTING_MINUTES = 3;
/** Too many are so many times what is usual, and so many standard deviations more: less than what makes a spike. */
const TIMES = 2;
const DEVIATIONS = 3;
/** The last minute alone has more than this. */
const TIMES_LATELY = 1.5;
const DEVIATIONS_LATELY = 1;
/** With so small a share of the mean it has fallen: minutes before count no more. Where a mean is less, by chance perhaps. */
const FALLEN_SHARE = 0.2;
const FALLEN_MEAN_MIN = 5;
/** Too few are this share of what is usual, more than what makes a drop, and of the last minute's this one. */
const SHARE = 0.55;
const SHARE_LATELY = 0.8;

export interface OngoingRateStart {
  /** LINES, WARNS, ERRORS, MISSING or OF_TEMPLATE. */
  kind: number;
  memory?: TemplateMemory | undefined;
  /** Of a template only lines from this level on. */
  fromLevel?: number;
  /** Lines a minute before it began, and their variance beside Poisson's. */
  usual: number;
  spread: number;
  toldMs: number;
}

/**
 * A rate that was told as unusual, held against what was usual before: whatever is learnt meanwhile, that stays. It goes
 * on while the last minute and the last five both lie beyond; one alone would end it by chance, the others late.
 */
export class OngoingRate {
  kind: number;
  memory: TemplateMemory | undefined;
  fromLevel: number;
  #usual: number;
  #spread: number;
  #linesBefore: number;
  readonly #minutes = new Float64Array(MINUTES);
  #counted = 0;
  #usualMinutes = 0;
  #minutesBeyond = 0;
  /** When it was told last. */
  toldMs: number;

  constructor({ kind, memory, fromLevel = 0, usual, spread, toldMs }: OngoingRateStart) {
    this.kind = kind;
    this.memory = memory;
    this.fromLevel = fromLevel;
    this.#usual = usual;
    this.#spread = spread;
    this.toldMs = toldMs;
    this.#linesBefore = this.#templateLines();
  }

  /** Whether it is what was told there, too. */
  is({ kind, memory, fromLevel = 0 }: Pick<OngoingRateStart, 'kind' | 'memory' | 'fromLevel'>): boolean {
    return kind === this.kind && memory === this.memory && fromLevel === this.fromLevel;
  }

  /** Its template has become part of another one, which has its lines. */
  moveTo(memory: TemplateMemory): void {
    const pending = this.#pending;
    this.memory = memory;
    this.#linesBefore = this.#templateLines() - pending;
  }

  /** Another template has become part of its own: lines that it had so far do not come now. */
  passOver(other: TemplateMemory): void {
    this.#linesBefore += linesFrom(other, this.fromLevel);
  }

  /** But for those that another rate has not counted yet. */
  join(other: OngoingRate): void {
    this.#linesBefore -= other.#pending;
  }

  get isOfTemplate(): boolean {
    return this.kind === OF_TEMPLATE;
  }

  /** Whether it was beyond the usual in the minute that is over. */
  get goesOn(): boolean {
    return this.#counted > 0 && this.#usualMinutes === 0;
  }

  /** Whether it was usual in the minute that is over. */
  get isEnding(): boolean {
    return this.#usualMinutes > 0;
  }

  /** Whether it has gone on for more than a moment. */
  get hasLasted(): boolean {
    return this.#minutesBeyond >= LASTING_MINUTES;
  }

  /** Whether it has been usual again for some minutes. */
  get isOver(): boolean {
    return this.#usualMinutes >= USUAL_MINUTES || this.memory?.accepted === true;
  }

  /** The minute is over that the last closed buckets of the ring hold. Answers its lines, where they were too many. */
  endMinute(ring: BucketRing): number {
    const lines = this.#linesOf(ring);
    this.#minutes[this.#counted++ % MINUTES] = lines;
    const minutes = Math.min(this.#counted, MINUTES);
    let sum = 0;
    for (let i = 0; i < minutes; i++) sum += this.#minutes[i]!;
    const isBeyond =
      this.kind === MISSING ? this.#areTooFew(lines, sum, minutes) : this.#areTooMany(lines, sum, minutes);
    this.#usualMinutes = isBeyond ? 0 : this.#usualMinutes + 1;
    if (isBeyond) this.#minutesBeyond++;
    return isBeyond && this.kind !== MISSING ? lines : 0;
  }

  archive(state: Archive, memories: MemoryArchive): void {
    this.kind = state.count(this.kind);
    this.memory = memories.one(this.memory);
    this.fromLevel = state.count(this.fromLevel);
    this.#usual = state.number(this.#usual);
    this.#spread = state.number(this.#spread);
    this.#linesBefore = state.count(this.#linesBefore);
    state.numbers(this.#minutes);
    this.#counted = state.count(this.#counted);
    this.#usualMinutes = state.count(this.#usualMinutes);
    this.#minutesBeyond = state.count(this.#minutesBeyond);
    this.toldMs = state.number(this.toldMs);
  }

  #areTooMany(lately: number, sum: number, minutes: number): boolean {
    const mean = sum / minutes;
    if (mean >= FALLEN_MEAN_MIN && lately <= mean * FALLEN_SHARE) this.#counted = 0;
    return (
      this.#counted > 0 &&
      lately > beyond(this.#usual, this.#spread, TIMES_LATELY, DEVIATIONS_LATELY) &&
      sum > beyond(this.#usual * minutes, this.#spread, TIMES, DEVIATIONS)
    );
  }

  #areTooFew(lately: number, sum: number, minutes: number): boolean {
    return lately < this.#usual * SHARE_LATELY && sum < this.#usual * minutes * SHARE;
  }

  #linesOf(ring: BucketRing): number {
    if (this.kind !== OF_TEMPLATE) return ring.minuteCount(this.kind === MISSING ? LINES : this.kind);
    const lines = this.#pending;
    this.#linesBefore += lines;
    return lines;
  }

  /** Lines of its template that were not counted yet. */
  get #pending(): number {
    return this.#templateLines() - this.#linesBefore;
  }

  #templateLines(): number {
    return this.memory === undefined ? 0 : linesFrom(this.memory, this.fromLevel);
  }
}

function linesFrom({ levelCounts }: TemplateMemory, fromLevel: number): number {
  let lines = 0;
  for (let level = fromLevel; level < levelCounts.length; level++) lines += levelCounts[level]!;
  return lines;
}

/** So many times what is expected, or so many standard deviations more: what is further off. */
function beyond(expected: number, spread: number, times: number, deviations: number): number {
  return Math.max(expected * times, expected + deviations * Math.sqrt(spread * expected));
}

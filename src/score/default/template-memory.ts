import type { Archive } from '../../domain/archive/archive.ts';
import { LEVELS } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import type { MinedTemplate } from '../../mine/template-miner.ts';
import { ParameterSummaries } from './parameter-summaries.ts';
import { PEAK_NUMBERS, PEAK_NUMBERS_4 } from './usual-peak.ts';

/** Sums of `numbers`, in doubles. */
export const FIRST_SEEN = 0;
export const LAST_SEEN = 1;
/** Remembered lines, and the inner time at which they were last brought up to date. */
export const COUNT = 2;
export const COUNT_AT = 3;
/** Evidence for more lines than usual, two alternatives. */
export const EVIDENCE = 4;
/** Minute being counted, and its lines so far. */
export const MINUTE = 6;
export const MINUTE_LINES = 7;
/** Squared deviations of the lines a minute, and lines that were expected. */
export const DEVIATIONS = 8;
export const EXPECTED = 9;
/** Lines of late, as they fade, and the inner time at which they were last brought up to date. */
export const RECENT = 10;
export const RECENT_AT = 11;
/** The most there were of {@link RECENT}; see `usual-peak`. */
export const PEAK = 12;
const NUMBERS = PEAK + PEAK_NUMBERS;
/** Before version 5 peaks came first, and were fewer; version 2 had nothing else there. */
const PEAK_4 = 10;
const NUMBERS_2 = PEAK_4 + PEAK_NUMBERS_4;
const NUMBERS_4 = NUMBERS_2 + 2;

/** Bucket of birth of templates that are never young. */
export const LONG_AGO = -1_000_000_000;
/** The mean length goes over 2 to the power of this many lines. */
export const MEAN_BITS = 4;
/** Lines from which the levels of a template are known. */
const LEVELS_KNOWN = 20;
/** A level is usual for a template when so many of its lines, and this share of them, are at it or above. */
const LEVEL_LINES = 5;
const LEVEL_SHARE = 0.02;

/** What a detector remembers of one template; small, as a process holds very many. */
export class TemplateMemory {
  readonly template: MinedTemplate;
  /** Lines in the bucket that is open. */
  bucketLines = 0;
  /** Highest level that is usual; above it, a line's level surprises. */
  usualLevel: number = LEVELS.length - 1;
  /** Bucket in which it was made; {@link LONG_AGO} when that was in the learning phase. */
  bornBucket: number;
  /** Level at which it was first seen. */
  bornLevel: LevelIndex;
  /** Lines so far. */
  lines = 0;
  /** Lines whose parameters are still to be looked at in this bucket. */
  samples = 1;
  /** Mean length of its lines of late, times 2^{@link MEAN_BITS}. */
  charsSum: number;
  /** Its part of the key of a cell; see `line-features`. */
  key = 0;
  /** Number of the incident in which it was told last. */
  toldIn = 0;
  /** Lines like it since it was told last. */
  repeats = 0;
  /** It came where hardly anything new ever comes, at error or above, and was not told yet. */
  unheard = false;
  /** Its lines are usual ones whatever they look like: a user has said so. */
  accepted = false;
  /** Bucket until which it is in a spike. */
  spikeUntil = -1;
  readonly levelCounts = new Uint32Array(LEVELS.length);
  readonly numbers = new Float64Array(NUMBERS);
  parameters: ParameterSummaries | undefined;

  constructor(template: MinedTemplate, level: LevelIndex, bornBucket: number, chars: number) {
    this.template = template;
    this.bornLevel = level;
    this.bornBucket = bornBucket;
    this.charsSum = chars << MEAN_BITS;
  }

  /** Looks at the levels anew. */
  learnLevels(): void {
    const counts = this.levelCounts;
    let total = 0;
    for (let level = 0; level < counts.length; level++) total += counts[level]!;
    if (total < LEVELS_KNOWN) return;
    let above = 0;
    let level = counts.length - 1;
    for (; level > 0; level--) {
      above += counts[level]!;
      if (above >= LEVEL_LINES && above > total * LEVEL_SHARE) break;
    }
    this.usualLevel = level;
  }

  /** The level of most of its lines, the lower of two. */
  commonLevel(): LevelIndex {
    const most = Math.max(...this.levelCounts);
    return this.levelCounts.indexOf(most) as LevelIndex;
  }

  /** What a template that became part of this one had seen. */
  absorb(other: TemplateMemory): void {
    const mine = this.numbers;
    const its = other.numbers;
    mine[FIRST_SEEN] = Math.min(mine[FIRST_SEEN]!, its[FIRST_SEEN]!);
    mine[LAST_SEEN] = Math.max(mine[LAST_SEEN]!, its[LAST_SEEN]!);
    for (const sum of [COUNT, MINUTE_LINES, DEVIATIONS, EXPECTED, RECENT]) mine[sum]! += its[sum]!;
    this.levelCounts.forEach((_, level) => (this.levelCounts[level]! += other.levelCounts[level]!));
    this.lines += other.lines;
    this.bornBucket = Math.min(this.bornBucket, other.bornBucket);
    this.spikeUntil = Math.max(this.spikeUntil, other.spikeUntil);
    this.toldIn = Math.max(this.toldIn, other.toldIn);
    this.learnLevels();
  }

  archive(state: Archive): void {
    this.bucketLines = state.count(this.bucketLines);
    this.usualLevel = state.count(this.usualLevel);
    this.bornBucket = state.number(this.bornBucket);
    this.bornLevel = state.count(this.bornLevel) as LevelIndex;
    this.lines = state.count(this.lines);
    this.samples = state.number(this.samples);
    this.charsSum = state.number(this.charsSum);
    this.key = state.count(this.key);
    this.toldIn = state.count(this.toldIn);
    this.repeats = state.count(this.repeats);
    this.unheard = state.flag(this.unheard);
    this.accepted = state.flag(this.accepted);
    this.spikeUntil = state.number(this.spikeUntil);
    state.counts(this.levelCounts);
    if (state.isOlderThan(5)) this.#restoreOldNumbers(state);
    else state.numbers(this.numbers);
    if (state.flag(this.parameters !== undefined)) (this.parameters ??= new ParameterSummaries()).archive(state);
  }

  #restoreOldNumbers(state: Archive): void {
    const old = new Float64Array(NUMBERS_4);
    // Before version 3 peaks were those of whole minutes: no more than that was ever recent.
    state.numbers(state.isOlderThan(3) ? old.subarray(0, NUMBERS_2) : old);
    this.numbers.set(old.subarray(0, PEAK_4));
    this.numbers.set(old.subarray(NUMBERS_2), RECENT);
    this.numbers.set(old.subarray(PEAK_4, NUMBERS_2), PEAK);
  }

  cloneFor(template: MinedTemplate): TemplateMemory {
    const copy = new TemplateMemory(template, this.bornLevel, this.bornBucket, this.charsSum >> MEAN_BITS);
    copy.usualLevel = this.usualLevel;
    copy.lines = this.lines;
    copy.accepted = this.accepted;
    copy.key = this.key;
    copy.levelCounts.set(this.levelCounts);
    copy.numbers.set(this.numbers);
    copy.parameters = this.parameters?.clone();
    return copy;
  }
}

import type { Archive } from '../../domain/archive/archive.ts';
import { ERROR, WARN } from '../../domain/level.ts';
import { BUCKET_MS } from './bucket-ring.ts';
import { EventStream } from './event-stream.ts';
import { LAST_SEEN } from './template-memory.ts';
import type { TemplateMemory } from './template-memory.ts';

/** Lines below warn that speak at the least. */
const LOW_LINES_MIN = 2;
/** A template is young for five minutes. */
export const YOUNG_BUCKETS = 300_000 / BUCKET_MS;
/** Good and Turing's estimate starts from this many templates seen once. */
const SINGLES_PRIOR = 0.3;
const MEMORY_SECONDS = 3600;
/** A new error speaks by itself where no more than one line in so many is of a template never seen. */
const UNHEARD_CHANCE = 1 / 20_000;
/** It speaks with its second line, of another moment, where it is one in so many. */
const CONFIRMED_CHANCE = 1 / 5000;
/** After fewer lines nobody knows how rare errors are: the first ever speaks by itself, others with their second line. */
const FEW_LINES = 1500;
/** Lines from which it is known well. */
const KNOWN_LINES = 4000;
/** What is new comes in clumps, as one request says several lines at once: further ones in so short a time tell little. */
const CLUMP_MS = 1000;
const CLUMP_WEIGHT = 0.25;
/** So many further ones: a request says no more than that, and an incident's lines may all come in one millisecond. */
const CLUMP_LINES = 4;
/** What is said for the first time by a service that is well is seldom said again soon. */
const AGAIN_WEIGHT = 1.5;
const SOON_MS = 60_000;

/**
 * Lines of templates that have only just appeared, at warn and above, and below: each has a budget of its own. How many
 * are usual is the share of templates seen once (Good, 1953): the chance that the next line is of a template never
 * seen; or what there were of late, when that is more. So one new error speaks at once in a service that never has new
 * templates, with its second line in one that seldom has, and not by itself in one that always has.
 */
export class Novelty {
  readonly low = stream(7.5, 0.7);
  readonly high = stream(9, 0.3);
  /** When the first line of the clump came, and how many came with it. */
  #clumpMs = -Infinity;
  #clumpLines = 0;
  #singlesLow = 0;
  #singlesHigh = 0;
  /** Templates of errors, so far. */
  #errorKinds = 0;
  #lines = 0;

  streamFor(memory: TemplateMemory): EventStream {
    return memory.bornLevel >= WARN ? this.high : this.low;
  }

  /** The first or the second line of a template. */
  seen(memory: TemplateMemory, isJudged: boolean): void {
    if (memory.lines === 1 && memory.bornLevel >= ERROR) {
      memory.unheard = this.#errorChance() <= UNHEARD_CHANCE || (isJudged && this.#errorKinds === 0);
      this.#errorKinds++;
    }
    this.#countSingle(memory, memory.lines === 1 ? 1 : -1);
  }

  noLongerSingle(memory: TemplateMemory): void {
    this.#countSingle(memory, -1);
  }

  countLine(): void {
    this.#lines++;
  }

  /** Whether a line of this young template is more than is usual of such. */
  passed(memory: TemplateMemory, nowMs: number): boolean {
    const events = this.streamFor(memory);
    return memory.unheard || (this.#areEnough(memory) && events.passed(nowMs, this.#known(events)));
  }

  /** `isNews`: the template was not told in the incident that is open. An error then waits for no further evidence. */
  speaks(memory: TemplateMemory, nowMs: number, isNews: boolean): boolean {
    if (memory.unheard) return true;
    const events = this.streamFor(memory);
    if (!this.#areEnough(memory)) return false;
    const known = this.#known(events);
    return isNews && memory.bornLevel >= ERROR ? events.passed(nowMs, known) : events.speaks(nowMs, known);
  }

  told(memory: TemplateMemory): void {
    memory.unheard = false;
    this.streamFor(memory).told();
  }

  /** A line of a young template, at `lineRate` lines a second; `nowMs` is the inner clock's, `weight` as it teaches. */
  young(memory: TemplateMemory, timestampMs: number, nowMs: number, lineRate: number, weight: number): void {
    const events = this.streamFor(memory);
    const news = this.#newsOf(memory, timestampMs);
    if (news === AGAIN_WEIGHT && memory.lines === 2 && memory.bornLevel >= ERROR && memory.toldIn === 0)
      memory.unheard ||= this.#errorChance() <= CONFIRMED_CHANCE || this.#lines < FEW_LINES;
    events.count(1, nowMs, this.#rate(events, lineRate), news);
    events.learn(news, 0, weight);
  }

  /** A bucket is over. */
  closeBucket(nowMs: number, lineRate: number, weight: number): void {
    for (const events of [this.low, this.high]) {
      events.count(0, nowMs, this.#rate(events, lineRate));
      events.learn(0, BUCKET_MS / 1000, weight);
    }
  }

  endMinute(healthy: boolean): void {
    for (const events of [this.low, this.high]) events.endMinute(events.rate * 60, healthy);
  }

  archive(state: Archive): void {
    this.low.archive(state);
    this.high.archive(state);
    this.#singlesLow = state.number(this.#singlesLow);
    this.#singlesHigh = state.number(this.#singlesHigh);
    // Before version 4 those that spoke at once.
    this.#errorKinds = state.number(this.#errorKinds);
    this.#lines = state.number(this.#lines);
    if (state.isOlderThan(3)) return;
    this.#clumpMs = state.number(this.#clumpMs);
    this.#clumpLines = state.count(this.#clumpLines);
  }

  copyFrom(other: Novelty): void {
    this.low.copyFrom(other.low);
    this.high.copyFrom(other.high);
    this.#singlesLow = other.#singlesLow;
    this.#singlesHigh = other.#singlesHigh;
    this.#errorKinds = other.#errorKinds;
    this.#lines = other.#lines;
    this.#clumpMs = other.#clumpMs;
    this.#clumpLines = other.#clumpLines;
  }

  /** Lines tell how rare new templates are, and time does. */
  #known({ knownSeconds }: EventStream): number {
    return Math.max(knownSeconds / MEMORY_SECONDS, Math.min(1, this.#lines / KNOWN_LINES));
  }

  /** One line below warn is no news, however quiet the service. */
  #areEnough(memory: TemplateMemory): boolean {
    return memory.bornLevel >= WARN || this.low.watch.observed >= LOW_LINES_MIN;
  }

  /** How much a line of a young template tells. */
  #newsOf(memory: TemplateMemory, timestampMs: number): number {
    if (Math.abs(timestampMs - this.#clumpMs) < CLUMP_MS) return ++this.#clumpLines <= CLUMP_LINES ? CLUMP_WEIGHT : 1;
    this.#clumpMs = timestampMs;
    this.#clumpLines = 0;
    const pauseMs = timestampMs - memory.numbers[LAST_SEEN]!;
    return memory.lines > 1 && pauseMs >= CLUMP_MS && pauseMs <= SOON_MS ? AGAIN_WEIGHT : 1;
  }

  /** That the next line is an error never seen. */
  #errorChance(): number {
    return (this.#singlesHigh + SINGLES_PRIOR) / (this.#lines + 1);
  }

  #countSingle(memory: TemplateMemory, step: number): void {
    if (memory.bornLevel >= WARN) this.#singlesHigh = Math.max(0, this.#singlesHigh + step);
    else this.#singlesLow = Math.max(0, this.#singlesLow + step);
  }

  #rate(events: EventStream, lineRate: number): number {
    const singles = events === this.low ? this.#singlesLow : this.#singlesHigh;
    return Math.max((lineRate * (singles + SINGLES_PRIOR)) / (this.#lines + 1), events.rate);
  }
}

function stream(limit: number, caution: number): EventStream {
  return new EventStream({
    alternatives: [
      { ratio: 4, perSecond: 0.2 },
      { ratio: 4, perSecond: 1 / 30 },
      { ratio: 4, perSecond: 1 / 150 },
    ],
    limit,
    caution,
    memorySeconds: MEMORY_SECONDS,
    prior: 0.1,
    spread: 1,
    spreadWeight: 3,
  });
}

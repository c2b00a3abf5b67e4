import { archiveList } from '../../domain/archive/archive.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import type { Reason } from '../../domain/anomaly.ts';
import { COURSES } from '../../domain/incident.ts';
import type { Course } from '../../domain/incident.ts';
import { WARN } from '../../domain/level.ts';
import { BUCKET_MS, ERRORS, LINES, WARNS } from './bucket-ring.ts';
import type { BucketRing } from './bucket-ring.ts';
import type { MemoryArchive } from './memory-archive.ts';
import { MISSING, OF_TEMPLATE, OngoingRate } from './ongoing-rate.ts';
import type { OngoingRateStart } from './ongoing-rate.ts';
import type { Signal } from './service-state.ts';
import type { TemplateMemory } from './template-memory.ts';

/** What goes on for so long after it was told last counts as usual. */
const USUAL_AFTER_MS = 3_600_000;
/** Younger templates have no rate that is usual. */
const YOUNG_MS = 3_600_000;
const RATES_MAX = 12;
const KINDS: Partial<Record<Reason, number>> = {
  rate_spike: LINES,
  severity_shift: WARNS,
  error_burst: ERRORS,
  rate_drop: MISSING,
};

/**
 * What was told of a service and whether it still goes on, looked at once a minute. Detectors learn, and fall silent on
 * what lasts; whoever was told wants to know when it is over.
 */
export class Ongoing {
  #rates: OngoingRate[] = [];
  course: Course = 'over';
  /** Lines of what goes on, since the first of it was told. */
  lines = 0;
  sinceMs = 0;

  /** Whether what a bucket's end has shown was told and is usual by now: what is left of it is no news. */
  isEnding({ detail, memory }: Signal): boolean {
    const kind = memory === undefined ? KINDS[detail.reason] : OF_TEMPLATE;
    return this.#rates.some((rate) => rate.kind === kind && rate.memory === memory && rate.isEnding);
  }

  /** Whether this was told, went on, and is not over for long. */
  follows(kind: number, memory?: TemplateMemory): boolean {
    // Asked of every template that has lines in a bucket, and mostly there is nothing.
    if (this.#rates.length === 0) return false;
    return this.#rates.some((rate) => rate.kind === kind && rate.memory === memory && rate.hasLasted);
  }

  /** What a bucket's end has shown was told; counts scatter as `spreadOf` says. */
  told({ detail, memory }: Signal, spreadOf: (kind: number) => number, nowMs: number): void {
    if (memory !== undefined && (detail.reason === 'new_template' || isYoung(memory, nowMs))) {
      this.toldNew(memory, nowMs);
      return;
    }
    const kind = memory === undefined ? KINDS[detail.reason] : OF_TEMPLATE;
    if (kind === undefined) return;
    const minutes = Math.max(nowMs - detail.since, BUCKET_MS) / 60_000;
    this.#take({ kind, memory, usual: detail.expected / minutes, spread: spreadOf(kind), toldMs: nowMs });
  }

  /** A template was told as new: of a warning or an error each further line is unusual, else it is news just once. */
  toldNew(memory: TemplateMemory, nowMs: number): void {
    if (memory.bornLevel >= WARN) this.#take({ kind: OF_TEMPLATE, memory, usual: 0, spread: 1, toldMs: nowMs });
  }

  /** Lines of a template were told as more severe than usual. */
  toldSevere(memory: TemplateMemory, nowMs: number): void {
    const fromLevel = memory.usualLevel + 1;
    this.#take({ kind: OF_TEMPLATE, memory, fromLevel, usual: 0, spread: 1, toldMs: nowMs });
  }

  /** `other` has become part of `memory`: of one that is much older most lines are usual. */
  absorb(memory: TemplateMemory, other: TemplateMemory): void {
    for (const rate of this.#rates) if (rate.memory === memory) rate.passOver(other);
    if ((other.bornBucket - memory.bornBucket) * BUCKET_MS >= YOUNG_MS) return;
    for (const rate of this.#rates.filter((one) => one.memory === other)) {
      const twin = this.#rates.find((one) => one.is({ kind: rate.kind, memory, fromLevel: rate.fromLevel }));
      if (twin === undefined) rate.moveTo(memory);
      else {
        twin.join(rate);
        this.#rates = this.#rates.filter((one) => one !== rate);
      }
    }
  }

  /** A minute is over, the last one of the ring's closed buckets. */
  endMinute(ring: BucketRing, nowMs: number): void {
    if (this.#rates.length === 0) return;
    this.#countLines(ring);
    const isUsual = ({ goesOn, toldMs }: OngoingRate) => goesOn && nowMs - toldMs >= USUAL_AFTER_MS;
    const becameUsual = this.#rates.some(isUsual);
    this.#rates = this.#rates.filter((rate) => !rate.isOver && !isUsual(rate));
    this.course = this.#course();
    if (becameUsual && this.course === 'over') this.course = 'usual';
  }

  archive(state: Archive, memories: MemoryArchive): void {
    if (state.isOlderThan(5)) return;
    this.#rates = archiveList(state, this.#rates, (rate) => {
      const one = rate ?? new OngoingRate({ kind: LINES, usual: 0, spread: 1, toldMs: 0 });
      one.archive(state, memories);
      return one;
    });
    this.course = COURSES[state.count(COURSES.indexOf(this.course))] ?? 'over';
    this.lines = state.count(this.lines);
    this.sinceMs = state.number(this.sinceMs);
  }

  /** Those of a template are among those of the service. */
  #countLines(ring: BucketRing): void {
    let ofService = 0;
    let ofTemplates = 0;
    for (const rate of this.#rates) {
      const lines = rate.endMinute(ring);
      if (rate.isOfTemplate) ofTemplates += lines;
      else ofService = Math.max(ofService, lines);
    }
    this.lines += Math.max(ofService, ofTemplates);
  }

  #take(start: OngoingRateStart): void {
    const known = this.#rates.find((rate) => rate.is(start));
    if (known !== undefined) known.toldMs = start.toldMs;
    else if (this.#rates.length < RATES_MAX) this.#begin(start);
    this.course = this.#course();
  }

  #begin(start: OngoingRateStart): void {
    if (this.#rates.length === 0) {
      this.lines = 0;
      this.sinceMs = start.toldMs;
    }
    this.#rates.push(new OngoingRate(start));
    // The line that was told is one of them.
    if (start.kind === OF_TEMPLATE && start.usual === 0) this.lines++;
  }

  #course(): Course {
    return this.#rates.some(({ goesOn }) => goesOn) ? 'ongoing' : 'over';
  }
}

function isYoung(memory: TemplateMemory, nowMs: number): boolean {
  return nowMs - memory.bornBucket * BUCKET_MS < YOUNG_MS;
}

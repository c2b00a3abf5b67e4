import type { Archive } from '../../domain/archive/archive.ts';
import type { ReasonDetail } from '../../domain/anomaly.ts';
import { BUCKET_MS, MINUTE_BUCKETS } from './bucket-ring.ts';
import { Habit } from './habit.ts';
import { heatClass, rarityClass, TEMPLATE_HEAT, TEMPLATE_RARITY, YOUTH } from './line-features.ts';
import type { MemoryArchive } from './memory-archive.ts';
import { MixWatch } from './mix-watch.ts';
import { YOUNG_BUCKETS } from './novelty.ts';
import { isOneClump } from './one-clump.ts';
import type { Ongoing } from './ongoing.ts';
import { OF_TEMPLATE } from './ongoing-rate.ts';
import type { Signal } from './service-state.ts';
import { Spread } from './spread.ts';
import {
  COUNT,
  COUNT_AT,
  DEVIATIONS,
  EVIDENCE,
  EXPECTED,
  MINUTE,
  MINUTE_LINES,
  PEAK,
  RECENT,
  RECENT_AT,
} from './template-memory.ts';
import type { TemplateMemory } from './template-memory.ts';
import { notePeak, usualPeak } from './usual-peak.ts';

const MEMORY_SECONDS = 3600;
const BUCKET_KEPT = Math.exp(-BUCKET_MS / 1000 / MEMORY_SECONDS);
/** Nats from which a template's lines are too many. */
const LIMIT = 12;
/** So much more is wanted, by what part of what can be remembered is not known yet. */
const CAUTION = 0.4;
const CEILING = LIMIT * 1.4;
const RATIOS = [4, 20] as const;
const LOG_RATIOS = RATIOS.map(Math.log);
/** Lines a second below which no rate is a spike. */
const RATES = [0.05, 0.2] as const;
/** Expected lines of a template for which the scatter of all templates is believed before its own. */
const POOL_WEIGHT = 10;
const SPIKE_LINES_MIN = 5;
/** Time in which a line fades to 1/e of what is recent. */
const RECENT_SECONDS = 20;
/** What is recent must be so many times the most there usually was, and what is usual at all. */
const PEAK_FACTOR = 2;
const TIMES_MIN = 3;
/** Buckets for which a template stays in its spike after evidence for one. */
const SPIKE_BUCKETS = 6;
/** Buckets after its birth in which a template is judged by its novelty alone. */
const INFANT_BUCKETS = 2 * YOUNG_BUCKETS;

const RARITIES = 16;
/** Class of a template's youth in its first minute. */
const YOUNGEST = 3;

/** Single templates that speak much more often than they used to. */
export class TemplateWatch {
  /** Scatter of all templates' lines a minute, for those of which little is known. */
  readonly #pooled = new Spread(1.5, 20);
  readonly #habit = new Habit();
  /** Remembered lines of all templates, and the inner time for which they are so many. */
  #count = 0;
  #knownSeconds = 0;
  #passed = false;
  readonly mix = new MixWatch();
  /** Templates, other than new ones, with lines in the minute that is being counted. */
  readonly #minuteTemplates: TemplateMemory[] = [];

  /** Remembered time. */
  get knownSeconds(): number {
    return this.#knownSeconds;
  }

  /** Usual lines a second; one line more than there were. */
  rateOf(memory: TemplateMemory, nowMs: number): number {
    return (keptCount(memory, nowMs) + 1) / Math.max(this.#knownSeconds, 60);
  }

  /** A minute of the service is over: looks at the mix of its lines. */
  closeMinute(nowMs: number, judged: boolean): void {
    if (judged) this.mix.judge(this.#minuteTemplates, (memory) => this.#shareOf(memory, nowMs), nowMs);
    this.#minuteTemplates.length = 0;
  }

  /** A bucket of the service is over. */
  closeBucket(): void {
    const seconds = BUCKET_MS / 1000;
    this.#count *= BUCKET_KEPT;
    this.#knownSeconds = this.#knownSeconds * BUCKET_KEPT + seconds;
  }

  /**
   * The lines of a template in the bucket that ends at `nowMs`; whether they are evidence for a spike.
   * `weight` is what they teach, `judged` whether rates are known well enough.
   */
  flush(
    memory: TemplateMemory,
    bucket: number,
    nowMs: number,
    weight: number,
    judged: boolean,
    ongoing: Ongoing,
  ): boolean {
    const { numbers } = memory;
    const lines = memory.bucketLines;
    const kept = keptCount(memory, nowMs);
    const rate = (kept + 1) / Math.max(this.#knownSeconds, 60);
    const seconds = Math.max(0, (nowMs - (numbers[COUNT_AT]! || nowMs - BUCKET_MS)) / 1000);
    const spread = this.#spreadOf(memory);
    const infant = bucket - memory.bornBucket < INFANT_BUCKETS;
    const before = faded(numbers, RECENT, RECENT_AT, nowMs, RECENT_SECONDS);
    const recent = before + lines;
    numbers[RECENT] = recent;
    numbers[RECENT_AT] = nowMs;
    const spikes =
      this.#gain(memory, lines, rate, seconds, spread, nowMs) && judged && !infant && !isOneClump(lines, before);
    if (spikes) {
      memory.spikeUntil = bucket + SPIKE_BUCKETS;
      this.#passed = true;
    }
    notePeak(numbers, PEAK, recent, nowMs, ongoing.follows(OF_TEMPLATE, memory));
    const taught = lines * (spikes ? Math.min(weight, 0.1) : weight);
    numbers[COUNT] = kept + taught;
    numbers[COUNT_AT] = nowMs;
    this.#count += taught;
    this.#countMinute(memory, lines, rate, bucket, weight === 1 && !spikes);
    memory.key = this.#keyOf(memory, rate, bucket, (kept + taught + 0.5) / (this.#count + 1));
    return spikes;
  }

  /** The key of a template at its first line: as rare and as young as can be. */
  newbornKey(): number {
    return (rarityClass(0.5 / (this.#count + 1), RARITIES) << TEMPLATE_RARITY) | (YOUNGEST << YOUTH);
  }

  /** A template whose lines have just been evidence for a spike. */
  signalOf(memory: TemplateMemory, nowMs: number): Signal {
    const { numbers } = memory;
    const detail: ReasonDetail = {
      reason: 'rate_spike',
      observed: Math.round(numbers[RECENT]!),
      expected: this.rateOf(memory, nowMs) * RECENT_SECONDS,
      unit: `lines of this template in ${RECENT_SECONDS} s or so`,
      since: nowMs - RECENT_SECONDS * 1000,
    };
    return { detail, evidence: Math.max(numbers[EVIDENCE]!, numbers[EVIDENCE + 1]!), memory };
  }

  /** The template that makes the last minute's mix another; undefined when it is the usual one. */
  mixSignal(nowMs: number): Signal | undefined {
    const { strongest, expected, deviation } = this.mix;
    if (strongest === undefined || !this.mix.speaks(nowMs)) return undefined;
    const observed = strongest.numbers[MINUTE_LINES]!;
    const unit = 'lines of this template in 60 s, among as many others as usual';
    const detail: ReasonDetail = { reason: 'rate_spike', observed, expected, unit, since: nowMs - 60_000 };
    return { detail, evidence: deviation, memory: strongest };
  }

  told(nowMs: number): void {
    if (this.mix.speaks(nowMs)) this.mix.told();
  }

  settle(nowMs: number): void {
    if (this.#passed) this.#habit.passed(nowMs);
    this.#passed = false;
    this.mix.settle(nowMs);
  }

  archive(state: Archive, memories: MemoryArchive): void {
    this.#pooled.archive(state);
    this.#habit.archive(state);
    this.#count = state.number(this.#count);
    this.#knownSeconds = state.number(this.#knownSeconds);
    this.#passed = state.flag(this.#passed);
    this.mix.archive(state, memories);
    memories.list(this.#minuteTemplates);
  }

  copyFrom(other: TemplateWatch): void {
    this.#pooled.copyFrom(other.#pooled);
    this.#habit.copyFrom(other.#habit);
    this.#count = other.#count;
    this.#knownSeconds = other.#knownSeconds;
    this.mix.copyFrom(other.mix);
  }

  #shareOf(memory: TemplateMemory, nowMs: number): number {
    return (keptCount(memory, nowMs) + 0.5) / (this.#count + 1);
  }

  /** CUSUM, as `ShiftWatch` has it, brought up to date only when the template speaks. */
  #gain(
    { numbers }: TemplateMemory,
    lines: number,
    rate: number,
    seconds: number,
    spread: number,
    nowMs: number,
  ): boolean {
    const idle = Math.max(0, seconds - BUCKET_MS / 1000);
    const limitFactor = this.#habit.at(nowMs) * (1 + CAUTION * (1 - this.#knownSeconds / MEMORY_SECONDS));
    let best = 0;
    for (let i = 0; i < RATIOS.length; i++) {
      const rare = RATES[i]! > RATIOS[i]! * rate;
      const times = rare ? RATES[i]! / rate : RATIOS[i]!;
      const rested = Math.max(0, numbers[EVIDENCE + i]! - ((times - 1) * rate * idle) / spread);
      const gain =
        (lines * (rare ? Math.log(times) : LOG_RATIOS[i]!) - (times - 1) * rate * Math.min(seconds, BUCKET_MS / 1000)) /
        spread;
      const sum = Math.min(Math.max(0, rested + gain), CEILING * limitFactor);
      numbers[EVIDENCE + i] = sum;
      if (gain > 0 && sum > best) best = sum;
    }
    if (best < LIMIT * limitFactor) return false;
    const most = usualPeak(numbers, PEAK, nowMs) * PEAK_FACTOR;
    return numbers[RECENT]! >= Math.max(SPIKE_LINES_MIN, most, rate * RECENT_SECONDS * TIMES_MIN);
  }

  #spreadOf({ numbers }: TemplateMemory): number {
    const own = POOL_WEIGHT * this.#pooled.value + numbers[DEVIATIONS]!;
    return Math.max(1, own / (POOL_WEIGHT + numbers[EXPECTED]!));
  }

  #countMinute(memory: TemplateMemory, lines: number, rate: number, bucket: number, healthy: boolean): void {
    const { numbers } = memory;
    const minute = Math.floor(bucket / MINUTE_BUCKETS);
    const before = numbers[MINUTE]!;
    if (minute !== before) {
      const expected = rate * 60;
      const minutes = before === 0 ? 1 : Math.min(minute - before, 60);
      if (healthy) {
        const said = (numbers[MINUTE_LINES]! - expected) ** 2 + (minutes - 1) * expected ** 2;
        numbers[DEVIATIONS] = numbers[DEVIATIONS]! * 0.98 + said;
        numbers[EXPECTED] = numbers[EXPECTED]! * 0.98 + minutes * expected;
        this.#pooled.learnMore(said, minutes * expected);
      }
      if (healthy) memory.learnLevels();
      if (bucket - memory.bornBucket >= INFANT_BUCKETS) this.#minuteTemplates.push(memory);
      numbers[MINUTE] = minute;
      numbers[MINUTE_LINES] = 0;
    }
    numbers[MINUTE_LINES]! += lines;
  }

  #keyOf(memory: TemplateMemory, rate: number, bucket: number, share: number): number {
    const age = bucket - memory.bornBucket;
    const youth = age < MINUTE_BUCKETS ? YOUNGEST : age < 10 * MINUTE_BUCKETS ? 2 : age < 60 * MINUTE_BUCKETS ? 1 : 0;
    const rarity = rarityClass(share, RARITIES);
    const heat = heatClass(memory.numbers[MINUTE_LINES]!, rate * 60);
    return (rarity << TEMPLATE_RARITY) | (heat << TEMPLATE_HEAT) | (youth << YOUTH);
  }
}

function keptCount({ numbers }: TemplateMemory, nowMs: number): number {
  return faded(numbers, COUNT, COUNT_AT, nowMs, MEMORY_SECONDS);
}

/** The number at `place`, which was right at the time at `timePlace` and has faded since. */
function faded(numbers: Float64Array, place: number, timePlace: number, nowMs: number, memorySeconds: number): number {
  const at = numbers[timePlace]!;
  return at === 0 ? 0 : numbers[place]! * Math.exp(-Math.max(0, nowMs - at) / 1000 / memorySeconds);
}

import type { Archive } from '../../domain/archive/archive.ts';
import { REASON_BIT } from '../../domain/anomaly.ts';
import type { ReasonDetail } from '../../domain/anomaly.ts';
import { ERROR, LEVELS, WARN } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import type { TemplateMiner } from '../../mine/template-miner.ts';
import { AlertGate } from './alert-gate.ts';
import { BUCKET_MS, ERRORS, LINES, MINUTE_BUCKETS } from './bucket-ring.ts';
import { EventStream } from './event-stream.ts';
import { ERROR_HEAT, heatClass, LEVEL_RARITY, rarityClass, SERVICE_HEAT } from './line-features.ts';
import type { MemoryArchive } from './memory-archive.ts';
import { Novelty, YOUNG_BUCKETS } from './novelty.ts';
import { Ongoing } from './ongoing.ts';
import { ParameterSummaries } from './parameter-summaries.ts';
import { ServiceWatch } from './service-watch.ts';
import { MEAN_BITS } from './template-memory.ts';
import type { TemplateMemory } from './template-memory.ts';
import { TemplateWatch } from './template-watch.ts';

/** What a bucket's end has shown. */
export interface Signal {
  detail: ReasonDetail;
  /** Nats. */
  evidence: number;
  memory: TemplateMemory | undefined;
}

const TROUBLED_WEIGHT = 0.1;
/** Lines of a template, and of the whole service, whose values are looked at in a bucket: a scan each. */
const SAMPLES = 3;
const SERVICE_SAMPLES = 6;
/** Of a service with more lines than this in a bucket, fewer are looked at. */
const BUSY_LINES = 25;
const BUSY_SAMPLES = 2;
/** Lines of a template from which its values are looked at. */
const SAMPLED_FROM = 5;
/** Variable positions of a service that are summarised. */
const POSITIONS_MAX = 400;
/** What is kept of the counts per level, a minute. */
const LEVELS_KEPT = 0.995;
/** Buckets before the present one in which a line still counts for its template. */
const LATE_BUCKETS = 3;
const NOTHING: readonly Signal[] = [];

/** All that is known of one service beside its templates' texts and the trees; time is the inner clock's. */
export class ServiceState {
  readonly watch: ServiceWatch;
  readonly templates = new TemplateWatch();
  readonly novelty = new Novelty();
  /** Lines at a level that is unusual for their template. */
  readonly severity = oddities();
  /** Values unlike those usual at their place. */
  readonly values = oddities();
  readonly gate = new AlertGate();
  readonly ongoing = new Ongoing();
  /** A new template that was not told to keep alerts apart; told when its time has come. */
  #held: TemplateMemory | undefined;
  readonly #levelCounts = new Float64Array(LEVELS.length);
  /** Templates with lines in the open bucket. */
  readonly #touched: TemplateMemory[] = [];
  #bucketLines = 0;
  #errorBurst = false;
  /** Lines of the open bucket whose values may still be looked at. */
  #samples = SERVICE_SAMPLES;
  /** Summaries of variable positions. */
  #positions = 0;
  /** Part of a cell's key that all lines of a moment share, and that of each level. */
  contextKey = 0;
  readonly levelKeys = new Uint32Array(LEVELS.length);

  constructor(openBucket: number) {
    this.watch = new ServiceWatch(openBucket);
  }

  /** The bucket that is open. */
  get open(): number {
    return this.watch.ring.open;
  }

  /** When the open bucket began. */
  get nowMs(): number {
    return this.open * BUCKET_MS;
  }

  /** Whether something is wrong that must not be learnt as usual. */
  get doubtful(): boolean {
    return this.gate.doubts(this.nowMs);
  }

  /** Counts a line; bits of what is true of it, none while the service is learning. */
  count(
    memory: TemplateMemory,
    level: LevelIndex,
    bucket: number,
    timestampMs: number,
    chars: number,
    learning: boolean,
  ): number {
    const { ring } = this.watch;
    if (ring.holds(bucket)) ring.add(bucket, level === WARN, level >= ERROR);
    this.#bucketLines++;
    this.#levelCounts[level]!++;
    memory.levelCounts[level]!++;
    memory.charsSum += chars - (memory.charsSum >> MEAN_BITS);
    // Lines that come late were said in another minute: they are no spike.
    if (bucket + LATE_BUCKETS >= ring.open && memory.bucketLines++ === 0) this.#touched.push(memory);
    this.novelty.countLine();
    if (++memory.lines <= 2) this.novelty.seen(memory, !learning);
    let reasons = 0;
    if (bucket - memory.bornBucket < YOUNG_BUCKETS) reasons |= this.#young(memory, timestampMs);
    if (level > memory.usualLevel && level >= WARN) reasons |= this.#odd(this.severity, REASON_BIT.severity_shift);
    if (learning) return 0;
    if (level >= ERROR && this.#errorBurst) reasons |= REASON_BIT.error_burst;
    if (memory.spikeUntil >= bucket) reasons |= REASON_BIT.rate_spike;
    return reasons;
  }

  /** Looks at the values in the line counted last; bits of what is true of it. */
  sample(memory: TemplateMemory, miner: TemplateMiner, bytes: Uint8Array, start: number, end: number): number {
    memory.samples--;
    if (memory.lines < SAMPLED_FROM || this.#samples <= 0) return 0;
    this.#samples--;
    const spans = miner.parameters(memory.template, bytes, start, end);
    if (spans.count === 0) return 0;
    const summaries = (memory.parameters ??= new ParameterSummaries());
    const before = summaries.length;
    const found = summaries.observe(spans, bytes, this.nowMs, POSITIONS_MAX - this.#positions);
    this.#positions += summaries.length - before;
    if (!found) return 0;
    return this.#odd(this.values, REASON_BIT.parameter_outlier, summaries.outlier?.outlierWeight(this.nowMs));
  }

  /** Whether the line counted last is to be told, for `reasons`. */
  admitLine(memory: TemplateMemory, reasons: number): boolean {
    let speaking = reasons & REASON_BIT.anomaly_score;
    const isUntold = memory.toldIn !== this.gate.incident || !this.gate.isOpen;
    if (reasons & REASON_BIT.new_template && this.novelty.speaks(memory, this.nowMs, isUntold))
      speaking |= REASON_BIT.new_template;
    if (reasons & REASON_BIT.severity_shift && this.severity.speaks(this.nowMs)) speaking |= REASON_BIT.severity_shift;
    if (reasons & REASON_BIT.parameter_outlier && this.values.speaks(this.nowMs))
      speaking |= REASON_BIT.parameter_outlier;
    if (speaking === 0) return false;
    const isNews = (speaking & REASON_BIT.new_template) !== 0 && isUntold;
    if (!this.gate.admit(speaking, isNews, memory.bornLevel >= ERROR, this.#isFollowed, this.nowMs)) {
      if (isNews && (this.#held === undefined || memory.bornLevel > this.#held.bornLevel)) this.#held = memory;
      return false;
    }
    this.#tell(memory, speaking);
    if (speaking & REASON_BIT.new_template) this.ongoing.toldNew(memory, this.nowMs);
    if (speaking & REASON_BIT.severity_shift) this.ongoing.toldSevere(memory, this.nowMs);
    return true;
  }

  /** Judges and learns the open bucket, and opens the next; what is to be told, strongest first. */
  closeBucket(alertReasons: number, learning: boolean): readonly Signal[] {
    const bucket = this.open;
    const endMs = (bucket + 1) * BUCKET_MS;
    const weight = this.doubtful ? TROUBLED_WEIGHT : 1;
    const signals = this.#flush(bucket, endMs, weight);
    this.templates.closeBucket();
    const isMinute = (bucket + 1) % MINUTE_BUCKETS === 0;
    if (isMinute) {
      this.templates.closeMinute(endMs, this.watch.ready);
      const mixed = this.templates.mixSignal(endMs);
      if (mixed !== undefined) signals.push(mixed);
    }
    this.watch.closeBucket(this.doubtful, this.ongoing);
    if (isMinute) this.ongoing.endMinute(this.watch.ring, endMs);
    this.#settleStreams(endMs, weight, isMinute);
    this.#errorBurst = this.watch.isErrorBurst(endMs);
    this.#setContext();
    if (this.watch.ready) this.watch.addSignals(endMs, signals);
    if (this.#held !== undefined) signals.push(heldSignal(this.#held));
    if (learning) return NOTHING;
    if (signals.length === 0) return this.#closeGate(endMs);
    const told = signals.filter(
      (signal) => (alertReasons & REASON_BIT[signal.detail.reason]) !== 0 && !this.ongoing.isEnding(signal),
    );
    return told.length > 0 ? this.#tellSignals(told, endMs) : this.#closeGate(endMs);
  }

  /** `other` became part of `memory`'s template. */
  absorb(memory: TemplateMemory, other: TemplateMemory): void {
    if (other.lines === 1) this.novelty.noLongerSingle(other);
    if (memory.lines === 1) this.novelty.noLongerSingle(memory);
    memory.absorb(other);
    this.ongoing.absorb(memory, other);
    // What it had in this bucket stays counted there; its own memory is let go.
    other.bucketLines = 0;
  }

  archive(state: Archive, memories: MemoryArchive): void {
    this.watch.archive(state);
    this.templates.archive(state, memories);
    this.novelty.archive(state);
    this.severity.archive(state);
    this.values.archive(state);
    this.gate.archive(state);
    this.ongoing.archive(state, memories);
    this.#held = memories.one(this.#held);
    state.numbers(this.#levelCounts);
    memories.list(this.#touched);
    this.#bucketLines = state.count(this.#bucketLines);
    this.#errorBurst = state.flag(this.#errorBurst);
    this.#samples = state.number(this.#samples);
    this.#positions = state.count(this.#positions);
    this.contextKey = state.count(this.contextKey);
    state.counts(this.levelKeys);
  }

  clone(): ServiceState {
    const copy = new ServiceState(this.open);
    copy.watch.copyFrom(this.watch);
    copy.templates.copyFrom(this.templates);
    copy.novelty.copyFrom(this.novelty);
    copy.severity.copyFrom(this.severity);
    copy.values.copyFrom(this.values);
    copy.#levelCounts.set(this.#levelCounts);
    copy.levelKeys.set(this.levelKeys);
    copy.#positions = this.#positions;
    copy.#setContext();
    return copy;
  }

  get #isFollowed(): boolean {
    return this.ongoing.course === 'ongoing';
  }

  #young(memory: TemplateMemory, timestampMs: number): number {
    const { novelty, watch, nowMs } = this;
    const lineRate = Math.max(watch.rateHigh, watch.ring.minuteCount(LINES) / 60);
    novelty.young(memory, timestampMs, nowMs, lineRate, this.doubtful ? TROUBLED_WEIGHT : 1);
    const isFirst = memory.lines === 1 && memory.bornLevel >= WARN;
    return isFirst || novelty.passed(memory, nowMs) ? REASON_BIT.new_template : 0;
  }

  #odd(events: EventStream, reason: number, weight = 1): number {
    const { nowMs } = this;
    events.count(1, nowMs, events.rate, weight);
    events.learn(1, 0, this.doubtful ? TROUBLED_WEIGHT : 1);
    return events.passed(nowMs) ? reason : 0;
  }

  #flush(bucket: number, endMs: number, weight: number): Signal[] {
    const signals: Signal[] = [];
    for (const memory of this.#touched) {
      if (memory.bucketLines === 0) continue;
      if (this.templates.flush(memory, bucket, endMs, weight, this.watch.ready, this.ongoing)) {
        signals.push(this.templates.signalOf(memory, endMs));
      }
      memory.bucketLines = 0;
      memory.samples = SAMPLES;
    }
    this.#touched.length = 0;
    this.#samples = this.#bucketLines > BUSY_LINES ? BUSY_SAMPLES : SERVICE_SAMPLES;
    this.#bucketLines = 0;
    return signals;
  }

  #settleStreams(endMs: number, weight: number, isMinute: boolean): void {
    this.novelty.closeBucket(endMs, this.watch.rateHigh, weight);
    for (const events of [this.severity, this.values]) {
      events.count(0, endMs, events.rate);
      events.learn(0, BUCKET_MS / 1000, weight);
    }
    if (!isMinute) return;
    const healthy = !this.gate.isOpen;
    this.novelty.endMinute(healthy);
    for (const events of [this.severity, this.values]) events.endMinute(events.rate * 60, healthy);
    const total = this.#levelCounts.reduce((sum, count) => sum + count, 0);
    for (let level = 0; level < LEVELS.length; level++) {
      this.levelKeys[level] = rarityClass((this.#levelCounts[level]! + 0.5) / (total + 3), 8) << LEVEL_RARITY;
      this.#levelCounts[level]! *= LEVELS_KEPT;
    }
  }

  #setContext(): void {
    const { watch } = this;
    if (!watch.ready) return;
    const heat = heatClass(watch.ring.minuteCount(LINES), watch.rateHigh * 60);
    const errors = heatClass(watch.ring.minuteCount(ERRORS), watch.errors.rate * 60);
    this.contextKey = (heat << SERVICE_HEAT) | (errors << ERROR_HEAT);
  }

  #tellSignals(signals: Signal[], endMs: number): readonly Signal[] {
    const reasons = signals.reduce((bits, { detail }) => bits | REASON_BIT[detail.reason], 0);
    const isNews = this.#held !== undefined && (reasons & REASON_BIT.new_template) !== 0;
    if (!this.gate.admit(reasons, isNews, false, this.#isFollowed, endMs)) {
      this.watch.ring.markTroubled(this.open);
      return NOTHING;
    }
    const sorted = signals.toSorted((a, b) => b.evidence - a.evidence);
    this.watch.told(endMs);
    this.templates.told(endMs);
    for (const { memory, detail } of sorted)
      if (memory !== undefined) this.#tell(memory, REASON_BIT[detail.reason] & REASON_BIT.new_template);
    for (const signal of sorted) this.ongoing.told(signal, (kind) => this.watch.spreadOf(kind), endMs);
    const sinceMs = sorted.reduce((first, { detail }) => Math.min(first, detail.since), endMs);
    this.watch.ring.markTroubled(Math.floor(sinceMs / BUCKET_MS));
    return sorted;
  }

  #tell(memory: TemplateMemory, reasons: number): void {
    memory.toldIn = this.gate.incident;
    if (memory === this.#held) this.#held = undefined;
    if (reasons & REASON_BIT.new_template) this.novelty.told(memory);
    if (reasons & REASON_BIT.severity_shift) this.severity.told();
    if (reasons & REASON_BIT.parameter_outlier) this.values.told();
    this.watch.ring.markTroubled(this.open);
  }

  #closeGate(endMs: number): readonly Signal[] {
    if (this.gate.isOpen) this.watch.ring.markTroubled(this.open);
    if (!this.gate.close(endMs)) return NOTHING;
    this.templates.settle(endMs);
    this.watch.drops.settle(endMs);
    for (const events of [...this.watch.streams, this.novelty.low, this.novelty.high, this.severity, this.values]) {
      events.settle(endMs);
    }
    return NOTHING;
  }
}

function oddities(): EventStream {
  return new EventStream({
    alternatives: [
      { ratio: 4, perSecond: 0.2 },
      { ratio: 4, perSecond: 1 / 30 },
      { ratio: 4, perSecond: 1 / 150 },
    ],
    limit: 8,
    caution: 1,
    memorySeconds: 3600,
    prior: 0.3,
    spread: 1.2,
    spreadWeight: 3,
  });
}

function heldSignal(memory: TemplateMemory): Signal {
  const detail: ReasonDetail = {
    reason: 'new_template',
    observed: memory.lines,
    expected: 0,
    unit: 'lines of a new template',
    since: memory.bornBucket * BUCKET_MS,
  };
  // Last among what a bucket's end has shown: the rest is of this moment.
  return { detail, evidence: 0, memory };
}

import { archiveList } from '../../domain/archive/archive.ts';
import type { Archive } from '../../domain/archive/archive.ts';
import { REASON_BIT } from '../../domain/anomaly.ts';
import type { Explanation } from '../../domain/anomaly.ts';
import type { OngoingCourse } from '../../domain/incident.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { createMiner } from '../../mine/create-miner.ts';
import { KeepingMiner } from '../../mine/kept/keeping-miner.ts';
import { CHANGED, CREATED } from '../../mine/template-miner.ts';
import type { MinedTemplate, TemplateMiner } from '../../mine/template-miner.ts';
import type { Detector, DetectorOptions, Finding, TemplateFacts, Verdict } from '../detector.ts';
import { BUCKET_MS } from './bucket-ring.ts';
import { EventClock } from './event-clock.ts';
import { describeTemplate } from './describe-template.ts';
import { explainLine } from './explain-line.ts';
import { archiveFinding } from './archive-finding.ts';
import { findingOf } from './finding.ts';
import { Lineage } from './lineage.ts';
import { MemoryArchive } from './memory-archive.ts';
import { LineTrees } from './line-trees.ts';
import { ServiceState } from './service-state.ts';
import { FIRST_SEEN, LAST_SEEN, LONG_AGO, TemplateMemory } from './template-memory.ts';

/** Lines at the start that raise nothing. */
const LEARNING_LINES = 250;
const FINDINGS_MAX = 32;
const NOTHING: readonly Finding[] = [];
/** All but the score, which has not earned it: see the ablation of `npm run eval`. */
const ALERT_REASONS = 0x7f & ~REASON_BIT.anomaly_score;

/**
 * What a service is usually like, and what it says about each next line: which templates it has and how often they
 * come, its rates, its levels, the values in its lines; on top Half-Space-Trees over features of these. Lines are
 * counted by their own time in buckets of five seconds; whole services and templates are judged when a bucket closes.
 * What was judged to be wrong teaches little. Bounded: a few hundred bytes a template, about 30 KB a service.
 */
export class DefaultDetector implements Detector {
  readonly service: string;
  readonly #options: DetectorOptions;
  readonly #alertReasons: number;
  #miner: TemplateMiner;
  #lines = 0;
  #clock = new EventClock();
  #state: ServiceState | undefined;
  #trees = new LineTrees();
  readonly #lineage: Lineage;
  #verdict: Verdict | undefined;
  #findings: Finding[] = [];
  #teaching = false;

  constructor(service: string, options: DetectorOptions) {
    this.service = service;
    this.#options = options;
    this.#alertReasons = options.alertReasons ?? ALERT_REASONS;
    this.#miner = createMiner({ ...options.miner, limitsNew: true });
    this.#lineage = new Lineage(service);
  }

  get miner(): TemplateMiner {
    return this.#miner;
  }

  get lines(): number {
    return this.#lines;
  }

  get learning(): boolean {
    return this.#lines < LEARNING_LINES;
  }

  score(bytes: Uint8Array, start: number, end: number, level: LevelIndex, timestampMs: number): Verdict {
    if (this.#teaching) this.#turnTo(false, timestampMs);
    return this.#judge(bytes, start, end, level, timestampMs);
  }

  keepTemplate(bytes: Uint8Array, start: number, end: number): void {
    if (this.#miner instanceof KeepingMiner) this.#miner.keep(bytes, start, end);
  }

  learn(bytes: Uint8Array, start: number, end: number, level: LevelIndex, timestampMs: number): void {
    if (!this.#teaching) this.#turnTo(true, timestampMs);
    this.#judge(bytes, start, end, level, timestampMs);
    this.#findings.length = 0;
  }

  tick(nowMs: number): readonly Finding[] {
    const state = this.#state;
    if (state === undefined) return NOTHING;
    const open = this.#clock.openBy(nowMs, state.open);
    if (open > state.open) this.#advance(state, open);
    if (this.#findings.length === 0) return NOTHING;
    const found = this.#findings;
    this.#findings = [];
    return found;
  }

  explain(): Explanation | undefined {
    const state = this.#state;
    const verdict = this.#verdict;
    if (state === undefined || verdict === undefined) return undefined;
    const context = { state, trees: this.#trees, miner: this.#miner, lineage: this.#lineage, clock: this.#clock };
    return explainLine(context, verdict);
  }

  get ongoing(): OngoingCourse | undefined {
    const ongoing = this.#state?.ongoing;
    if (ongoing === undefined || ongoing.course === 'over') return undefined;
    return { course: ongoing.course, lines: ongoing.lines, since: this.#clock.outer(ongoing.sinceMs) };
  }

  fingerprintOf(template: MinedTemplate): string {
    return this.#lineage.fingerprintOf(template);
  }

  templateOf(fingerprint: string): MinedTemplate | undefined {
    return this.#lineage.find(fingerprint, this.#miner.templates());
  }

  accept(template: MinedTemplate, accepted: boolean): void {
    const memory = template.memory as TemplateMemory | undefined;
    if (memory !== undefined) memory.accepted = accepted;
  }

  describe(template: MinedTemplate): TemplateFacts | undefined {
    const memory = template.memory as TemplateMemory | undefined;
    if (memory === undefined || this.#state === undefined) return undefined;
    return describeTemplate(memory, this.#state, this.#lineage);
  }

  skip(durationMs: number): void {
    this.#clock.skip(durationMs);
  }

  archive(state: Archive): void {
    this.#lines = state.count(this.#lines);
    this.#teaching = state.flag(this.#teaching);
    this.#clock.archive(state);
    this.#miner.archive(state);
    const memories = new MemoryArchive(state);
    for (const template of this.#miner.templates()) this.#archiveTemplate(state, template, memories);
    this.#trees.archive(state);
    if (state.flag(this.#state !== undefined)) (this.#state ??= new ServiceState(0)).archive(state, memories);
    this.#findings = archiveList(state, this.#findings, (finding) => archiveFinding(state, finding, memories));
  }

  #archiveTemplate(state: Archive, template: MinedTemplate, memories: MemoryArchive): void {
    if (!state.flag(template.memory !== undefined)) return;
    const memory = (template.memory ??= new TemplateMemory(template, 0, 0, 0)) as TemplateMemory;
    memory.archive(state);
    memories.add(memory);
    this.#lineage.archive(state, template);
  }

  /** Its rates are those of this one; its clock goes on at its first row, wherever that is. */
  clone(): DefaultDetector {
    const copy = new DefaultDetector(this.service, this.#options);
    copy.#miner = this.#miner.clone();
    copy.#lines = this.#lines;
    copy.#clock.copyFrom(this.#clock);
    copy.#clock.seam();
    copy.#state = this.#state?.clone();
    copy.#trees = this.#trees.clone();
    const twins = copy.#miner.templates();
    this.#miner.templates().forEach((template, index) => {
      const twin = twins[index]!;
      twin.memory = (template.memory as TemplateMemory | undefined)?.cloneFor(twin);
      copy.#lineage.copy(this.#lineage, template, twin);
    });
    return copy;
  }

  #judge(bytes: Uint8Array, start: number, end: number, level: LevelIndex, timestampMs: number): Verdict {
    const state = (this.#state ??= new ServiceState(Math.floor(timestampMs / BUCKET_MS)));
    const bucket = this.#clock.bucketOf(timestampMs, state.open);
    if (bucket > state.open) this.#advance(state, bucket);
    const miner = this.#miner;
    const template = miner.mine(bytes, start, end);
    const { change } = miner;
    const { learning } = this;
    let memory = template.memory as TemplateMemory | undefined;
    if (memory === undefined || change === CHANGED) memory = this.#meet(state, template, level, timestampMs);

    let reasons = state.count(memory, level, bucket, timestampMs, miner.charCount, learning);
    if (memory.samples > 0) {
      const found = state.sample(memory, miner, bytes, start, end);
      if (!learning) reasons |= found;
    }
    if (memory.accepted) reasons = 0;
    memory.numbers[LAST_SEEN] = timestampMs;
    const score = this.#trees.score(state, memory, level, miner.charCount, reasons !== 0);
    if (!learning && !memory.accepted && score >= this.#options.hstThreshold) reasons |= REASON_BIT.anomaly_score;
    this.#lines++;

    const verdict = (this.#verdict ??= { template, score, reasons, alerts: 0, learning, isNew: false });
    verdict.template = template;
    verdict.score = score;
    verdict.reasons = reasons;
    verdict.alerts = reasons === 0 ? 0 : this.#alert(state, memory, reasons);
    verdict.learning = learning;
    verdict.isNew = change === CREATED;
    return verdict;
  }

  #alert(state: ServiceState, memory: TemplateMemory, reasons: number): number {
    const worthy = reasons & this.#alertReasons;
    if (worthy === 0 || !state.admitLine(memory, worthy)) {
      memory.repeats++;
      return 0;
    }
    return worthy;
  }

  #advance(state: ServiceState, open: number): void {
    while (state.open < open) {
      const signals = state.closeBucket(this.#alertReasons, this.learning);
      if (signals.length === 0) continue;
      if (this.#findings.length >= FINDINGS_MAX) this.#findings.shift();
      const nowMs = (state.open - 1) * BUCKET_MS;
      this.#findings.push(findingOf(signals, this.#clock, nowMs, (template) => this.#lineage.fingerprintOf(template)));
    }
  }

  /** A template seen for the first time, or changed by the line. */
  #meet(state: ServiceState, template: MinedTemplate, level: LevelIndex, timestampMs: number): TemplateMemory {
    let memory = template.memory as TemplateMemory | undefined;
    const { change, absorbed, charCount } = this.#miner;
    if (memory === undefined) {
      memory = new TemplateMemory(template, level, this.learning ? LONG_AGO : state.open, charCount);
      memory.numbers[FIRST_SEEN] = timestampMs;
      memory.key = state.templates.newbornKey();
      template.memory = memory;
      this.#lineage.created(template, timestampMs);
    }
    if (change !== CHANGED) return memory;
    const before = this.#lineage.before(template);
    for (const other of absorbed) {
      if (other.memory !== undefined) state.absorb(memory, other.memory as TemplateMemory);
      this.#lineage.merged(template, other, timestampMs);
    }
    if (this.#lineage.fingerprintOf(template) !== before) this.#lineage.generalised(template, before, timestampMs);
    return memory;
  }

  /** Rows to learn from and rows to judge may be of different times. */
  #turnTo(teaching: boolean, timestampMs: number): void {
    this.#teaching = teaching;
    if (this.#state === undefined) return;
    const aheadMs = this.#clock.inner(timestampMs) - this.#state.open * BUCKET_MS;
    if (Math.abs(aheadMs) > SEAM_MS) this.#clock.seam();
  }
}

const SEAM_MS = 600_000;

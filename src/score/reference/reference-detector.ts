import type { Archive } from '../../domain/archive/archive.ts';
import { REASON_BIT } from '../../domain/anomaly.ts';
import type { Explanation } from '../../domain/anomaly.ts';
import { fingerprint } from '../../domain/fingerprint.ts';
import { ERROR, WARN } from '../../domain/level.ts';
import type { LevelIndex } from '../../domain/level.ts';
import { createMiner } from '../../mine/create-miner.ts';
import { KeepingMiner } from '../../mine/kept/keeping-miner.ts';
import { CREATED } from '../../mine/template-miner.ts';
import type { MinedTemplate, TemplateMiner } from '../../mine/template-miner.ts';
import type { Detector, DetectorOptions, Finding, TemplateFacts, Verdict } from '../detector.ts';
import { ErrorBurst } from './error-burst.ts';
import { REFERENCE_WINDOW } from './reference-cells.ts';
import { ReferenceTrees } from './reference-trees.ts';

const NOTHING: readonly Finding[] = [];

/** Everything that is known of one service, and what it says about each next line: score first, then learn. */
export class ReferenceDetector implements Detector {
  readonly service: string;
  readonly #options: DetectorOptions;
  readonly #learningLines: number;
  readonly #alertReasons: number;
  #miner: TemplateMiner;
  #trees = new ReferenceTrees();
  readonly #burst = new ErrorBurst();
  #lines = 0;
  #verdict: Verdict | undefined;
  /** Weak, so that it lets go of what the miner evicts. */
  readonly #fingerprints = new WeakMap<MinedTemplate, { version: number; text: string }>();

  /** @param learningLines lines at the start that raise neither `anomaly_score` nor `new_template`. */
  constructor(service: string, options: DetectorOptions, learningLines = REFERENCE_WINDOW) {
    this.service = service;
    this.#options = options;
    this.#learningLines = learningLines;
    this.#alertReasons = options.alertReasons ?? ~0;
    this.#miner = createMiner(options.miner);
  }

  get miner(): TemplateMiner {
    return this.#miner;
  }

  /** Lines seen. */
  get lines(): number {
    return this.#lines;
  }

  /** Whether the next line is one of the learning phase. */
  get learning(): boolean {
    return this.#lines < this.#learningLines;
  }

  /** Message is the UTF-8 `bytes[start, end)`; time is the event's, in epoch milliseconds. */
  score(bytes: Uint8Array, start: number, end: number, level: LevelIndex, timestampMs: number): Verdict {
    const verdict = this.#judge(bytes, start, end, level);
    if (this.#burst.add(timestampMs, level >= ERROR)) verdict.reasons |= REASON_BIT.error_burst;
    verdict.alerts = verdict.reasons & this.#alertReasons;
    return verdict;
  }

  keepTemplate(bytes: Uint8Array, start: number, end: number): void {
    if (this.#miner instanceof KeepingMiner) this.#miner.keep(bytes, start, end);
  }

  /** Learns a line of the past: all but the time, which belongs to another minute than the next line's. */
  learn(bytes: Uint8Array, start: number, end: number, level: LevelIndex): void {
    this.#judge(bytes, start, end, level);
  }

  #judge(bytes: Uint8Array, start: number, end: number, level: LevelIndex): Verdict {
    const miner = this.#miner;
    const trees = this.#trees;
    const template = miner.mine(bytes, start, end);
    const isNew = miner.change === CREATED;
    const { learning } = this;
    const { ready } = trees;
    const score = trees.scoreThenLearn(level, miner.charCount, miner.tokenCount, template.size);

    let reasons = 0;
    if (ready && !learning && score >= this.#options.hstThreshold) reasons |= REASON_BIT.anomaly_score;
    if (isNew && !learning && level >= WARN) reasons |= REASON_BIT.new_template;
    this.#lines++;

    const verdict = (this.#verdict ??= { template, score, reasons, alerts: reasons, learning, isNew });
    verdict.template = template;
    verdict.score = score;
    verdict.reasons = reasons;
    verdict.learning = learning;
    verdict.isNew = isNew;
    return verdict;
  }

  /** The reference looks at lines only. */
  tick(): readonly Finding[] {
    return NOTHING;
  }

  explain(): Explanation | undefined {
    return undefined;
  }

  /** Each line of what goes on is told. */
  get ongoing(): undefined {
    return undefined;
  }

  /** It learns from every line already. */
  accept(): void {}

  describe(): TemplateFacts | undefined {
    return undefined;
  }

  templateOf(wanted: string): MinedTemplate | undefined {
    return this.#miner.templates().find((template) => this.fingerprintOf(template) === wanted);
  }

  /** Of this service and a template's present text. */
  fingerprintOf(template: MinedTemplate): string {
    const known = this.#fingerprints.get(template);
    if (known?.version === template.version) return known.text;
    const text = fingerprint(this.service, template.identity);
    this.#fingerprints.set(template, { version: template.version, text });
    return text;
  }

  /** Its minute goes by the rows' time alone. */
  skip(): void {}

  archive(state: Archive): void {
    this.#lines = state.count(this.#lines);
    this.#miner.archive(state);
    this.#trees.archive(state);
    this.#burst.archive(state);
  }

  /** Deep copy for another stretch of time: what it scores does not teach this one, and its last 60 s are empty. */
  clone(): ReferenceDetector {
    const copy = new ReferenceDetector(this.service, this.#options, this.#learningLines);
    copy.#miner = this.#miner.clone();
    copy.#trees = this.#trees.clone();
    copy.#lines = this.#lines;
    return copy;
  }
}

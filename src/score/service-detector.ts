import { REASON_BIT } from '../domain/anomaly.ts';
import { fingerprint } from '../domain/fingerprint.ts';
import { ERROR, WARN } from '../domain/level.ts';
import type { LevelIndex } from '../domain/level.ts';
import { CREATED, Miner } from '../mine/miner.ts';
import type { MinerOptions } from '../mine/miner.ts';
import type { Template } from '../mine/template.ts';
import { ErrorBurst } from './error-burst.ts';
import { REFERENCE_WINDOW } from './reference-cells.ts';
import { ReferenceTrees } from './reference-trees.ts';

export interface DetectorOptions {
  /** Score from which a line is anomalous, 0 to 1. */
  hstThreshold: number;
  miner: MinerOptions;
  /** Lines at the start that raise neither `anomaly_score` nor `new_template`, 250. */
  learningLines?: number;
}

/** What is said about one line. The detector reuses one object: read it before the next line. */
export interface Verdict {
  template: Template;
  /** Half-Space-Trees, 0 to 1, high is anomalous; 0 before the first window of 250 lines has been learnt. */
  score: number;
  /** Bits of `REASON_BIT`; 0 when the line is not anomalous. */
  reasons: number;
  /** Whether this line was one of the learning phase. */
  learning: boolean;
  /** Whether this line made its template, at any level, learning or not. */
  isNew: boolean;
}

/** Everything that is known of one service, and what it says about each next line: score first, then learn. */
export class ServiceDetector {
  readonly service: string;
  readonly #options: DetectorOptions;
  readonly #learningLines: number;
  #miner: Miner;
  #trees = new ReferenceTrees();
  readonly #burst = new ErrorBurst();
  #lines = 0;
  #verdict: Verdict | undefined;
  /** Weak, so that it lets go of what the miner evicts. */
  readonly #fingerprints = new WeakMap<Template, { version: number; text: string }>();

  constructor(service: string, options: DetectorOptions) {
    this.service = service;
    this.#options = options;
    this.#learningLines = options.learningLines ?? REFERENCE_WINDOW;
    this.#miner = new Miner(options.miner);
  }

  get miner(): Miner {
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
    return verdict;
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

    const verdict = (this.#verdict ??= { template, score, reasons, learning, isNew });
    verdict.template = template;
    verdict.score = score;
    verdict.reasons = reasons;
    verdict.learning = learning;
    verdict.isNew = isNew;
    return verdict;
  }

  /** Of this service and a template's present text. */
  fingerprintOf(template: Template): string {
    const known = this.#fingerprints.get(template);
    if (known?.version === template.version) return known.text;
    const text = fingerprint(this.service, template.text);
    this.#fingerprints.set(template, { version: template.version, text });
    return text;
  }

  /** Deep copy for another stretch of time: what it scores does not teach this one, and its last 60 s are empty. */
  clone(): ServiceDetector {
    const copy = new ServiceDetector(this.service, this.#options);
    copy.#miner = this.#miner.clone();
    copy.#trees = this.#trees.clone();
    copy.#lines = this.#lines;
    return copy;
  }
}

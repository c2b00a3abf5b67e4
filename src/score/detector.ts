import type { Archive } from '../domain/archive/archive.ts';
import type { Explanation, Reason } from '../domain/anomaly.ts';
import type { OngoingCourse } from '../domain/incident.ts';
import type { DetectorProfile } from '../domain/profile.ts';
import type { LevelIndex } from '../domain/level.ts';
import type { MinedTemplate, MinerOptions, TemplateMiner } from '../mine/template-miner.ts';

export interface DetectorOptions {
  /** `default` where it is absent. */
  profile?: DetectorProfile;
  /** Score from which a line is anomalous, 0 to 1. */
  hstThreshold: number;
  miner: MinerOptions;
  /** Reasons that raise an anomaly of their own; bits of `REASON_BIT`. Others are only told beside one. */
  alertReasons?: number;
}

/** What is said about one line. The detector reuses one object: read it before the next line. */
export interface Verdict {
  template: MinedTemplate;
  /** 0 to 1, high is anomalous; 0 while there is nothing to go by. */
  score: number;
  /** Bits of `REASON_BIT` that are true of this line; 0 when the line is not anomalous. */
  reasons: number;
  /** Those of `reasons` that raise an anomaly now: not said of this template just before, and worth it alone. */
  alerts: number;
  /** Whether this line was one of the learning phase. */
  learning: boolean;
  /** Whether this line made its template, at any level, learning or not. */
  isNew: boolean;
}

/** Something about a service or a template that no single line shows: found on a tick. */
export interface Finding {
  /** When it was found, epoch milliseconds on the rows' clock. */
  timestamp: number;
  reasons: Reason[];
  /** Undefined when it is about the whole service. */
  template: MinedTemplate | undefined;
  score: number;
  level: LevelIndex;
  /** A sentence; the latest line where there is one stands in it. */
  message: string;
  explanation: Explanation;
}

/** Everything that is known of one service, and what it says about each next line: score first, then learn. */
export interface Detector {
  readonly service: string;
  readonly miner: TemplateMiner;
  /** Lines seen. */
  readonly lines: number;
  /** Whether the next line is one of the learning phase. */
  readonly learning: boolean;
  /** Message is the UTF-8 `bytes[start, end)`; time is the event's, in epoch milliseconds. */
  score(bytes: Uint8Array, start: number, end: number, level: LevelIndex, timestampMs: number): Verdict;
  /** The next line has the template `bytes[start, end)`, as its sender says; of no effect unless `keepsTemplates` is set. */
  keepTemplate(bytes: Uint8Array, start: number, end: number): void;
  /** Learns a line of the past; raises nothing. Time goes from row to row, and may lie before that of lines scored. */
  learn(bytes: Uint8Array, start: number, end: number, level: LevelIndex, timestampMs: number): void;
  /**
   * The service's clock has come to `nowMs`, with or without lines: what is missing or too many shows here. Call it at
   * least every {@link TICK_MS} of the rows' time for every service, in the order of time. Answers what it found,
   * mostly the same empty array.
   */
  tick(nowMs: number): readonly Finding[];
  /** Why the line scored last is anomalous; costs time, so ask for raised ones only. Undefined in the reference profile. */
  explain(bytes: Uint8Array, start: number, end: number): Explanation | undefined;
  /** What goes on, as of the latest tick, of that which was told of the service; undefined where nothing does. */
  readonly ongoing: OngoingCourse | undefined;
  /** Of this service and a template's present identity. */
  fingerprintOf(template: MinedTemplate): string;
  /** The template that has, or had, this fingerprint. */
  templateOf(fingerprint: string): MinedTemplate | undefined;
  /** Whether lines of a template are to be learnt as usual ones whatever they look like, and raise nothing. */
  accept(template: MinedTemplate, accepted: boolean): void;
  /** What is known of a template of this service; undefined in the reference profile. */
  describe(template: MinedTemplate): TemplateFacts | undefined;
  /** So much time has passed in which nobody listened: what did not come in it is not missing. */
  skip(durationMs: number): void;
  /** All that decides what is said of the lines to come; see `snapshot.ts`. Between two lines only. */
  archive(state: Archive): void;
  /** Deep copy for another stretch of time: what it scores does not teach this one. */
  clone(): Detector;
}

/** How often services are looked at, on the rows' clock. */
export const TICK_MS = 5000;

/** What a service knows of one of its templates, for people who look it up. */
export interface TemplateFacts {
  /** Epoch milliseconds, 0 when unknown. */
  firstSeen: number;
  lastSeen: number;
  /** Lines a minute of late. */
  ratePerMinute: number;
  /** Lines per level, by level index. */
  levelCounts: readonly number[];
  parameters: readonly ParameterFacts[];
  /** What became of it, oldest first, bounded. */
  lineage: readonly LineageEvent[];
}

export interface LineageEvent {
  timestamp: number;
  kind: 'created' | 'generalised' | 'merged';
  /** The fingerprint that is an alias since; its own for `created`. */
  fingerprint: string;
  template: string;
}

/** A bounded summary of what stood at one variable position, of a sample of the lines. */
export interface ParameterFacts {
  position: number;
  observed: number;
  /** Estimate. */
  distinct: number;
  /** Most frequent first; counts are of the sample. */
  top: readonly { value: string; count: number }[];
  /** Present when numbers stood there. */
  quantiles: { min: number; p50: number; p90: number; p99: number; max: number } | undefined;
}

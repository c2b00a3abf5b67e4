import { reasonsOf } from '../domain/anomaly.ts';
import type { Anomaly, Explanation, Reason } from '../domain/anomaly.ts';
import { endWithin } from '../domain/end-within.ts';
import { fingerprint } from '../domain/fingerprint.ts';
import { LEVELS } from '../domain/level.ts';
import type { ServiceCourse } from '../domain/incident.ts';
import type { LevelIndex } from '../domain/level.ts';
import type { MinedTemplate } from '../mine/template-miner.ts';
import { coursesOf } from './courses.ts';
import { createDetector } from './create-detector.ts';
import type { Detector, DetectorOptions, Finding, Verdict } from './detector.ts';
import { ReplayClock } from './replay-clock.ts';
import { ReplayServices } from './replay-services.ts';

/** Text of an anomaly is for reading: longer is cut, as in the live path. */
const MESSAGE_BYTES_MAX = 16 * 1024;

export interface ReplayOptions {
  detector: DetectorOptions;
  /** Every line that has a reason is told, not only those that a live service would have raised. */
  everyLine?: boolean;
  /** A service's detector at its first row; a fresh one where this is absent. */
  create?: (service: string) => Detector;
  /** Services with a detector of their own; further ones share one. */
  servicesMax: number;
  /** Called for every anomaly, in the order in which they are found. */
  onAnomaly?: ((anomaly: RaisedAnomaly) => void) | undefined;
  /** Called after each tick, at the rows' time, with what was told before and goes on, or has become usual. */
  onCourses?: (courses: readonly ServiceCourse[], nowMs: number) => void;
}

/** A line, or something that a tick found, that a live service would have told. */
export interface RaisedAnomaly extends Anomaly {
  /** Those of its reasons that raised it. */
  alerts: Reason[];
  /** A line is there to be read; what a tick found is a sentence of ours, and its template may be ''. */
  found: 'line' | 'tick';
}

/**
 * Rows in the order of time through the detectors of their services, as a live service would have seen them: the
 * clock is the rows' own, and every service is ticked on it. Deterministic: the same rows give the same anomalies.
 */
export class Replay {
  readonly #onAnomaly: ((anomaly: RaisedAnomaly) => void) | undefined;
  readonly #onCourses: ReplayOptions['onCourses'];
  readonly #services: ReplayServices;
  readonly #everyLine: boolean;
  readonly #clock = new ReplayClock();
  #training = false;
  #rows = 0;

  constructor(options: ReplayOptions) {
    this.#everyLine = options.everyLine ?? false;
    this.#onAnomaly = options.onAnomaly;
    this.#onCourses = options.onCourses;
    this.#services = new ReplayServices(
      options.servicesMax,
      options.create ?? ((service) => createDetector(service, options.detector)),
    );
  }

  /** Rows of either kind so far. */
  get rows(): number {
    return this.#rows;
  }

  get overflowRows(): number {
    return this.#services.overflowRows;
  }

  /** In the order of their names. */
  detectors(): readonly Detector[] {
    return this.#services.detectors();
  }

  /** The detector that the service's next line will be judged by, where it has had lines. */
  detectorOf(service: string): Detector | undefined {
    return this.#services.peek(service);
  }

  /**
   * A row of the past that is taken to be healthy: it goes through everything that a scored one does, so that rates,
   * ranges and calibration are warm too, and raises nothing. Rows to be scored may follow at once, may leave a gap, or
   * may be older: what was learnt ends where they begin.
   */
  learn(
    service: string,
    bytes: Uint8Array,
    start: number,
    end: number,
    level: LevelIndex,
    timestampMs: number,
  ): Verdict {
    if (!this.#training) this.#begin(true);
    return this.#score(service, bytes, start, end, level, timestampMs);
  }

  /**
   * Judges the message `bytes[start, end)`, UTF-8, of a row, and raises it when it is anomalous. Rows come in the order
   * of time, epoch milliseconds. The verdict is the detector's own object: good until the next call.
   */
  add(service: string, bytes: Uint8Array, start: number, end: number, level: LevelIndex, timestampMs: number): Verdict {
    if (this.#training) this.#begin(false);
    const verdict = this.#score(service, bytes, start, end, level, timestampMs);
    const told = this.#everyLine ? verdict.reasons : verdict.alerts;
    if (told !== 0 && this.#onAnomaly !== undefined)
      this.#onAnomaly(this.#raised(service, verdict, bytes, start, end, level, timestampMs));
    return verdict;
  }

  /** Rows that another replay got have come to this time: where services are shared out, silence shows all the same. */
  reach(timestampMs: number): void {
    this.#clock.reach(timestampMs, this.#speakers, this.#tick);
  }

  /** The rows are over: looks at the services once more, at the time of the last row. */
  finish(): void {
    this.#clock.finish(this.#tick);
  }

  #begin(training: boolean): void {
    if (this.#rows > 0) this.finish();
    this.#training = training;
    this.#clock.seam();
  }

  #score(
    service: string,
    bytes: Uint8Array,
    start: number,
    end: number,
    level: LevelIndex,
    timestampMs: number,
  ): Verdict {
    this.#rows++;
    const clockMs = this.#clock.advance(timestampMs, this.#speakers, this.#tick);
    return this.#services.touch(service, clockMs).score(bytes, start, end, level, clockMs);
  }

  readonly #speakers = (sinceMs: number): number => this.#services.speakersSince(sinceMs);

  readonly #tick = (clockMs: number): void => {
    for (const detector of this.#services.detectors()) {
      const findings = detector.tick(clockMs);
      if (this.#training || this.#onAnomaly === undefined) continue;
      for (const finding of findings) this.#onAnomaly(this.#found(detector, finding));
    }
    if (!this.#training && this.#onCourses !== undefined)
      this.#onCourses(coursesOf(this.#services.detectors()), this.#clock.rowTime(clockMs));
  };

  #raised(
    service: string,
    verdict: Verdict,
    bytes: Uint8Array,
    start: number,
    end: number,
    level: LevelIndex,
    timestampMs: number,
  ): RaisedAnomaly {
    const detector = this.#services.peek(service) as Detector;
    return {
      ...describe(service, detector, verdict.template),
      timestamp: timestampMs,
      reasons: reasonsOf(verdict.reasons),
      alerts: reasonsOf(verdict.alerts),
      hst_score: verdict.score,
      level: LEVELS[level],
      message: textOf(bytes, start, end),
      ...this.#explained(detector.explain(bytes, start, end)),
      found: 'line',
    };
  }

  #found(detector: Detector, finding: Finding): RaisedAnomaly {
    return {
      ...describe(detector.service, detector, finding.template),
      // Never before a row that has been told already: anomalies come in the order of time.
      timestamp: this.#clock.rowTime(Math.max(finding.timestamp, this.#clock.nowMs)),
      reasons: [...finding.reasons],
      alerts: [...finding.reasons],
      hst_score: finding.score,
      level: LEVELS[finding.level],
      message: finding.message,
      ...this.#explained(finding.explanation),
      found: 'tick',
    };
  }

  #explained(explanation: Explanation | undefined): { explanation?: Explanation } {
    return explanation === undefined ? {} : { explanation: this.#clock.explained(explanation) };
  }
}

function describe(service: string, detector: Detector, template: MinedTemplate | undefined) {
  const whole = { template: '', template_id: 0, fingerprint: '' };
  const named =
    template === undefined
      ? { ...whole, fingerprint: fingerprint(service, '') }
      : { template: template.text, template_id: template.id, fingerprint: detector.fingerprintOf(template) };
  return { is_anomaly: true as const, service, ...named };
}

const decoder = new TextDecoder();

function textOf(bytes: Uint8Array, start: number, end: number): string {
  // slice, not subarray: TextDecoder refuses views of shared memory.
  return decoder.decode(bytes.slice(start, endWithin(bytes, start, end, MESSAGE_BYTES_MAX)));
}

import { DETECTED_REASONS, reasonsOf } from '../../../src/domain/anomaly.ts';
import type { DetectorProfile } from '../../../src/domain/profile.ts';
import { buildStream } from './build-stream.ts';
import type { Arrivals, Stream, StreamKind } from './build-stream.ts';
import { mean, measure } from './measure.ts';
import type { Alert, IncidentOutcome, Measured } from './measure.ts';
import { detectorOptions, runHalfspace } from './run-halfspace.ts';

/** One detector over one stream with incidents, and over the same background without. */
export interface Trial {
  withIncidents: Measured;
  clean: Measured;
}

/** Means over trials; `outcomes` are those of all. */
export interface Summary extends Omit<Measured, 'outcomes'> {
  cleanAlertsPerHour: number;
  cleanEpisodesPerHour: number;
  outcomes: IncidentOutcome[];
}

const streams = new Map<string, Stream>();

/** Streams are built once a process. */
export function streamOf(kind: StreamKind, seed: number, clean: boolean, arrivals: Arrivals): Stream {
  const key = `${kind} ${seed} ${clean} ${arrivals}`;
  let stream = streams.get(key);
  if (stream === undefined) {
    stream = buildStream({ kind, seed, arrivals, ...(clean ? { perKind: 0 } : {}) });
    streams.set(key, stream);
  }
  return stream;
}

/** `allReasons`: every reason raises an anomaly of its own, whether or not it does by default. */
export function alertsOf(stream: Stream, profile: DetectorProfile, allReasons = false): Alert[] {
  const options = detectorOptions(profile);
  const raised = runHalfspace(stream.train, stream.rows, {
    ...options,
    ...(allReasons ? { alertReasons: ALL_REASONS } : {}),
  });
  return raised.map(({ timestamp, service, alerts }) => ({ timestamp, service, reasons: alerts }));
}

const ALL_REASONS = 0x7f;
if (reasonsOf(ALL_REASONS).length !== DETECTED_REASONS.length) throw new Error('a reason is missing from ALL_REASONS');

export function measureStream(stream: Stream, alerts: readonly Alert[]): Measured {
  return measure(alerts, stream.incidents, stream);
}

export function summarise(trials: readonly Trial[]): Summary {
  const of = (pick: (measured: Measured) => number) => mean(trials.map(({ withIncidents }) => pick(withIncidents)));
  return {
    alerts: of((one) => one.alerts),
    episodes: of((one) => one.episodes),
    detected: of((one) => one.detected),
    significant: of((one) => one.significant),
    falseAlertsPerHour: of((one) => one.falseAlertsPerHour),
    falseEpisodesPerHour: of((one) => one.falseEpisodesPerHour),
    alertPrecision: of((one) => one.alertPrecision),
    episodePrecision: of((one) => one.episodePrecision),
    episodeF1: of((one) => one.episodeF1),
    medianDelayMs: of((one) => one.medianDelayMs),
    medianSilenceDelayMs: of((one) => one.medianSilenceDelayMs),
    cleanAlertsPerHour: mean(trials.map(({ clean }) => clean.falseAlertsPerHour)),
    cleanEpisodesPerHour: mean(trials.map(({ clean }) => clean.falseEpisodesPerHour)),
    outcomes: trials.flatMap(({ withIncidents }) => withIncidents.outcomes),
  };
}

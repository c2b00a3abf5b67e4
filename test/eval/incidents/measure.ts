import type { Reason } from '../../../src/domain/anomaly.ts';
import type { InjectedIncident, IncidentKind } from './injected-incident.ts';

/** An anomaly that was raised; of its reasons, those that raise one of their own. */
export interface Alert {
  timestamp: number;
  service: string;
  reasons: readonly Reason[];
}

/** What was measured, epoch milliseconds. */
export interface Span {
  startMs: number;
  endMs: number;
  services: readonly string[];
}

/** What is raised this long after an incident still tells of it. */
export const GRACE_MS = 60_000;
/** Alerts of a service that stand no further apart are one episode. */
export const EPISODE_GAP_MS = 300_000;
/** An incident counts as significantly detected when its number of alerts had a smaller chance without it. */
const SIGNIFICANCE = 0.01;

export interface IncidentOutcome {
  kind: IncidentKind;
  detected: boolean;
  significant: boolean;
  /** Milliseconds from its start to the first alert; undefined when there was none. */
  delayMs: number | undefined;
}

/** Rates are NaN where nothing was there to be counted. */
export interface Measured {
  alerts: number;
  episodes: number;
  detected: number;
  significant: number;
  falseAlertsPerHour: number;
  falseEpisodesPerHour: number;
  alertPrecision: number;
  episodePrecision: number;
  /** Of episode precision, and recall by significantly detected incidents. */
  episodeF1: number;
  /** Of the incidents detected; silence apart, which nothing but time can show. */
  medianDelayMs: number;
  medianSilenceDelayMs: number;
  outcomes: IncidentOutcome[];
}

/**
 * Alerts held against what was done to the stream. Everything is a service's own: an alert of another service detects
 * nothing. Time behind the rates "an hour" is that of the stream, all services together.
 */
export function measure(alerts: readonly Alert[], incidents: readonly InjectedIncident[], span: Span): Measured {
  const perService = span.services.map((service) => {
    const own = alerts.filter((alert) => alert.service === service).toSorted((a, b) => a.timestamp - b.timestamp);
    return measureService(
      own.map(({ timestamp }) => timestamp),
      incidents.filter((incident) => incident.service === service),
      span,
    );
  });
  const sum = (count: (one: ServiceMeasured) => number) => perService.reduce((total, one) => total + count(one), 0);
  const outcomes = perService.flatMap((one) => one.outcomes);
  const hours = (span.endMs - span.startMs) / 3_600_000;
  const episodes = sum((one) => one.episodes);
  const falseEpisodes = sum((one) => one.falseEpisodes);
  const falseAlerts = sum((one) => one.falseAlerts);
  const counted = sum((one) => one.alerts);
  const episodePrecision = (episodes - falseEpisodes) / episodes;
  const recall = outcomes.filter(({ significant }) => significant).length / outcomes.length;
  return {
    alerts: counted,
    episodes,
    detected: outcomes.filter(({ detected }) => detected).length / outcomes.length,
    significant: recall,
    falseAlertsPerHour: falseAlerts / hours,
    falseEpisodesPerHour: falseEpisodes / hours,
    alertPrecision: (counted - falseAlerts) / counted,
    episodePrecision,
    episodeF1: f1(episodePrecision, recall),
    medianDelayMs: medianDelay(outcomes.filter(({ kind }) => kind !== 'silence')),
    medianSilenceDelayMs: medianDelay(outcomes.filter(({ kind }) => kind === 'silence')),
    outcomes,
  };
}

interface ServiceMeasured {
  alerts: number;
  falseAlerts: number;
  episodes: number;
  falseEpisodes: number;
  outcomes: IncidentOutcome[];
}

function measureService(times: readonly number[], incidents: readonly InjectedIncident[], span: Span): ServiceMeasured {
  const windows = incidents.map(({ startMs, endMs }) => ({ startMs, endMs: Math.min(endMs + GRACE_MS, span.endMs) }));
  const within = (fromMs: number, toMs: number) =>
    windows.some(({ startMs, endMs }) => fromMs <= endMs && toMs >= startMs);
  const falseAlerts = times.filter((time) => !within(time, time)).length;
  const healthyMs = span.endMs - span.startMs - windows.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  const episodes = episodesOf(times);
  return {
    alerts: times.length,
    falseAlerts,
    episodes: episodes.length,
    falseEpisodes: episodes.filter(({ firstMs, lastMs }) => !within(firstMs, lastMs)).length,
    outcomes: incidents.map(({ kind, startMs }, index) => {
      const endMs = windows[index]?.endMs ?? startMs;
      const inside = times.filter((time) => time >= startMs && time <= endMs);
      const expected = (falseAlerts / healthyMs) * (endMs - startMs);
      return {
        kind,
        detected: inside.length > 0,
        significant: inside.length > 0 && poissonTail(inside.length, expected) < SIGNIFICANCE,
        delayMs: inside[0] === undefined ? undefined : inside[0] - startMs,
      };
    }),
  };
}

/** Stretches of alerts, each no further than {@link EPISODE_GAP_MS} from the next; `times` in order. */
export function episodesOf(times: readonly number[]): { firstMs: number; lastMs: number }[] {
  const episodes: { firstMs: number; lastMs: number }[] = [];
  for (const time of times) {
    const last = episodes.at(-1);
    if (last !== undefined && time - last.lastMs <= EPISODE_GAP_MS) last.lastMs = time;
    else episodes.push({ firstMs: time, lastMs: time });
  }
  return episodes;
}

/**
 * Chance of `count` or more where `expected` are expected. The rate is the plain estimate: a service without a single
 * false alert expects none, and one alert suffices.
 */
export function poissonTail(count: number, expected: number): number {
  if (count === 0) return 1;
  if (expected === 0) return 0;
  // Summed from the top, so that small chances do not drown in 1 minus nearly 1.
  let term = Math.exp(-expected + count * Math.log(expected) - logFactorial(count));
  let tail = 0;
  for (let k = count; term > tail * 1e-15 || k < expected; k++) {
    tail += term;
    term *= expected / (k + 1);
  }
  return Math.min(1, tail);
}

/** Of those that were detected, milliseconds. */
export function medianDelay(outcomes: readonly IncidentOutcome[]): number {
  return median(outcomes.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs])));
}

/** NaN of an empty list; the mean of the middle two of an even one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** NaN values are left out: a stream without alerts has no precision to average. */
export function mean(values: readonly number[]): number {
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function f1(precision: number, recall: number): number {
  if (Number.isNaN(recall)) return Number.NaN;
  // Without an episode nothing was right.
  return precision > 0 && recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
}

function logFactorial(n: number): number {
  let sum = 0;
  for (let k = 2; k <= n; k++) sum += Math.log(k);
  return sum;
}

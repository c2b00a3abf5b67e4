import { LEVELS } from '../../../src/domain/level.ts';
import type { LogRow } from '../../../src/domain/row.ts';
import { shared } from '../../shared.ts';
import { background, calmVoice, inOrder } from './background.ts';
import { EvalRandom } from './eval-random.ts';
import type { InjectedIncident } from './injected-incident.ts';
import { inject } from './inject.ts';
import { loghubVoices } from './loghub-voices.ts';
import { NovelPhrases } from './novel-phrases.ts';
import { planIncidents } from './plan-incidents.ts';
import { syntheticVoices } from './synthetic-voices.ts';

/** `loghub` says real lines of `../shared`; `synthetic` says lines written for this bench and can be had everywhere. */
export const STREAM_KINDS = ['loghub', 'synthetic'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

export const ARRIVALS = ['bursty', 'poisson'] as const;
export type Arrivals = (typeof ARRIVALS)[number];

export interface StreamOptions {
  kind: StreamKind;
  seed: number;
  /** Incidents of each of the eleven kinds; 0 for a clean stream. */
  perKind: number;
  /** Healthy time to learn from, and time that is measured. */
  trainMinutes: number;
  measuredMinutes: number;
  /** All rates, times this. */
  rateFactor: number;
  /** `poisson` is easier than life: every line comes by itself, at a rate that only follows the day. */
  arrivals: Arrivals;
}

export const STREAM_DEFAULTS: Omit<StreamOptions, 'kind' | 'seed'> = {
  perKind: 3,
  trainMinutes: 90,
  measuredMinutes: 300,
  rateFactor: 1,
  arrivals: 'bursty',
};

export interface Stream {
  kind: StreamKind;
  seed: number;
  services: string[];
  /** In order of time, all of them well. */
  train: LogRow[];
  /** In order of time. */
  rows: LogRow[];
  incidents: InjectedIncident[];
  /** Epoch milliseconds; the measured rows lie from `startMs` up to `endMs`. */
  startMs: number;
  endMs: number;
}

const TRAIN_START_MS = Date.UTC(2026, 0, 5, 6);

export function streamKinds(): StreamKind[] {
  return shared ? [...STREAM_KINDS] : ['synthetic'];
}

/** Nine services on a morning; the same options give the same bytes. */
export function buildStream(options: Partial<StreamOptions> & Pick<StreamOptions, 'kind' | 'seed'>): Stream {
  const { kind, seed, perKind, trainMinutes, measuredMinutes, rateFactor, arrivals } = {
    ...STREAM_DEFAULTS,
    ...options,
  };
  const bursty = arrivals === 'bursty';
  const novel = new NovelPhrases();
  const voices = (kind === 'loghub' ? loghubVoices(seed) : syntheticVoices(seed, novel)).map((voice) => ({
    ...(bursty ? voice : calmVoice(voice)),
    linesPerSecond: voice.linesPerSecond * rateFactor,
  }));
  const startMs = TRAIN_START_MS + trainMinutes * 60_000;
  const endMs = startMs + measuredMinutes * 60_000;
  const planned = planIncidents(voices, startMs, endMs, perKind, new EvalRandom(`plan ${kind} ${seed}`));
  const all = voices.flatMap((voice) => {
    const random = new EvalRandom(`background ${kind} ${seed} ${voice.service}`);
    const rows = background(voice, TRAIN_START_MS, endMs, random, bursty);
    return planned
      .filter(({ service }) => service === voice.service)
      .reduce((sofar, incident) => {
        const random = new EvalRandom(`incident ${kind} ${seed} ${voice.service} ${incident.startMs}`);
        return inject(sofar, incident, voice, novel, random);
      }, rows);
  });
  const rows = inOrder(all);
  const split = rows.findIndex(({ timestamp }) => timestamp >= startMs);
  return {
    kind,
    seed,
    services: voices.map(({ service }) => service),
    train: rows.slice(0, split),
    rows: rows.slice(split),
    incidents: planned,
    startMs,
    endMs,
  };
}

/** What one service's healthy rows are like. */
export interface BackgroundFacts {
  service: string;
  linesPerSecond: number;
  /** Variance of the lines a minute over their mean: 1 for Poisson arrivals. */
  dispersion: number;
  /** Shares of the lines. */
  warn: number;
  error: number;
  /** The most lines in one minute, over the mean. */
  peak: number;
}

export function backgroundFacts(rows: readonly LogRow[], services: readonly string[]): BackgroundFacts[] {
  const firstMinute = Math.floor((rows[0]?.timestamp ?? 0) / 60_000);
  const minutes = Math.floor((rows.at(-1)?.timestamp ?? 0) / 60_000) - firstMinute + 1;
  return services.map((service) => {
    const own = rows.filter((row) => row.service === service);
    const counts = Array.from({ length: minutes }, () => 0);
    for (const { timestamp } of own) {
      const minute = Math.floor(timestamp / 60_000) - firstMinute;
      counts[minute] = (counts[minute] ?? 0) + 1;
    }
    const mean = own.length / minutes;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (minutes - 1);
    const share = (least: number) => own.filter(({ level }) => LEVELS.indexOf(level) >= least).length / own.length;
    return {
      service,
      linesPerSecond: mean / 60,
      dispersion: variance / mean,
      warn: share(3) - share(4),
      error: share(4),
      peak: Math.max(...counts) / mean,
    };
  });
}

import type { LogRow } from '../../../src/domain/row.ts';
import type { EvalRandom } from './eval-random.ts';
import type { Line, Voice } from './voice.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The busiest hour of a day has about 1.8 times the lines of the quietest. */
const DAY_SWING = 0.3;
/** Minutes differ by more than chance, and remember: a log-normal AR(1) factor, deviation 0.35, half-life 2 minutes. */
const MINUTE_SIGMA = 0.35;
const MINUTE_MEMORY = 0.7;

/**
 * What a service says from `startMs` to `endMs` when it is well, in order of time. Requests arrive at a rate that follows the
 * day and a noisy factor a minute; each says a clump of lines within about a second; jobs by the clock come on top. The
 * count of lines a minute is over-dispersed many times beside Poisson arrivals, as real traffic is. Not `bursty`: no noise.
 */
export function background(voice: Voice, startMs: number, endMs: number, random: EvalRandom, bursty = true): LogRow[] {
  const rows: LogRow[] = [];
  const clumpsPerMinute = (voice.linesPerSecond * 60) / voice.clumpMean;
  let noise = random.normal();
  for (let minuteMs = startMs; minuteMs < endMs; minuteMs += MINUTE_MS) {
    noise = MINUTE_MEMORY * noise + Math.sqrt(1 - MINUTE_MEMORY ** 2) * random.normal();
    const factor = (bursty ? Math.exp(MINUTE_SIGMA * noise - MINUTE_SIGMA ** 2 / 2) : 1) * dayFactor(minuteMs);
    addClumps(rows, voice, random.poisson(clumpsPerMinute * factor), minuteMs, MINUTE_MS, random);
    addJob(rows, voice, minuteMs, random);
  }
  return inOrder(rows.filter(({ timestamp }) => timestamp < endMs));
}

/** The same voice when nothing it says comes together: one line a request, no jobs. */
export function calmVoice(voice: Voice): Voice {
  const { service, linesPerSecond, templates, heldOut } = voice;
  return {
    service,
    linesPerSecond,
    templates,
    heldOut,
    clumpMean: 1,
    clump: (random) => voice.clump(random).slice(0, 1),
  };
}

/** Requests at moments drawn evenly from a stretch of time. */
export function addClumps(
  rows: LogRow[],
  voice: Voice,
  count: number,
  fromMs: number,
  lengthMs: number,
  random: EvalRandom,
): void {
  for (let i = 0; i < count; i++) {
    let atMs = fromMs + random.next() * lengthMs;
    for (const line of voice.clump(random)) {
      rows.push(rowOf(voice.service, atMs, line));
      atMs += random.exponential(150);
    }
  }
}

export function rowOf(service: string, timestampMs: number, { message, level }: Line): LogRow {
  return { timestamp: Math.floor(timestampMs), service, level, message };
}

/** In order of time; rows of one millisecond keep theirs. */
export function inOrder(rows: readonly LogRow[]): LogRow[] {
  return rows.toSorted((a, b) => a.timestamp - b.timestamp);
}

function addJob(rows: LogRow[], { service, job }: Voice, minuteMs: number, random: EvalRandom): void {
  if (job === undefined || Math.floor(minuteMs / MINUTE_MS) % job.everyMinutes !== 0) return;
  let atMs = minuteMs + random.between(500, 4000);
  for (let left = random.poisson(job.lines); left > 0; left--) {
    rows.push(rowOf(service, atMs, { message: job.template.say(random), level: job.template.level }));
    atMs += random.exponential(120);
  }
}

/** Mean 1 over a day, highest at 15:00 UTC. */
function dayFactor(atMs: number): number {
  return 1 + DAY_SWING * Math.cos((2 * Math.PI * (atMs - 15 * 3_600_000)) / DAY_MS);
}

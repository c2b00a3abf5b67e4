import type { LogRow } from '../../../src/domain/row.ts';
import { addClumps, inOrder, rowOf } from './background.ts';
import type { EvalRandom } from './eval-random.ts';
import type { InjectedIncident } from './injected-incident.ts';
import type { NovelPhrases } from './novel-phrases.ts';
import type { Voice, VoiceTemplate } from './voice.ts';

/** One incident at work: the service's rows from `startMs` to `endMs`, which it answers changed, in any order. */
interface Scene {
  rows: LogRow[];
  voice: Voice;
  startMs: number;
  minutes: number;
  novel: NovelPhrases;
  random: EvalRandom;
}

/** The rows of a service with an incident in them, in order of time. */
export function inject(
  rows: readonly LogRow[],
  { kind, startMs, endMs }: InjectedIncident,
  voice: Voice,
  novel: NovelPhrases,
  random: EvalRandom,
): LogRow[] {
  const during = ({ timestamp }: LogRow) => timestamp >= startMs && timestamp < endMs;
  const scene = { rows: rows.filter(during), voice, startMs, minutes: (endMs - startMs) / 60_000, novel, random };
  // A request that begins just before the end says its last lines after it; they are part of the incident's grace.
  return inOrder([...rows.filter((row) => !during(row)), ...INCIDENTS[kind](scene)]);
}

/**
 * The sizes are those of an ordinary bad day, not of a catastrophe: some lines a minute, a small multiple of the rate, a
 * share of the lines.
 */
const INCIDENTS: Record<InjectedIncident['kind'], (scene: Scene) => LogRow[]> = {
  new_error_template: (scene) => {
    const template = newTemplate(scene, 'error');
    return [...scene.rows, ...spread(scene, scene.random.between(4, 15), () => template)];
  },
  new_info_template: (scene) => {
    const template = newTemplate(scene, 'info');
    return [...scene.rows, ...spread(scene, scene.random.between(4, 15), () => template)];
  },
  error_burst: (scene) => {
    const templates = scene.random.shuffled(errorsOf(scene.voice)).slice(0, 2);
    const perMinute = Math.max(scene.random.between(15, 50), scene.random.between(4, 8) * errorsPerMinute(scene.voice));
    return [...scene.rows, ...spread(scene, perMinute, () => scene.random.pick(templates))];
  },
  error_creep: (scene) => {
    const templates = scene.random.shuffled(errorsOf(scene.voice)).slice(0, 3);
    const atTheEnd = Math.max(scene.random.between(15, 40), scene.random.between(5, 9) * errorsPerMinute(scene.voice));
    // Each kept the more likely the later it comes: a straight rise from nothing.
    const all = spread(scene, atTheEnd, () => scene.random.pick(templates));
    const lengthMs = scene.minutes * 60_000;
    return [
      ...scene.rows,
      ...all.filter(({ timestamp }) => scene.random.chance((timestamp - scene.startMs) / lengthMs)),
    ];
  },
  rate_spike: (scene) => {
    const { rows, voice, startMs, minutes, random } = scene;
    if (random.chance(0.5)) {
      const extra = (random.between(5, 12) - 1) * voice.linesPerSecond * 60 * minutes;
      addClumps(rows, voice, random.poisson(extra / voice.clumpMean), startMs, minutes * 60_000, random);
      return rows;
    }
    const template = random.pick(common(voice));
    const usual = voice.linesPerSecond * 60 * shareOf(voice, template);
    return [...rows, ...spread(scene, Math.max(30, random.between(8, 20) * usual), () => template)];
  },
  rate_drop: ({ rows, random }) => {
    const left = random.between(0.05, 0.25);
    return rows.filter(() => random.chance(left));
  },
  silence: () => [],
  severity_shift: ({ rows, random }) => {
    const share = random.between(0.3, 0.7);
    const calm = rows.filter(({ level }) => level === 'info' || level === 'debug').length;
    // Where every other line is a warning on a usual day, only errors are worse.
    const level = random.chance(0.5) || calm < 0.6 * rows.length ? 'error' : 'warn';
    const milder = (row: LogRow) =>
      row.level === 'info' || row.level === 'debug' || (level === 'error' && row.level === 'warn');
    return rows.map((row) => (milder(row) && random.chance(share) ? { ...row, level } : row));
  },
  parameter_outlier: (scene) => {
    const { voice, random } = scene;
    const measured = voice.templates.filter(({ sayOutlier }) => sayOutlier !== undefined);
    const template = measured.toSorted((a, b) => b.weight - a.weight)[random.int(0, Math.min(2, measured.length - 1))];
    if (template === undefined) return scene.rows;
    const factor = random.between(30, 80);
    const strange = { ...template, say: (random: EvalRandom) => template.sayOutlier?.(random, factor) ?? '' };
    return [...scene.rows, ...spread(scene, random.between(4, 12), () => strange)];
  },
  mix_shift: ({ rows, voice, random }) => {
    // What is usually said now and then becomes most of what is said; the number of lines stays.
    const total = voice.templates.reduce((sum, { weight }) => sum + weight, 0);
    const minor = voice.templates.filter(
      ({ weight, level }) => weight > 0.004 * total && weight < 0.15 * total && (level === 'info' || level === 'debug'),
    );
    const chosen = random.shuffled(minor.length > 0 ? minor : voice.templates).slice(0, 2);
    const share = random.between(0.5, 0.8);
    return rows.map((row) => {
      if (!random.chance(share)) return row;
      const template = random.pick(chosen);
      return { ...row, level: template.level, message: template.say(random) };
    });
  },
  deploy: (scene) => {
    const { rows, voice, startMs, minutes, novel, random } = scene;
    const templates = Array.from({ length: random.int(6, 15) }, (_, index) =>
      novel.make(index === 3 ? 'warn' : 'info', 1, random),
    );
    // The service restarts: nothing for some seconds, then the new version's own lines among the old ones.
    const backMs = startMs + random.between(3000, 15_000);
    const perMinute = Math.max(12, voice.linesPerSecond * 60 * random.between(0.3, 0.6));
    const said = spread(scene, perMinute, () => random.pick(templates));
    return [...rows, ...said].filter(({ timestamp }) => timestamp >= backMs && timestamp < startMs + minutes * 60_000);
  },
};

/** A kind of line that the service has never said: its own, held out, or one from the grammar. */
function newTemplate({ voice, novel, random }: Scene, level: 'error' | 'info'): VoiceTemplate {
  if (voice.heldOut.length > 0 && random.chance(0.5)) return { ...random.pick(voice.heldOut), level };
  return novel.make(level, 1, random);
}

/** Lines at moments drawn evenly over the incident. */
function spread({ voice, startMs, minutes, random }: Scene, perMinute: number, choose: () => VoiceTemplate): LogRow[] {
  return Array.from({ length: Math.max(3, random.poisson(perMinute * minutes)) }, () => {
    const template = choose();
    const atMs = startMs + random.next() * minutes * 60_000;
    return rowOf(voice.service, atMs, { level: template.level, message: template.say(random) });
  });
}

function errorsOf(voice: Voice): VoiceTemplate[] {
  return voice.templates.filter(({ level }) => level === 'error' || level === 'fatal');
}

function errorsPerMinute(voice: Voice): number {
  return 60 * voice.linesPerSecond * errorsOf(voice).reduce((sum, template) => sum + shareOf(voice, template), 0);
}

function common(voice: Voice): VoiceTemplate[] {
  return voice.templates.toSorted((a, b) => b.weight - a.weight).slice(0, 4);
}

function shareOf(voice: Voice, template: VoiceTemplate): number {
  return template.weight / voice.templates.reduce((sum, { weight }) => sum + weight, 0);
}

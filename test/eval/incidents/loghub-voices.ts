import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { LEVELS, WARN, levelOfText } from '../../../src/domain/level.ts';
import type { Level } from '../../../src/domain/level.ts';
import { sharedPath } from '../../shared.ts';
import { EvalRandom } from './eval-random.ts';
import { LineShape } from './line-shape.ts';
import type { Line, Voice, VoiceTemplate } from './voice.ts';

/** Nine services out of seven data sets, 4.6 lines/s together; clumps are runs of neighbouring lines of the file. */
const SERVICES: {
  service: string;
  set: string;
  linesPerSecond: number;
  clumpMean: number;
  /** A job that often, in minutes. */
  job?: number;
  /** Share of the file's WARN and ERROR lines that it says: some files are of a bad day. */
  trouble?: number;
}[] = [
  { service: 'hdfs', set: 'HDFS', linesPerSecond: 0.9, clumpMean: 2.5, job: 10 },
  { service: 'hadoop', set: 'Hadoop', linesPerSecond: 0.8, clumpMean: 3 },
  { service: 'openssh', set: 'OpenSSH', linesPerSecond: 0.6, clumpMean: 3 },
  { service: 'apache', set: 'Apache', linesPerSecond: 0.5, clumpMean: 2 },
  { service: 'linux', set: 'Linux', linesPerSecond: 0.45, clumpMean: 2, job: 15 },
  { service: 'zookeeper', set: 'Zookeeper', linesPerSecond: 0.4, clumpMean: 2 },
  { service: 'bgl', set: 'BGL', linesPerSecond: 0.35, clumpMean: 2.5, trouble: 0.15 },
  { service: 'hdfs-archive', set: 'HDFS', linesPerSecond: 0.35, clumpMean: 4, job: 5 },
  { service: 'hadoop-batch', set: 'Hadoop', linesPerSecond: 0.25, clumpMean: 3, job: 30, trouble: 0.1 },
];

/** At most so many lines of the file make a template one that may be held out of the background. */
const RARE_LINES_MAX = 20;
const HELD_OUT_MAX = 8;

interface FileLine {
  shape: LineShape;
  level: Level;
  event: string;
}

/** Real lines, each at its own level and with its variables drawn anew; `seed` says which rare templates are held out. */
export function loghubVoices(seed: number): Voice[] {
  return SERVICES.map(({ service, set, linesPerSecond, clumpMean, job, trouble = 1 }) => {
    const random = new EvalRandom(`held out ${seed} ${service}`);
    const lines = fileLines(set).filter(({ level }) => LEVELS.indexOf(level) < WARN || random.chance(trouble));
    const byEvent = Map.groupBy(lines, ({ event }) => event);
    const rare = [...byEvent.keys()].filter((event) => (byEvent.get(event)?.length ?? 0) <= RARE_LINES_MAX);
    const heldOut = new Set(random.shuffled(rare).slice(0, Math.min(HELD_OUT_MAX, Math.floor(rare.length / 5))));
    const usual = lines.filter(({ event }) => !heldOut.has(event));
    const templates = [...byEvent].map(([event, group]) => ({ event, template: templateOf(group) }));
    const common = templates.toSorted((a, b) => b.template.weight - a.template.weight)[1]?.template;
    return {
      service,
      linesPerSecond,
      clumpMean,
      templates: templates.filter(({ event }) => !heldOut.has(event)).map(({ template }) => template),
      heldOut: templates.filter(({ event }) => heldOut.has(event)).map(({ template }) => template),
      clump: (random) => neighbours(usual, clumpMean, random),
      ...(job === undefined || common === undefined
        ? {}
        : { job: { everyMinutes: job, lines: 10 + job, template: common } }),
    };
  });
}

/** Lines that stand together in the file belong together: a session, a retry, a start-up. */
function neighbours(lines: readonly FileLine[], mean: number, random: EvalRandom): Line[] {
  const start = random.int(0, lines.length - 1);
  return lines
    .slice(start, start + random.geometric(mean))
    .map(({ shape, level }) => ({ message: shape.say(random), level }));
}

function templateOf(group: readonly FileLine[]): VoiceTemplate {
  const shapes = group.map(({ shape }) => shape);
  const position = LineShape.measuredPosition(shapes);
  return {
    level: group[0]?.level ?? 'info',
    weight: group.length,
    say: (random) => random.pick(shapes).say(random),
    sayOutlier: position < 0 ? undefined : (random, factor) => random.pick(shapes).sayScaled(random, position, factor),
  };
}

const known = new Map<string, FileLine[]>();

function fileLines(set: string): FileLine[] {
  let lines = known.get(set);
  if (lines !== undefined) return lines;
  const rows: Record<string, string>[] = parse(readFileSync(sharedPath(`data/loghub/${set}.csv`)), { columns: true });
  lines = rows.map((row) => {
    const content = row['Content'] ?? '';
    // Two of the sets carry no level. A refused log-in is an ordinary line of theirs, not a warning.
    const level = levelOfText(row['Level'] ?? '') ?? (/error|abnormal|break-in/i.test(content) ? 3 : 2);
    const event = row['EventId'] ?? '';
    return { shape: new LineShape(content, row['EventTemplate'] ?? ''), level: LEVELS[level], event };
  });
  for (const group of Map.groupBy(lines, ({ event }) => event).values()) {
    LineShape.markVariables(group.map(({ shape }) => shape));
  }
  known.set(set, lines);
  return lines;
}

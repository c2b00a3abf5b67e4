import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { MINER_PROFILES } from '../../src/domain/profile.ts';
import type { MinerProfile } from '../../src/domain/profile.ts';
import { createMiner } from '../../src/mine/create-miner.ts';
import type { MinedTemplate } from '../../src/mine/template-miner.ts';
import { sharedPath } from '../shared.ts';
import { correctTemplate } from './templates-correction.ts';

/** How well templates agree with the truth, each 0 to 1, as LogHub-2.0 defines them. */
export interface TemplateAccuracy {
  set: string;
  profile: MinerProfile;
  /** Share of lines whose group holds exactly the lines of one true template. */
  ga: number;
  /** F1 over such groups. */
  fga: number;
  /** Share of lines whose template's text is right, by the correction rules. */
  pa: number;
  /** F1 over groups that are right and have the right text. */
  fta: number;
}

export interface LabelledLines {
  contents: string[];
  events: string[];
  templates: string[];
}

const AVERAGE = 'average';

/** Each set of `../shared/data/loghub` with each profile, and their averages behind them. */
export function templateAccuracies(): TemplateAccuracy[] {
  const sets = readdirSync(sharedPath('data/loghub')).filter((name) => name.endsWith('.csv'));
  return MINER_PROFILES.flatMap((profile) => {
    const rows = sets.map((file) => accuracyOf(file.slice(0, -4), profile, labelledLines(file)));
    return [...rows, averageOf(rows, profile)];
  });
}

function averageOf(rows: readonly TemplateAccuracy[], profile: MinerProfile): TemplateAccuracy {
  const mean = (figure: (row: TemplateAccuracy) => number): number =>
    rows.reduce((sum, row) => sum + figure(row), 0) / rows.length;
  return {
    set: AVERAGE,
    profile,
    ga: mean((r) => r.ga),
    fga: mean((r) => r.fga),
    pa: mean((r) => r.pa),
    fta: mean((r) => r.fta),
  };
}

function labelledLines(file: string): LabelledLines {
  const csv = readFileSync(sharedPath(`data/loghub/${file}`));
  const rows: { Content: string; EventId: string; EventTemplate: string }[] = parse(csv, { columns: true, bom: true });
  return {
    contents: rows.map((row) => row.Content),
    events: rows.map((row) => row.EventId),
    templates: rows.map((row) => row.EventTemplate),
  };
}

export function accuracyOf(set: string, profile: MinerProfile, truth: LabelledLines): TemplateAccuracy {
  const mined = minedTemplates(truth.contents, profile);
  const predicted = membersOf(mined.map((template) => String(template.id)));
  const actual = membersOf(truth.events);
  let rightGroups = 0;
  let rightLines = 0;
  let rightTexts = 0;
  let rightTemplates = 0;
  for (const lines of predicted.values()) {
    const first = lines[0]!;
    const isText = lines.map((line) => isSameText(mined[line]!.text, truth.templates[line]!));
    rightTexts += isText.filter(Boolean).length;
    const same = lines.every((line) => truth.events[line] === truth.events[first]);
    if (same && isText.every(Boolean)) rightTemplates++;
    if (!same || actual.get(truth.events[first]!)!.length !== lines.length) continue;
    rightGroups++;
    rightLines += lines.length;
  }
  const count = truth.contents.length;
  const f1 = (right: number): number => (2 * right) / (predicted.size + actual.size);
  return {
    set,
    profile,
    ga: rightLines / count,
    fga: f1(rightGroups),
    pa: rightTexts / count,
    fta: f1(rightTemplates),
  };
}

/** The template of each line once all lines have been mined: that which absorbed its first, where one did. */
function minedTemplates(contents: readonly string[], profile: MinerProfile): MinedTemplate[] {
  const miner = createMiner({ profile, simTh: 0.4, maxTemplates: 2000 });
  const absorbedBy = new Map<MinedTemplate, MinedTemplate>();
  const encoder = new TextEncoder();
  const mined = contents.map((content) => {
    const bytes = encoder.encode(content);
    const template = miner.mine(bytes, 0, bytes.length);
    for (const part of miner.absorbed) absorbedBy.set(part, template);
    return template;
  });
  return mined.map((template) => {
    let survivor = template;
    for (let next = absorbedBy.get(survivor); next !== undefined; next = absorbedBy.get(survivor)) survivor = next;
    return survivor;
  });
}

/** Either as the 2k sets write variables that stand side by side, or as LogHub-2.0 does. */
function isSameText(text: string, truth: string): boolean {
  return correctTemplate(text, true) === correctTemplate(truth, true);
}

function membersOf(groups: readonly string[]): Map<string, number[]> {
  const members = new Map<string, number[]>();
  groups.forEach((group, line) => {
    const lines = members.get(group);
    if (lines === undefined) members.set(group, [line]);
    else lines.push(line);
  });
  return members;
}

/** For people: a line a set, the profiles side by side. */
export function templateTables(): string {
  const rows = templateAccuracies();
  const sets = [...new Set(rows.map((row) => row.set))];
  const head = ['set'.padEnd(12), ...MINER_PROFILES.map((profile) => profile.padEnd(27))].join('  ');
  const figures = ['GA', 'FGA', 'PA', 'FTA'].map((name) => name.padStart(6)).join(' ');
  const lines = sets.map((set) => {
    const cells = MINER_PROFILES.map((profile) => {
      const row = rows.find((each) => each.set === set && each.profile === profile)!;
      return [row.ga, row.fga, row.pa, row.fta].map((figure) => figure.toFixed(3).padStart(6)).join(' ');
    });
    return [set.padEnd(12), ...cells].join('  ');
  });
  return [head, [''.padEnd(12), ...MINER_PROFILES.map(() => figures)].join('  '), ...lines].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(templateTables());

import { ERROR, WARN } from '../domain/level.ts';
import type { DetectorProfile } from '../domain/profile.ts';
import { flagIsolated, scoreAmongUsual } from './flag-isolated.ts';
import { flagOutliers, POINTS_MIN } from './flag-outliers.ts';
import type { Outliers } from './flag-outliers.ts';
import { templateFeatures } from './template-features.ts';
import type { TemplateGroup } from './template-group.ts';
import { isUnusual, scaleToService } from './usual-templates.ts';

export interface Judgement {
  isAnomaly: boolean;
  /** 0 to 1, high is anomalous. */
  avgScore: number;
  /** Mean path length, rounded. */
  isolationDepth: number;
}

export interface JudgeOptions {
  profile: DetectorProfile;
  /** Largest share of anomalous templates, 0 to 0.5. */
  contamination: number;
  /** Of the groups' `times`. */
  bucketWidthMs: number;
  /** Called every few milliseconds; what it throws ends the work. */
  tick: () => void;
}

const UNJUDGED: Judgement = { isAnomaly: false, avgScore: 0, isolationDepth: 0 };

/** Answers in the order of `canonical`, which holds a service's groups side by side. */
export function judgeTemplates(canonical: readonly TemplateGroup[], options: JudgeOptions): Judgement[] {
  // Over all services, before they are looked at one by one.
  const servicesOf = countServices(canonical);
  const services = byService(canonical);
  if (options.profile === 'default') return judgeByIsolation(services, servicesOf, options);
  return services.flatMap((own) => judgeAsReference(own, servicesOf, options));
}

/**
 * A forest for each service that has anything unusual. Where nothing is, nothing can be flagged, and one forest gives
 * all such services their scores: there may be thousands.
 */
function judgeByIsolation(
  services: readonly TemplateGroup[][],
  servicesOf: ReadonlyMap<string, Set<string>>,
  { contamination, bucketWidthMs, tick }: JudgeOptions,
): Judgement[] {
  const judged = new Map<TemplateGroup, Judgement>();
  const quiet: TemplateGroup[] = [];
  const quietTables: Float64Array[] = [];
  for (const own of services) {
    tick();
    // The overflow is many templates in one: its rows are the service's, but it is like none of them.
    const templates = own.filter(({ isOverflow }) => !isOverflow);
    if (templates.length < POINTS_MIN) continue;
    const shares = templates.map(({ identity }) => servicesOf.get(identity)!.size / services.length);
    const table = templateFeatures(templates, own, shares, bucketWidthMs);
    scaleToService(table);
    if (templates.some((_, point) => isUnusual(table, point))) {
      const outliers = judgements(flagIsolated(table, contamination, tick));
      templates.forEach((template, i) => judged.set(template, outliers[i]!));
    } else {
      for (const template of templates) quiet.push(template);
      quietTables.push(table);
    }
  }
  const { scores, pathLengths } = scoreAmongUsual(joined(quietTables), 0, tick);
  const usual = judgements({ flagged: new Uint8Array(quiet.length), scores, pathLengths });
  quiet.forEach((template, i) => judged.set(template, usual[i]!));
  return services.flatMap((own) => own.map((group) => judged.get(group) ?? UNJUDGED));
}

/** The published pipeline: one forest a service, raw counts, and a fixed share of the templates anomalous. */
function judgeAsReference(
  own: readonly TemplateGroup[],
  servicesOf: ReadonlyMap<string, Set<string>>,
  { contamination, tick }: JudgeOptions,
): Judgement[] {
  const table = own.flatMap(({ logCount, levelCounts, tokenCount, identity }) => {
    const errors = levelCounts.subarray(ERROR).reduce((sum, count) => sum + count, 0);
    return [logCount, errors / logCount, levelCounts[WARN]! / logCount, servicesOf.get(identity)!.size, tokenCount];
  });
  return judgements(flagOutliers(Float64Array.from(table), 5, contamination, tick));
}

function judgements({ flagged, scores, pathLengths }: Outliers): Judgement[] {
  return Array.from(flagged, (flag, i) => ({
    isAnomaly: flag === 1,
    avgScore: scores[i]!,
    isolationDepth: Math.round(pathLengths[i]!),
  }));
}

function countServices(groups: readonly TemplateGroup[]): Map<string, Set<string>> {
  const services = new Map<string, Set<string>>();
  for (const { identity, service } of groups) {
    const known = services.get(identity);
    if (known) known.add(service);
    else services.set(identity, new Set([service]));
  }
  return services;
}

function byService(canonical: readonly TemplateGroup[]): TemplateGroup[][] {
  const services: TemplateGroup[][] = [];
  for (const group of canonical) {
    const last = services.at(-1);
    if (last?.[0]!.service === group.service) last.push(group);
    else services.push([group]);
  }
  return services;
}

function joined(tables: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(tables.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const table of tables) {
    all.set(table, at);
    at += table.length;
  }
  return all;
}

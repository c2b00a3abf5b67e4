import { ERROR, WARN } from '../domain/level.ts';
import type { DetectorProfile } from '../domain/profile.ts';
import { flagIsolated } from './flag-isolated.ts';
import { flagOutliers } from './flag-outliers.ts';
import type { Outliers } from './flag-outliers.ts';
import { templateFeatures } from './template-features.ts';
import type { TemplateGroup } from './template-group.ts';

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

/** One Isolation Forest a service. `canonical` holds a service's groups side by side; answers in its order. */
export function judgeTemplates(canonical: readonly TemplateGroup[], options: JudgeOptions): Judgement[] {
  // Over all services, before they are looked at one by one.
  const servicesOf = countServices(canonical);
  const services = new Set(canonical.map(({ service }) => service)).size;
  const result: Judgement[] = [];
  for (let start = 0, end = 0; start < canonical.length; start = end) {
    while (end < canonical.length && canonical[end]!.service === canonical[start]!.service) end++;
    const own = canonical.slice(start, end);
    const judged =
      options.profile === 'reference'
        ? judgeAsReference(own, servicesOf, options)
        : judgeByIsolation(own, servicesOf, services, options);
    for (const judgement of judged) result.push(judgement);
  }
  return result;
}

function judgeByIsolation(
  own: readonly TemplateGroup[],
  servicesOf: ReadonlyMap<string, Set<string>>,
  services: number,
  { contamination, bucketWidthMs, tick }: JudgeOptions,
): Judgement[] {
  // The overflow is many templates in one: its rows are the service's, but it is like none of them.
  const templates = own.filter(({ isOverflow }) => !isOverflow);
  const shares = templates.map(({ identity }) => servicesOf.get(identity)!.size / services);
  const table = templateFeatures(templates, own, shares, bucketWidthMs);
  const judged = judgements(flagIsolated(table, contamination, tick));
  let next = 0;
  return own.map(({ isOverflow }) => (isOverflow ? UNJUDGED : judged[next++]!));
}

/** The published pipeline: raw counts, and a fixed share of the templates anomalous. */
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

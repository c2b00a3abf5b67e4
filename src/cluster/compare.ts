import { OVERFLOW_TEMPLATE } from '../domain/cluster.ts';
import type { Cluster } from '../domain/cluster.ts';
import { CHANGES } from '../domain/comparison.ts';
import type { Change, ComparedTemplate, Comparison } from '../domain/comparison.ts';
import { LEVELS } from '../domain/level.ts';
import { layOut } from './layout.ts';
import { matchTemplates } from './match-templates.ts';
import type { TemplatePair } from './match-templates.ts';
import { adjustedByFdr, equalRatesP } from './rate-test.ts';

/** A rate is told as changed from so much on, however sure it is: at this ratio, or at one over it. */
const RATIO_MIN = 1.5;
/** Share of the changes told that may be chance. */
const FDR = 0.05;
/** Templates that say how much counts scatter need so many lines, and there have to be so many of them. */
const SCATTER_LINES_MIN = 20;
const SCATTER_TEMPLATES_MIN = 8;
/** Of chi squared with one degree of freedom. */
const CHI_SQUARED_MEDIAN = 0.4549364;

export interface ComparedWindow {
  clusters: readonly Cluster[];
  /** Length of the window in minutes, above 0. */
  minutes: number;
}

/**
 * What has changed from window `a` to window `b`. `new` and `gone` are in one alone; `more` and `fewer` are rates that
 * differ by {@link RATIO_MIN} and more where the exact test of two Poisson rates says that it is no chance, at a false
 * discovery rate of 5 % over all templates. Counts of logs scatter more than Poisson's: by how much is read off each
 * template's own bursts and off the scatter of all templates around their common ratio, and the test is as much more
 * careful.
 *
 * The same clusters in any order give the same answer.
 */
export function compareWindows(a: ComparedWindow, b: ComparedWindow, tick: () => void = () => {}): Comparison {
  const pairs = matchTemplates(a.clusters, b.clusters, tick).map(summed).toSorted(byServiceThenTemplate);
  tick();
  const common = commonDispersion(pairs);
  const pValues = pairs.map((pair) =>
    isOverflow(pair)
      ? 1
      : equalRatesP(pair.a.count, pair.b.count, a.minutes, b.minutes, Math.max(common, ownDispersion(pair))),
  );
  const adjusted = adjustedByFdr(pValues);
  const places = layOut(
    pairs.map(({ shown }) => shown.template),
    tick,
  );
  const templates = pairs.map((pair, i): ComparedTemplate => {
    const { shown } = pair;
    const rates = { a: pair.a.count / a.minutes, b: pair.b.count / b.minutes };
    const ratio = pair.a.count === 0 ? null : rates.b / rates.a;
    return {
      fingerprint: shown.fingerprint,
      service: shown.service,
      template: shown.template,
      change: changeOf(pair, ratio, adjusted[i]!),
      count_a: pair.a.count,
      count_b: pair.b.count,
      rate_a: rates.a,
      rate_b: rates.b,
      ratio,
      p_value: adjusted[i]!,
      levels_a: pair.a.levels,
      levels_b: pair.b.levels,
      is_anomaly_a: pair.a.isAnomaly,
      is_anomaly_b: pair.b.isAnomaly,
      ...places[i]!,
    };
  });
  return { counts: countChanges(templates), templates: templates.toSorted(byChange) };
}

interface Side {
  count: number;
  levels: Cluster['levels'];
  isAnomaly: boolean;
  dispersion: number;
}

interface SummedPair {
  a: Side;
  b: Side;
  /** Gives the template its name and text. */
  shown: Cluster;
}

function summed({ a, b }: TemplatePair): SummedPair {
  return { a: sideOf(a), b: sideOf(b), shown: mostGeneral([...b, ...a]) };
}

function sideOf(clusters: readonly Cluster[]): Side {
  const levels: Cluster['levels'] = {};
  for (const level of LEVELS) {
    const count = clusters.reduce((sum, cluster) => sum + (cluster.levels[level] ?? 0), 0);
    if (count > 0) levels[level] = count;
  }
  return {
    count: clusters.reduce((sum, { logCount }) => sum + logCount, 0),
    levels,
    isAnomaly: clusters.some(({ isAnomaly }) => isAnomaly),
    dispersion: clusters.reduce((most, { dispersion = 1 }) => Math.max(most, dispersion), 1),
  };
}

/** The one with the most wildcards, as it stands for the others; of equals the first, which is the later window's. */
function mostGeneral(clusters: readonly Cluster[]): Cluster {
  const wildcardsOf = ({ template }: Cluster) => template.split('<*>').length;
  return clusters.reduce((best, next) => (wildcardsOf(next) > wildcardsOf(best) ? next : best));
}

/** It counts what had no place of its own, which may be other templates in either window. */
function isOverflow({ shown }: SummedPair): boolean {
  return shown.template === OVERFLOW_TEMPLATE;
}

/**
 * Variance over Poisson's, at least 1: the median of the templates' squared residuals around the ratio that they have in
 * common, over what it would be by chance. The median, as templates that did change must not hide themselves.
 */
function commonDispersion(pairs: readonly SummedPair[]): number {
  const common = pairs.filter(({ a, b }) => a.count > 0 && b.count > 0 && a.count + b.count >= SCATTER_LINES_MIN);
  if (common.length < SCATTER_TEMPLATES_MIN) return 1;
  const share = median(common.map(({ a, b }) => b.count / (a.count + b.count)));
  const residuals = common.map(({ a, b }) => {
    const lines = a.count + b.count;
    return (b.count - lines * share) ** 2 / (lines * share * (1 - share));
  });
  return Math.max(1, median(residuals) / CHI_SQUARED_MEDIAN);
}

/** Of both windows, each by its lines: one burst in one of them says little of how often the template comes. */
function ownDispersion({ a, b }: SummedPair): number {
  return (a.count * a.dispersion + b.count * b.dispersion) / (a.count + b.count);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function changeOf(pair: SummedPair, ratio: number | null, pValue: number): Change {
  if (isOverflow(pair)) return 'same';
  if (ratio === null) return 'new';
  if (pair.b.count === 0) return 'gone';
  if (pValue > FDR) return 'same';
  if (ratio >= RATIO_MIN) return 'more';
  return ratio <= 1 / RATIO_MIN ? 'fewer' : 'same';
}

function countChanges(templates: readonly ComparedTemplate[]): Comparison['counts'] {
  const counts = { new: 0, gone: 0, more: 0, fewer: 0, same: 0 };
  for (const { change } of templates) counts[change]++;
  return counts;
}

/** What is new first; then the surest, then the busiest. */
function byChange(one: ComparedTemplate, other: ComparedTemplate): number {
  return (
    CHANGES.indexOf(one.change) - CHANGES.indexOf(other.change) ||
    one.p_value - other.p_value ||
    Math.max(other.count_a, other.count_b) - Math.max(one.count_a, one.count_b)
  );
}

function byServiceThenTemplate({ shown: one }: SummedPair, { shown: other }: SummedPair): number {
  return (
    byText(one.service, other.service) ||
    byText(one.template, other.template) ||
    byText(one.fingerprint, other.fingerprint)
  );
}

/** By UTF-16 units: locales differ between machines. */
function byText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

import type { Outliers } from './flag-outliers.ts';
import { scoreForest } from './isolation-forest.ts';
import type { IsolationScores } from './isolation-forest.ts';
import { FEATURES } from './template-features.ts';
import { isUnusual, USUAL_MAX, USUAL_TEMPLATES, usualTemplates } from './usual-templates.ts';

/** Share of the usual templates that a real one has to outdo. */
const OUTDONE = 0.98;

/**
 * The templates of one service that are isolated; `table` has a scaled row of `templateFeatures` each. A forest is
 * grown over 128 usual templates and the service's own, and those are flagged that lie beyond the usual by some feature
 * and isolate sooner than all but 2 % of the usual ones do. So a healthy service flags none; with few templates the
 * usual ones are nearly all there is to compare with, with many they are the service's own. At most the share
 * `contamination` is flagged, but one where any is allowed. Scores are the forest's, so that two services compare.
 */
export function flagIsolated(table: Float64Array, contamination: number, tick: () => void): Outliers {
  const points = table.length / FEATURES;
  const { order, fitted } = fittedFirst(table, points);
  const sorted = new Float64Array(table.length);
  order.forEach((point, i) => {
    sorted.set(table.subarray(point * FEATURES, (point + 1) * FEATURES), i * FEATURES);
  });
  const forest = scoreAmongUsual(sorted, fitted, tick);
  const scores = new Float64Array(points);
  const pathLengths = new Float64Array(points);
  order.forEach((point, i) => {
    scores[point] = forest.scores[i]!;
    pathLengths[point] = forest.pathLengths[i]!;
  });
  const flaggedMax = contamination > 0 ? Math.max(1, Math.floor(contamination * points)) : 0;
  const isolated = order.filter((point) => scores[point]! > forest.threshold && isUnusual(table, point));
  const flagged = new Uint8Array(points);
  const soonest = isolated.toSorted((a, b) => scores[b]! - scores[a]! || a - b).slice(0, flaggedMax);
  for (const point of soonest) flagged[point] = 1;
  return { flagged, scores, pathLengths };
}

/**
 * Scores of the points in a forest grown over usual templates and the first `fitted` of `table`; `threshold` is what
 * 2 % of the usual ones reach.
 */
export function scoreAmongUsual(
  table: Float64Array,
  fitted: number,
  tick: () => void,
): IsolationScores & { threshold: number } {
  const usual = usualTemplates(table);
  const all = new Float64Array(usual.length + table.length);
  all.set(usual);
  all.set(table, usual.length);
  const { scores, pathLengths } = scoreForest(all, FEATURES, tick, USUAL_TEMPLATES + fitted);
  const ofUsual = scores.slice(0, USUAL_TEMPLATES).toSorted();
  return {
    scores: scores.slice(USUAL_TEMPLATES),
    pathLengths: pathLengths.slice(USUAL_TEMPLATES),
    threshold: ofUsual[Math.floor((USUAL_TEMPLATES - 1) * OUTDONE)]!,
  };
}

/**
 * The points, those to fit first: all that are usual, and of the others only the farthest by each feature. Many
 * unusual ones would be usual to one another, and none of them isolated.
 */
function fittedFirst(table: Float64Array, points: number): { order: number[]; fitted: number } {
  const farthest = new Set(USUAL_MAX.map(([feature]) => farthestBy(table, points, feature)));
  const order: number[] = [];
  const unfitted: number[] = [];
  for (let point = 0; point < points; point++) {
    (farthest.has(point) || !isUnusual(table, point) ? order : unfitted).push(point);
  }
  const fitted = order.length;
  for (const point of unfitted) order.push(point);
  return { order, fitted };
}

function farthestBy(table: Float64Array, points: number, feature: number): number {
  let farthest = 0;
  for (let point = 1; point < points; point++) {
    if (table[point * FEATURES + feature]! > table[farthest * FEATURES + feature]!) farthest = point;
  }
  return farthest;
}

import { scoreForest } from './isolation-forest.ts';

export interface Outliers {
  /** 1 where a point is anomalous. */
  flagged: Uint8Array;
  /** 0 to 1, high is anomalous. */
  scores: Float64Array;
  /** Mean path lengths. */
  pathLengths: Float64Array;
}

/** Below this, no point can be told from the others. */
export const POINTS_MIN = 3;

/**
 * The points of `table` (rows of `features` numbers) that isolate soonest: those whose score lies beyond the percentile
 * of min(`contamination`, max(0.05, 1 / n)), as scikit-learn's `predict` has it. Fewer than three: none. Scores are
 * scaled to [0, 1] over these points; all 0 where they do not differ.
 *
 * @param tick called every few milliseconds; what it throws ends the work.
 */
export function flagOutliers(table: Float64Array, features: number, contamination: number, tick: () => void): Outliers {
  const points = table.length / features;
  if (points < POINTS_MIN) return unjudged(points);
  const { scores, pathLengths } = scoreForest(table, features, tick);
  const share = Math.min(contamination, Math.max(0.05, 1 / points));
  // On negated scores, so that rounding falls on the side where scikit-learn has it.
  const negated = scores.map((score) => -score);
  const offset = percentile(negated, share);
  return {
    flagged: Uint8Array.from(negated, (score) => (score < offset ? 1 : 0)),
    scores: scaledToUnit(scores),
    pathLengths,
  };
}

/** Nothing flagged, nothing scored. */
function unjudged(points: number): Outliers {
  return {
    flagged: new Uint8Array(points),
    scores: new Float64Array(points),
    pathLengths: new Float64Array(points),
  };
}

/** Linear between the two nearest ranks, as NumPy's default. */
export function percentile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  const position = share * (sorted.length - 1);
  const low = sorted[Math.floor(position)]!;
  const high = sorted[Math.ceil(position)]!;
  return low + (high - low) * (position - Math.floor(position));
}

function scaledToUnit(values: Float64Array): Float64Array {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return high > low ? values.map((value) => (value - low) / (high - low)) : new Float64Array(values.length);
}

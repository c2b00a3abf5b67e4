import type { Outliers } from './flag-outliers.ts';
import { POINTS_MIN, unjudged } from './flag-outliers.ts';
import { scoreForest } from './isolation-forest.ts';
import { BURST, FEATURES, NEWNESS, RARE_GRAVITY } from './template-features.ts';
import { Xoshiro } from './xoshiro.ts';

/** Made-up templates, all usual, that stand among the real ones. */
const USUAL_TEMPLATES = 128;
const SEED = 42;
/** Share of the made-up ones that a real one has to outdo. */
const OUTDONE = 0.98;

/** How far the features of usual templates reach: what a draw from the service's rows gives by chance. */
const USUAL_BURST_MAX = 0.9;
const USUAL_NEWNESS_MAX = 0.9;
/** Usual templates with warnings or errors that come and go, and a rare single error for the gravest of them. */
const USUAL_GRAVE_SHARE = 0.3;
const USUAL_GRAVITY_MAX = 1.1;

/**
 * The templates of one service that are isolated, rows of `templateFeatures`: one forest is grown over them and over
 * 128 usual ones, and those are flagged that isolate sooner than all but 2 % of the usual ones do. A healthy service
 * flags none, as its templates lie among the usual ones; with few templates the usual ones are nearly all there is to
 * compare with, with many they are the service's own. At most the share `contamination` is flagged, but one where any
 * is allowed; none of fewer than three. Scores are those of the forest, so that two services compare.
 *
 * What a usual rate, length or number of services is no window can say: made-up templates have any that lies between
 * the service's own, so that neither the busiest template nor the longest is isolated by that alone.
 */
export function flagIsolated(table: Float64Array, contamination: number, tick: () => void): Outliers {
  const points = table.length / FEATURES;
  if (points < POINTS_MIN) return unjudged(points);
  const all = new Float64Array(table.length + USUAL_TEMPLATES * FEATURES);
  all.set(table);
  all.set(usualTemplates(table), table.length);
  const { scores, pathLengths } = scoreForest(all, FEATURES, tick);
  const usual = scores.slice(points).toSorted();
  const threshold = usual[Math.floor((USUAL_TEMPLATES - 1) * OUTDONE)]!;
  const flaggedMax = contamination > 0 ? Math.max(1, Math.floor(contamination * points)) : 0;
  const own = scores.slice(0, points);
  const flagged = new Uint8Array(points);
  const isolated = [...own.keys()].filter((point) => own[point]! > threshold);
  const soonest = isolated.toSorted((a, b) => own[b]! - own[a]! || a - b).slice(0, flaggedMax);
  for (const point of soonest) flagged[point] = 1;
  return { flagged, scores: own, pathLengths: pathLengths.slice(0, points) };
}

function usualTemplates(table: Float64Array): Float64Array {
  const low = new Float64Array(FEATURES).fill(Infinity);
  const high = new Float64Array(FEATURES).fill(-Infinity);
  table.forEach((value, i) => {
    const feature = i % FEATURES;
    low[feature] = Math.min(low[feature]!, value);
    high[feature] = Math.max(high[feature]!, value);
  });
  const random = new Xoshiro(SEED);
  const usual = new Float64Array(USUAL_TEMPLATES * FEATURES);
  for (let row = 0; row < usual.length; row += FEATURES) {
    for (let feature = 0; feature < FEATURES; feature++) {
      usual[row + feature] = low[feature]! + (high[feature]! - low[feature]!) * random.unit();
    }
    // Squares: most are near 0, few near the end.
    usual[row + BURST] = USUAL_BURST_MAX * random.unit() ** 2;
    usual[row + NEWNESS] = USUAL_NEWNESS_MAX * random.unit() ** 2;
    usual[row + RARE_GRAVITY] = random.unit() < USUAL_GRAVE_SHARE ? USUAL_GRAVITY_MAX * random.unit() : 0;
  }
  return usual;
}

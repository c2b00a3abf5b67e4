import type { TemplateGroup } from './template-group.ts';
import { BUCKETS_MAX } from './time-buckets.ts';
import type { TimeBuckets } from './time-buckets.ts';

/** Columns of the table that {@link templateFeatures} makes. */
export const FEATURES = 6;
export const RATE = 0;
export const TOKENS = 1;
export const SHARED = 2;
export const BURST = 3;
export const NEWNESS = 4;
export const RARE_GRAVITY = 5;

/** How grave a row is, by level index. */
const GRAVITY: readonly number[] = [0, 0, 0, 0.4, 1, 1.7];

/** The rows of a service in time, those without a place of their own included. */
interface Activity {
  perBucket: Float64Array;
  rows: number;
  /** Buckets with rows. */
  active: number;
}

/**
 * The templates of one service as points for the forest, a row of {@link FEATURES} numbers each. "Bucket" is one of
 * the at most 64 stretches of the window.
 *
 * - rate: log10 of rows a minute, over the buckets in which the template is there at all;
 * - tokens: log2 of their number;
 * - shared: log2 of 1 + the share of the window's services that have the template;
 * - burst: log10 of how many times more rows stand in a bucket than a draw from the service's other rows would put
 *   there, so that a busy hour of the whole service is no burst of each template;
 * - newness: log10 of how improbable it is, for such a draw, to come only as late as it did; in buckets rather than
 *   rows, as rows come in clusters;
 * - rare gravity: mean gravity of its rows, times how few of the service's buckets it is in, times how few have others
 *   as grave, 0 to 1.7. A warning or an error that is there all the time is how the service is.
 *
 * Burst and newness weigh more the graver the rows are. What the weights and the limits of usual templates are was
 * found on healthy and broken windows of real and made-up logs.
 *
 * @param all the service's groups, `templates` among them.
 * @param shares of services that have the template, a number each.
 */
export function templateFeatures(
  templates: readonly TemplateGroup[],
  all: readonly TemplateGroup[],
  shares: readonly number[],
  bucketWidthMs: number,
): Float64Array {
  const activity = activityOf(all);
  const clumping = usualClumping(templates, activity);
  const gravities = templates.map(meanGravity);
  const habits = graveHabits(templates, gravities, activity);
  const table = new Float64Array(templates.length * FEATURES);
  templates.forEach((group, i) => {
    const { times, logCount, tokenCount } = group;
    const buckets = times.numbers.length;
    const gravity = gravities[i]!;
    const news = gravity * (1 - habits[i]!);
    const row = i * FEATURES;
    table[row + RATE] = Math.log10(1 + (logCount * 60_000) / (buckets * bucketWidthMs));
    table[row + TOKENS] = Math.log2(1 + tokenCount);
    table[row + SHARED] = Math.log2(1 + shares[i]!);
    table[row + BURST] = (0.6 + 0.6 * gravity) * burst(times, logCount, activity, clumping);
    table[row + NEWNESS] = (0.6 + 0.6 * news) * newness(times, logCount, activity);
    table[row + RARE_GRAVITY] = (news * Math.log(activity.active / buckets)) / Math.log(BUCKETS_MAX);
  });
  return table;
}

function activityOf(groups: readonly TemplateGroup[]): Activity {
  const perBucket = new Float64Array(BUCKETS_MAX);
  let rows = 0;
  for (const { times, logCount } of groups) {
    times.numbers.forEach((number, i) => (perBucket[number]! += times.counts[i]!));
    rows += logCount;
  }
  const active = perBucket.reduce((count, inBucket) => count + Number(inBucket > 0), 0);
  return { perBucket, rows, active };
}

function meanGravity({ levelCounts, logCount }: TemplateGroup): number {
  return GRAVITY.reduce((sum, gravity, level) => sum + gravity * levelCounts[level]!, 0) / logCount;
}

/**
 * The share of the service's buckets in which another template stands that is as grave, or graver; 0 for templates of
 * no gravity. Where something fatal is always happening, another rare fatal row is no news.
 */
function graveHabits(
  templates: readonly TemplateGroup[],
  gravities: readonly number[],
  { active }: Activity,
): number[] {
  const habits = templates.map(() => 0);
  const gravest = [...templates.keys()]
    .filter((i) => gravities[i]! > 0)
    .toSorted((a, b) => gravities[b]! - gravities[a]!);
  const asGrave = new Uint32Array(BUCKETS_MAX);
  for (let start = 0, end = 0; start < gravest.length; start = end) {
    while (end < gravest.length && gravities[gravest[end]!] === gravities[gravest[start]!]) {
      for (const bucket of templates[gravest[end++]!]!.times.numbers) asGrave[bucket]!++;
    }
    const standing = asGrave.reduce((count, inBucket) => count + Number(inBucket > 0), 0);
    for (const i of gravest.slice(start, end)) {
      const alone = templates[i]!.times.numbers.filter((bucket) => asGrave[bucket] === 1).length;
      habits[i] = (standing - alone) / active;
    }
  }
  return habits;
}

/**
 * Rows that a draw of `logCount` from the service's other rows would put where `inBucket` of `own` stand. One row more
 * of the others in each bucket keeps it above 0, and sober where there is little to go by.
 */
function expectedRows({ rows, active }: Activity, logCount: number, inBucket: number, own: number): number {
  return (logCount * (inBucket - own + 1)) / (rows - logCount + active);
}

function burst({ numbers, counts }: TimeBuckets, logCount: number, activity: Activity, clumping: number): number {
  let largest = 0;
  numbers.forEach((number, i) => {
    const expected = expectedRows(activity, logCount, activity.perBucket[number]!, counts[i]!);
    largest = Math.max(largest, Math.log10((counts[i]! + clumping) / (expected + clumping)));
  });
  return largest;
}

function newness({ numbers }: TimeBuckets, logCount: number, { perBucket, rows, active }: Activity): number {
  let before = 0;
  for (const inBucket of perBucket.subarray(0, numbers[0])) if (inBucket > 0) before += inBucket + 1;
  return Math.log10(1 - numbers.length * Math.log(1 - before / (rows - logCount + active)));
}

const CLUMPING_ROWS_MIN = 5;
const CLUMPING_MAX = 10;

/** How many rows come together in this service: the median of its templates' indices of dispersion, from 1 to 10. */
function usualClumping(templates: readonly TemplateGroup[], activity: Activity): number {
  const indices = templates
    .filter(({ logCount }) => logCount >= CLUMPING_ROWS_MIN)
    .map(({ times: { numbers, counts }, logCount }) => {
      // The sum of (count - expected)^2 / expected; where the count is 0 that is `expected`, and all expected are logCount.
      let sum = logCount;
      numbers.forEach((number, i) => {
        const expected = expectedRows(activity, logCount, activity.perBucket[number]!, counts[i]!);
        sum += (counts[i]! - expected) ** 2 / expected - expected;
      });
      return sum / Math.max(1, activity.active - 1);
    })
    .toSorted((a, b) => a - b);
  return Math.min(Math.max(indices[indices.length >> 1] ?? 1, 1), CLUMPING_MAX);
}

import { BURST, FEATURES, NEWNESS, RARE_GRAVITY, RATE, SHARED, TOKENS } from './template-features.ts';
import { Xoshiro } from './xoshiro.ts';

export const USUAL_TEMPLATES = 128;
const SCALED = [RATE, TOKENS, SHARED] as const;
const SCALED_MIDDLE = 0.5;
const SEED = 42;

/** How far these features of usual templates reach; healthy streams, real and made up, rarely go beyond. */
const BURST_MAX = 0.75;
const NEWNESS_MAX = 0.9;
/** Above that of a lone error, 1: every service has one now and then. */
const RARE_GRAVITY_MAX = 1.25;
export const USUAL_MAX = [
  [BURST, BURST_MAX],
  [NEWNESS, NEWNESS_MAX],
  [RARE_GRAVITY, RARE_GRAVITY_MAX],
] as const;

/** Usual templates with warnings or errors that come and go. */
const GRAVE_SHARE = 0.3;

/** Whether the point lies beyond usual templates by some feature. */
export function isUnusual(table: Float64Array, point: number): boolean {
  return USUAL_MAX.some(([feature, most]) => table[point * FEATURES + feature]! > most);
}

/**
 * Made-up templates of a healthy service, as points of `templateFeatures` scaled to the service: what is usual of a
 * rate, a length or a number of services no window can say, so of these they have any that those of `table` have.
 */
export function usualTemplates(table: Float64Array): Float64Array {
  const random = new Xoshiro(SEED);
  const usual = new Float64Array(USUAL_TEMPLATES * FEATURES);
  for (let row = 0; row < usual.length; row += FEATURES) {
    for (let feature = 0; feature < FEATURES; feature++) usual[row + feature] = random.unit();
    // Squares: most are near 0, few near the end.
    usual[row + BURST] = BURST_MAX * random.unit() ** 2;
    usual[row + NEWNESS] = NEWNESS_MAX * random.unit() ** 2;
    usual[row + RARE_GRAVITY] = random.unit() < GRAVE_SHARE ? RARE_GRAVITY_MAX * random.unit() : 0;
  }
  for (const feature of SCALED) {
    // Where the real ones do not differ, nobody may be isolated.
    if (differs(table, feature)) continue;
    for (let row = 0; row < usual.length; row += FEATURES) usual[row + feature] = SCALED_MIDDLE;
  }
  return usual;
}

function differs(table: Float64Array, feature: number): boolean {
  for (let i = feature; i < table.length; i += FEATURES) if (table[i] !== SCALED_MIDDLE) return true;
  return false;
}

/** Scales rate, tokens and shared to [0, 1] over the table's own points; in the middle where they do not differ. */
export function scaleToService(table: Float64Array): void {
  for (const feature of SCALED) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = feature; i < table.length; i += FEATURES) {
      low = Math.min(low, table[i]!);
      high = Math.max(high, table[i]!);
    }
    for (let i = feature; i < table.length; i += FEATURES) {
      table[i] = high > low ? (table[i]! - low) / (high - low) : SCALED_MIDDLE;
    }
  }
}

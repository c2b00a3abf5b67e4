/** Lanczos' approximation of the logarithm of the gamma function, g = 7, n = 9; right to 1e-13 for x > 0. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;
const CONVERGED = 1e-14;
const TINY = 1e-300;
/** The fraction needs some square root of its parameters: enough for 10^10 lines. */
const STEPS_MAX = 200_000;

/**
 * Two-sided p-value of "both rates are equal" for two Poisson counts, the conditional exact test: given their sum, the
 * second is binomial with the share of the exposures (Przyborowski and Wilenski, 1940). Twice the smaller tail, at most 1.
 *
 * @param exposureA of the first count, in the unit of `exposureB`, both above 0.
 * @param dispersion variance over that of Poisson's, 1 or more; counts are taken as so many times fewer that are
 *   independent, so they need not be whole.
 */
export function equalRatesP(
  countA: number,
  countB: number,
  exposureA: number,
  exposureB: number,
  dispersion = 1,
): number {
  const a = countA / dispersion;
  const b = countB / dispersion;
  if (a + b === 0) return 1;
  const share = exposureB / (exposureA + exposureB);
  // P(X >= b) = I_share(b, n - b + 1), and P(X <= b) by the same with the sides changed.
  const upper = b === 0 ? 1 : regularisedBeta(share, b, a + 1);
  const lower = a === 0 ? 1 : regularisedBeta(1 - share, a, b + 1);
  return Math.min(1, 2 * Math.min(upper, lower));
}

/**
 * Benjamini and Hochberg's adjustment (1995): those at or below q are the discoveries of a false discovery rate of q.
 * Answers in the order of the input.
 */
export function adjustedByFdr(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].toSorted((i, j) => pValues[j]! - pValues[i]!);
  const adjusted = Array.from({ length: pValues.length }, () => 1);
  let least = 1;
  order.forEach((index, fromLargest) => {
    const rank = pValues.length - fromLargest;
    least = Math.min(least, (pValues[index]! * pValues.length) / rank);
    adjusted[index] = least;
  });
  return adjusted;
}

/** I_x(a, b), by Lentz's continued fraction on the side where it converges. */
export function regularisedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= STEPS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < CONVERGED) break;
  }
  return value;
}

/** From zero, which would be divided by. */
function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

function logGamma(x: number): number {
  const z = x - 1;
  const sum = LANCZOS.reduce((total, coefficient, i) => total + (i === 0 ? coefficient : coefficient / (z + i)), 0);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

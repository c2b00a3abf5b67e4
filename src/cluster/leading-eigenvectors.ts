import { tridiagonalise } from './tridiagonalise.ts';
import type { Tridiagonal } from './tridiagonalise.ts';

export interface Eigenvector {
  value: number;
  /** Of length 1. */
  vector: Float64Array;
}

/** Solves with a matrix that is all but singular double the digits each time: two do, one is for a poor start. */
const SOLVES = 3;
const SWEEPS_MAX = 60;

/**
 * Eigenvectors of the `count` largest eigenvalues, largest first, of a symmetric n x n matrix (row-major, not changed):
 * Householder reduction to tridiagonal form, its eigenvalues by QL with implicit shifts, and inverse iteration for the
 * vectors asked for (Wilkinson, Reinsch, Handbook for Automatic Computation II, 1971: tred, tql1, tristurm). About
 * 4/3 n^3 steps and no randomness.
 */
export function leadingEigenvectors(matrix: Float64Array, n: number, count: number): Eigenvector[] {
  // So that neither squares nor quotients leave the range of numbers.
  const scale = matrix.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
  const tridiagonal = tridiagonalise(
    matrix.map((x) => x / scale),
    n,
  );
  const { below } = tridiagonal;
  for (let i = 0; i < n; i++) if (Math.abs(below[i]!) <= NEGLIGIBLE) below[i] = 0;
  const values = Array.from(eigenvalues(tridiagonal).toSorted().toReversed().subarray(0, count));
  const found: Float64Array[] = [];
  for (const value of values) found.push(inverseIteration(tridiagonal, value, found));
  return values.map((value, i) => ({ value: value * scale, vector: tridiagonal.restore(found[i]!) }));
}

/** What rounding of a matrix whose largest element is 1 hides anyway. */
const NEGLIGIBLE = Number.EPSILON;

function eigenvalues(tridiagonal: Tridiagonal): Float64Array {
  const d = tridiagonal.diagonal.slice();
  const e = tridiagonal.below.slice();
  const n = d.length;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      const m = blockEnd(e, l, n);
      if (m === l) break;
      if (sweep === SWEEPS_MAX) throw new Error(`eigenvalue ${l} of ${n} did not converge in ${SWEEPS_MAX} sweeps`);
      sweepBlock(d, e, l, m);
    }
  }
  return d;
}

/** Last index of the unreduced block that starts at l. */
function blockEnd(e: Float64Array, l: number, n: number): number {
  let m = l;
  while (m < n - 1 && Math.abs(e[m]!) > NEGLIGIBLE) m++;
  return m;
}

/** One QL step with an implicit shift on the block from l to m. */
function sweepBlock(d: Float64Array, e: Float64Array, l: number, m: number): void {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
  let r = Math.hypot(g, 1);
  g = d[m]! - d[l]! + e[l]! / (g + (g < 0 ? -r : r));
  let sine = 1;
  let cosine = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      // The block fell apart by underflow: start again on what is left.
      d[i + 1]! -= p;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1]! - p;
    r = (d[i]! - g) * sine + 2 * cosine * b;
    p = sine * r;
    d[i + 1] = g + p;
    g = cosine * r - b;
  }
  d[l]! -= p;
  e[l] = g;
  e[m] = 0;
}

/** Eigenvector of the tridiagonal matrix that is orthogonal to those `found` before. */
function inverseIteration(tridiagonal: Tridiagonal, value: number, found: readonly Float64Array[]): Float64Array {
  const n = tridiagonal.diagonal.length;
  const solve = factorised(tridiagonal, value);
  // Not the same for each: equal eigenvalues have a vector each.
  const vector = Float64Array.from({ length: n }, (_, i) => 1 + ((i * (7 + 4 * found.length)) % 13) / 13);
  for (let step = 0; step < SOLVES; step++) {
    normalise(vector, found);
    solve(vector);
  }
  normalise(vector, found);
  return vector;
}

/** Takes what is along the others out of it, and gives it the length 1. */
function normalise(vector: Float64Array, others: readonly Float64Array[]): void {
  // Twice is enough (Kahan, Parlett).
  for (let time = 0; time < 2; time++) {
    const largest = vector.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
    for (let i = 0; i < vector.length; i++) vector[i]! /= largest;
    for (const other of others) {
      const along = dot(vector, other);
      for (let i = 0; i < vector.length; i++) vector[i]! -= along * other[i]!;
    }
    const length = Math.sqrt(dot(vector, vector)) || 1;
    for (let i = 0; i < vector.length; i++) vector[i]! /= length;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Solves (T - value I) x = b in place, by elimination with row exchanges; a pivot that vanishes counts as rounding. */
function factorised(tridiagonal: Tridiagonal, value: number): (b: Float64Array) => void {
  const { diagonal, below } = tridiagonal;
  const n = diagonal.length;
  // Upper rows have up to three entries; `factor` and `exchanged` tell what was done to make them.
  const first = new Float64Array(n);
  const second = new Float64Array(n);
  const third = new Float64Array(n);
  const factor = new Float64Array(n);
  const exchanged = new Uint8Array(n);
  let pivot = diagonal[0]! - value;
  let right = n > 1 ? below[0]! : 0;
  for (let i = 0; i < n - 1; i++) {
    const lower = below[i]!;
    const middle = diagonal[i + 1]! - value;
    const next = i + 2 < n ? below[i + 1]! : 0;
    if (Math.abs(lower) > Math.abs(pivot)) {
      exchanged[i] = 1;
      factor[i] = pivot / lower;
      first[i] = lower;
      second[i] = middle;
      third[i] = next;
      pivot = right - factor[i]! * middle;
      right = -factor[i]! * next;
    } else {
      first[i] = Math.abs(pivot) < NEGLIGIBLE ? NEGLIGIBLE : pivot;
      second[i] = right;
      factor[i] = lower / first[i]!;
      pivot = middle - factor[i]! * right;
      right = next;
    }
  }
  first[n - 1] = Math.abs(pivot) < NEGLIGIBLE ? NEGLIGIBLE : pivot;

  return (b) => {
    for (let i = 0; i < n - 1; i++) {
      const upper = exchanged[i] === 1 ? b[i + 1]! : b[i]!;
      const lower = exchanged[i] === 1 ? b[i]! : b[i + 1]!;
      b[i] = upper;
      b[i + 1] = lower - factor[i]! * upper;
    }
    for (let i = n - 1; i >= 0; i--) {
      const known = (i + 1 < n ? second[i]! * b[i + 1]! : 0) + (i + 2 < n ? third[i]! * b[i + 2]! : 0);
      b[i] = (b[i]! - known) / first[i]!;
    }
  };
}

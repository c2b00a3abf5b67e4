import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadingEigenvectors } from '../../src/cluster/leading-eigenvectors.ts';

describe('leading eigenvectors', () => {
  const entry = fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 0, 1, -1, 1e-12, 1e6));
  const symmetric = fc
    .integer({ min: 1, max: 12 })
    .chain((n) => fc.tuple(fc.constant(n), fc.array(entry, { minLength: n * n, maxLength: n * n })))
    .map(([n, entries]) => ({ n, matrix: symmetrised(entries, n) }));

  it('satisfy A v = lambda v, are orthonormal and of the largest values, repeated ones included', () => {
    fc.assert(
      fc.property(symmetric, fc.integer({ min: 1, max: 4 }), ({ n, matrix }, count) => {
        expect(leadingEigenvectors(matrix, n, count)).toHaveLength(Math.min(n, count));
        expect(errorOf(matrix, n, count)).toBeLessThan(1e-12);
      }),
      { numRuns: 300 },
    );
  });

  it('of matrices that fall apart and have the same values many times', () => {
    const small = fc.constantFrom(0, 0, 0, 1, 1, 2);
    const blocks = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.array(small, { minLength: 81, maxLength: 81 }))
      .map(([n, entries]) => ({ n, matrix: symmetrised(entries.slice(0, n * n), n) }));
    fc.assert(
      fc.property(blocks, ({ n, matrix }) => {
        expect(errorOf(matrix, n, 3)).toBeLessThan(1e-12);
      }),
      { numRuns: 300 },
    );
  });

  it.each([1, 2, 30, 100])('of a covariance matrix of %i dimensions', (n) => {
    const rows = Math.min(n, 50);
    const sample = Float64Array.from(
      { length: rows * n },
      (_, i) => ((Math.imul(i + 1, 0x9e3779b1) >>> 8) % 1000) / 1000,
    );
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < rows; k++) matrix[i * n + j]! += (sample[k * n + i]! * sample[k * n + j]!) / rows;
      }
    }
    expect(errorOf(matrix, n, 2)).toBeLessThan(1e-12);
  });

  it('of a small matrix known by hand', () => {
    const [first, second, third] = leadingEigenvectors(Float64Array.of(2, 1, 0, 1, 2, 0, 0, 0, 5), 3, 3);
    expect([first!.value, second!.value, third!.value].map((value) => value.toFixed(13))).toEqual([
      (5).toFixed(13),
      (3).toFixed(13),
      (1).toFixed(13),
    ]);
    [0, 0, 1].forEach((x, i) => expect(Math.abs(first!.vector[i]!)).toBeCloseTo(x, 14));
  });
});

function symmetrised(entries: readonly number[], n: number): Float64Array {
  const matrix = Float64Array.from(entries);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) matrix[i * n + j] = matrix[j * n + i]!;
  return matrix;
}

/** How far values and vectors are from what they should be, relative to the matrix. */
function errorOf(matrix: Float64Array, n: number, count: number): number {
  const found = leadingEigenvectors(matrix, n, count);
  const norm = n * matrix.reduce((most, entry) => Math.max(most, Math.abs(entry)), 1e-130);
  const largest = jacobiValues(matrix, n);
  let error = 0;
  found.forEach(({ value, vector }, j) => {
    error = Math.max(error, Math.abs(value - largest[j]!) / norm);
    for (let i = 0; i < n; i++) {
      let product = 0;
      for (let k = 0; k < n; k++) product += matrix[i * n + k]! * vector[k]!;
      error = Math.max(error, Math.abs(product - value * vector[i]!) / norm);
    }
    found.slice(0, j + 1).forEach((other, i) => {
      const dot = vector.reduce((sum, x, k) => sum + x * other.vector[k]!, 0);
      error = Math.max(error, Math.abs(dot - (i === j ? 1 : 0)));
    });
  });
  return error;
}

/** All eigenvalues, largest first, by Jacobi's rotations: slow, and nothing like what is tested. */
function jacobiValues(matrix: Float64Array, n: number): Float64Array {
  const a = Float64Array.from(matrix);
  const norm = matrix.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  for (let sweep = 0; sweep < 30; sweep++) {
    let rest = 0;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        rest = Math.max(rest, Math.abs(a[p * n + q]!));
        rotate(a, n, p, q);
      }
    if (rest <= norm * 1e-17) break;
  }
  return Float64Array.from({ length: n }, (_, i) => a[i * n + i]!)
    .toSorted()
    .toReversed();
}

/** Makes element (p, q) zero. */
function rotate(a: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(t, 1);
  const sine = t * cosine;
  for (let k = 0; k < n; k++) {
    const x = a[k * n + p]!;
    const y = a[k * n + q]!;
    a[k * n + p] = cosine * x - sine * y;
    a[k * n + q] = sine * x + cosine * y;
  }
  for (let k = 0; k < n; k++) {
    const x = a[p * n + k]!;
    const y = a[q * n + k]!;
    a[p * n + k] = cosine * x - sine * y;
    a[q * n + k] = sine * x + cosine * y;
  }
}

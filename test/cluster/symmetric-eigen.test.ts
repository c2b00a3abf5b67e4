import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { symmetricEigen } from '../../src/cluster/symmetric-eigen.ts';

describe('symmetric eigen decomposition', () => {
  it('satisfies A v = lambda v with orthonormal vectors and ascending values, repeated values included', () => {
    const entry = fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 0, 1, -1, 1e-12, 1e6));
    const matrix = fc
      .integer({ min: 1, max: 12 })
      .chain((n) => fc.tuple(fc.constant(n), fc.array(entry, { minLength: n * n, maxLength: n * n })));
    fc.assert(
      fc.property(matrix, ([n, entries]) => {
        expect(errorOf(symmetrised(entries, n), n)).toBeLessThan(1e-12);
      }),
      { numRuns: 300 },
    );
  });

  it.each([1, 2, 60, 300])('takes a covariance matrix of %i dimensions and any rank', (n) => {
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
    expect(errorOf(matrix, n)).toBeLessThan(1e-12);
  });

  it('knows the values of a small matrix by hand', () => {
    const { values } = symmetricEigen(Float64Array.of(2, 1, 0, 1, 2, 0, 0, 0, 5), 3);
    [1, 3, 5].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 14));
  });
});

function symmetrised(entries: readonly number[], n: number): Float64Array {
  const matrix = Float64Array.from(entries);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) matrix[i * n + j] = matrix[j * n + i]!;
  return matrix;
}

/** How far values and vectors are from what they should be, relative to the matrix; infinite when out of order. */
function errorOf(matrix: Float64Array, n: number): number {
  const { values, vectors } = symmetricEigen(matrix, n);
  const norm = n * matrix.reduce((most, entry) => Math.max(most, Math.abs(entry)), 1e-130);
  let residual = 0;
  let skew = 0;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      let product = 0;
      let dot = 0;
      for (let k = 0; k < n; k++) {
        product += matrix[i * n + k]! * vectors[k * n + j]!;
        dot += vectors[k * n + i]! * vectors[k * n + j]!;
      }
      residual = Math.max(residual, Math.abs(product - values[j]! * vectors[i * n + j]!));
      skew = Math.max(skew, Math.abs(dot - (i === j ? 1 : 0)));
    }
  }
  const ascending = values.every((value, i) => i === 0 || values[i - 1]! <= value);
  return ascending ? Math.max(residual / norm, skew) : Infinity;
}

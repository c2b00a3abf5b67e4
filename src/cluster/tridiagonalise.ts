/** A tridiagonal matrix T that a symmetric one, A = Q T Q', was reduced to. */
export interface Tridiagonal {
  diagonal: Float64Array;
  /** Element i stands below and right of `diagonal[i]`; the last is 0. */
  below: Float64Array;
  /** Q y, of an eigenvector y of T: the one of A. Changes y. */
  restore: (y: Float64Array) => Float64Array;
}

/** Householder reduction of a symmetric n x n matrix (row-major), in place. About 4/3 n^3 steps. */
export function tridiagonalise(v: Float64Array, n: number): Tridiagonal {
  const e = new Float64Array(n);
  /** Of each reflection, |u|^2 / 2; 0 where there is none. */
  const h = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(v[i * n + k]!);
    if (i === 1 || scale === 0) e[i] = v[i * n + i - 1]!;
    else h[i] = reflect(v, e, i, n, scale);
  }
  const below = new Float64Array(n);
  below.set(e.subarray(1));
  return {
    diagonal: Float64Array.from({ length: n }, (_, i) => v[i * n + i]!),
    below,
    restore: (y) => {
      for (let i = 2; i < n; i++) if (h[i] !== 0) reflectVector(y, v.subarray(i * n, i * n + i), h[i]!);
      return y;
    },
  };
}

/** One step: zeroes row i left of its subdiagonal element, and leaves u in its place; answers h = |u|^2 / 2. */
function reflect(v: Float64Array, e: Float64Array, i: number, n: number, scale: number): number {
  const row = v.subarray(i * n, i * n + i);
  let h = 0;
  for (let k = 0; k < i; k++) {
    row[k]! /= scale;
    h += row[k]! ** 2;
  }
  const last = row[i - 1]!;
  const g = last > 0 ? -Math.sqrt(h) : Math.sqrt(h);
  h -= last * g;
  row[i - 1] = last - g;

  // p = A u / h, from the lower triangle alone.
  const p = e.subarray(0, i).fill(0);
  for (let j = 0; j < i; j++) {
    const u = row[j]!;
    let sum = v[j * n + j]! * u;
    for (let k = 0; k < j; k++) {
      const a = v[j * n + k]!;
      sum += a * row[k]!;
      p[k]! += a * u;
    }
    p[j]! += sum;
  }
  let along = 0;
  for (let j = 0; j < i; j++) {
    p[j]! /= h;
    along += p[j]! * row[j]!;
  }
  const shift = along / (h + h);
  for (let j = 0; j < i; j++) p[j]! -= shift * row[j]!;
  // A -= u q' + q u'
  for (let j = 0; j < i; j++) {
    for (let k = 0; k <= j; k++) v[j * n + k]! -= row[j]! * p[k]! + p[j]! * row[k]!;
  }
  e[i] = scale * g;
  return h;
}

/** y -= u (u'y) / h */
function reflectVector(y: Float64Array, u: Float64Array, h: number): void {
  let along = 0;
  for (let k = 0; k < u.length; k++) along += u[k]! * y[k]!;
  for (let k = 0; k < u.length; k++) y[k]! -= (along / h) * u[k]!;
}

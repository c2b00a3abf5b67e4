export interface EigenDecomposition {
  /** Ascending. */
  values: Float64Array;
  /** Column j (`vectors[i * n + j]` over i) belongs to `values[j]`; columns are orthonormal. */
  vectors: Float64Array;
}

/**
 * All eigenvalues and eigenvectors of a symmetric n x n matrix (row-major, not changed): Householder reduction to
 * tridiagonal form, then QL with implicit shifts (Bowdler, Martin, Reinsch, Wilkinson, Handbook for Automatic
 * Computation II, 1971: tred2 and tql2). About 4 n^3 steps and no randomness.
 */
export function symmetricEigen(matrix: Float64Array, n: number): EigenDecomposition {
  const vectors = Float64Array.from(matrix);
  const values = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  tridiagonalise(vectors, values, offDiagonal, n);
  // Rotations mix two columns: held as rows they are contiguous.
  const rows = transposed(vectors, n);
  diagonalise(rows, values, offDiagonal, n);
  return ascending(rows, values, n);
}

/** On return `v` is the orthogonal transformation, `d` the diagonal and `e` (from 1) the subdiagonal. */
function tridiagonalise(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(v[i * n + k]!);
    d[i] = 0;
    if (i === 1 || scale === 0) {
      e[i] = v[i * n + i - 1]!;
      continue;
    }
    d[i] = reflect(v, e, i, n, scale);
  }
  accumulate(v, d, n);
}

/** One Householder step: zeroes row i left of its subdiagonal element; answers h = |u|^2 / 2. */
function reflect(v: Float64Array, e: Float64Array, i: number, n: number, scale: number): number {
  const row = v.subarray(i * n, i * n + i);
  let h = 0;
  for (let k = 0; k < i; k++) {
    row[k]! /= scale;
    h += row[k]! ** 2;
  }
  const last = row[i - 1]!;
  const g = last > 0 ? -Math.sqrt(h) : Math.sqrt(h);
  e[i] = scale * g;
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
  let dot = 0;
  for (let j = 0; j < i; j++) {
    p[j]! /= h;
    dot += p[j]! * row[j]!;
  }
  const shift = dot / (h + h);
  for (let j = 0; j < i; j++) p[j]! -= shift * row[j]!;
  // A -= u q' + q u'
  for (let j = 0; j < i; j++) {
    for (let k = 0; k <= j; k++) v[j * n + k]! -= row[j]! * p[k]! + p[j]! * row[k]!;
  }
  for (let j = 0; j < i; j++) v[j * n + i] = row[j]! / h;
  return h;
}

/** Multiplies the reflections out, smallest first; `d` held each one's h and becomes the diagonal. */
function accumulate(v: Float64Array, d: Float64Array, n: number): void {
  const sums = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (d[i] !== 0 && i > 1) {
      sums.fill(0);
      for (let k = 0; k < i; k++) {
        const u = v[i * n + k]!;
        for (let j = 0; j < i; j++) sums[j]! += u * v[k * n + j]!;
      }
      for (let k = 0; k < i; k++) {
        const u = v[k * n + i]!;
        for (let j = 0; j < i; j++) v[k * n + j]! -= u * sums[j]!;
      }
    }
    d[i] = v[i * n + i]!;
    v[i * n + i] = 1;
    for (let j = 0; j < i; j++) v[j * n + i] = v[i * n + j] = 0;
  }
}

const SWEEPS_MAX = 60;

/** QL with implicit shifts on the tridiagonal matrix (d, e); `rows` are the vectors, one a row. */
function diagonalise(rows: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  // What rounding of the matrix hides anyway; the least keeps squares from underflow.
  const negligible = Math.max(
    Number.EPSILON * d.reduce((norm, x, i) => Math.max(norm, Math.abs(x) + Math.abs(e[i]!)), 0),
    1e-150,
  );
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      const m = blockEnd(e, l, n, negligible);
      if (m === l) break;
      if (sweep === SWEEPS_MAX) throw new Error(`eigenvalue ${l} of ${n} did not converge in ${SWEEPS_MAX} sweeps`);
      sweepBlock(rows, d, e, l, m, n);
    }
  }
}

/** Last index of the unreduced block that starts at l. */
function blockEnd(e: Float64Array, l: number, n: number, negligible: number): number {
  let m = l;
  while (m < n - 1 && Math.abs(e[m]!) > negligible) m++;
  return m;
}

function sweepBlock(rows: Float64Array, d: Float64Array, e: Float64Array, l: number, m: number, n: number): void {
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
    rotate(rows, i * n, (i + 1) * n, n, cosine, sine);
  }
  d[l]! -= p;
  e[l] = g;
  e[m] = 0;
}

function rotate(rows: Float64Array, a: number, b: number, n: number, cosine: number, sine: number): void {
  for (let k = 0; k < n; k++) {
    const x = rows[a + k]!;
    const y = rows[b + k]!;
    rows[b + k] = sine * x + cosine * y;
    rows[a + k] = cosine * x - sine * y;
  }
}

function transposed(matrix: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) result[j * n + i] = matrix[i * n + j]!;
  return result;
}

function ascending(rows: Float64Array, values: Float64Array, n: number): EigenDecomposition {
  const order = Array.from(values.keys()).toSorted((a, b) => values[a]! - values[b]! || a - b);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    for (let i = 0; i < n; i++) vectors[i * n + to] = rows[from * n + i]!;
  });
  return { values: Float64Array.from(order, (from) => values[from]!), vectors };
}

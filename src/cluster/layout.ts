import { leadingEigenvectors } from './leading-eigenvectors.ts';
import { tfidf } from './tfidf.ts';
import type { TfidfMatrix } from './tfidf.ts';

export interface Point {
  x: number;
  y: number;
}

const LOW = 5;
const HIGH = 95;
/** TF-IDF rows have length 1: a spread this small is rounding, and an axis without spread stands at LOW. */
const SPREAD_MIN = 1e-9;
/** Loadings closer than this are equal, so that rounding cannot turn an axis around. */
const LOADING_TIE = 1e-9;

/**
 * A place on the map per text, alike texts near one another: TF-IDF, PCA to two components, each scaled to [5, 95].
 * Equal to scikit-learn's to 1e-6, sign convention (svd_flip with u_based_decision=False) included.
 *
 * @param tick called between its steps, some tens of milliseconds each at most; what it throws ends the work.
 */
export function layOut(texts: readonly string[], tick: () => void = () => {}): Point[] {
  tick();
  const matrix = tfidf(texts);
  tick();
  const [x, y] = principalComponents(matrix, texts.length, tick);
  const xs = scaled(x);
  const ys = scaled(y);
  return texts.map((_, i) => ({ x: xs[i]!, y: ys[i]! }));
}

/** The rows' coordinates on the two axes of the largest variance; all zero where there is no such axis. */
function principalComponents(matrix: TfidfMatrix, rows: number, tick: () => void): [Float64Array, Float64Array] {
  const { vocabulary, rowStart, columns, values } = matrix;
  const n = vocabulary.length;
  const coordinates: [Float64Array, Float64Array] = [new Float64Array(rows), new Float64Array(rows)];
  if (n === 0 || rows < 2) return coordinates;

  const means = new Float64Array(n);
  for (let i = 0; i < values.length; i++) means[columns[i]!]! += values[i]! / rows;
  const spread = covariance(matrix, means, rows);
  tick();
  const axes = leadingEigenvectors(spread, n, coordinates.length);
  tick();

  axes.forEach(({ vector: axis }, component) => {
    const coordinate = coordinates[component]!;
    orient(axis);
    const atMean = axis.reduce((sum, loading, i) => sum + loading * means[i]!, 0);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let i = rowStart[row]!; i < rowStart[row + 1]!; i++) sum += values[i]! * axis[columns[i]!]!;
      coordinate[row] = sum - atMean;
    }
  });
  return coordinates;
}

function covariance({ rowStart, columns, values }: TfidfMatrix, means: Float64Array, rows: number): Float64Array {
  const n = means.length;
  const result = new Float64Array(n * n);
  for (let row = 0; row < rows; row++) {
    const end = rowStart[row + 1]!;
    for (let i = rowStart[row]!; i < end; i++) {
      const base = columns[i]! * n;
      const value = values[i]!;
      // Columns of a row ascend: this fills the upper triangle.
      for (let j = i; j < end; j++) result[base + columns[j]!]! += value * values[j]!;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) {
      const value = (result[i * n + j]! - rows * means[i]! * means[j]!) / (rows - 1);
      result[i * n + j] = result[j * n + i] = value;
    }
  }
  return result;
}

/** The loading of the largest magnitude, the first of equals, becomes positive. */
function orient(axis: Float64Array): void {
  const largest = axis.reduce((most, loading) => Math.max(most, Math.abs(loading)), 0);
  const deciding = axis.find((loading) => Math.abs(loading) >= largest - LOADING_TIE)!;
  if (deciding < 0) axis.forEach((loading, i) => (axis[i] = -loading));
}

function scaled(values: Float64Array): Float64Array {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high - low > SPREAD_MIN)) return values.map(() => LOW);
  return values.map((value) => LOW + ((value - low) / (high - low)) * (HIGH - LOW));
}

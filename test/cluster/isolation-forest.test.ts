import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addPathLengths,
  allocateTree,
  averagePathLength,
  isolationScore,
  scoreForest,
} from '../../src/cluster/isolation-forest.ts';
import { shared, sharedPath } from '../shared.ts';

interface GoldenCase {
  dataset: string;
  X: number[][];
  /** scikit-learn's score_samples: ours negated. */
  mean20: number[];
}

interface GoldenTree {
  feature: number[];
  threshold: number[];
  left: number[];
  right: number[];
  n: number[];
  cols: number[];
}

interface Golden {
  cases: GoldenCase[];
  explicit: { X: number[][]; max_samples: number; trees: GoldenTree[]; score: number[] };
}

const golden = shared ? (JSON.parse(readFileSync(sharedPath('golden/iforest.json'), 'utf8')) as Golden) : undefined;

describe.skipIf(!shared)('isolation forest beside scikit-learn', () => {
  it.each(golden?.cases ?? [])('$dataset: agrees with the mean over 20 seeds', ({ X, mean20 }) => {
    const { scores } = scoreForest(Float64Array.from(X.flat()), 5);
    const expected = mean20.map((score) => -score);
    const deviation = Math.max(...expected.map((score, i) => Math.abs(score - scores[i]!)));
    expect(deviation).toBeLessThanOrEqual(0.04);
    expect(spearman([...scores], expected)).toBeGreaterThanOrEqual(X.length >= 100 ? 0.98 : 0.95);
  });

  it('gives the scores of an explicit forest to 1e-12', () => {
    const { X, max_samples: subsample, trees, score } = golden!.explicit;
    const columns = X[0]!.map((_, feature) => Float32Array.from(X, (row) => row[feature]!));
    const sums = new Float64Array(X.length);
    for (const tree of trees) addPathLengths(treeOf(tree), columns, sums);
    sums.forEach((sum, i) => {
      expect(Math.abs(isolationScore(sum / trees.length, subsample) + score[i]!)).toBeLessThanOrEqual(1e-12);
    });
  });
});

describe('isolation forest', () => {
  it('isolates a point far from all others first', () => {
    const table = new Float64Array(100 * 2).map((_, i) => (i * 37) % 10);
    table.set([1000, -1000], 42 * 2);
    const { scores, pathLengths } = scoreForest(table, 2);
    const highest = scores.indexOf(Math.max(...scores));
    expect(highest).toBe(42);
    expect(pathLengths[42]).toBe(Math.min(...pathLengths));
  });

  it('gives the same scores every time, in (0, 1]', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 5, maxLength: 5 }), {
          minLength: 1,
          maxLength: 40,
        }),
        (rows) => {
          const table = Float64Array.from(rows.flat());
          const { scores } = scoreForest(table, 5);
          expect(scoreForest(table.slice(), 5).scores).toEqual(scores);
          expect(scores.every((score) => score > 0 && score <= 1)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('scores equal points alike, however many', () => {
    for (const points of [1, 2, 3, 300]) {
      expect(new Set(scoreForest(new Float64Array(points * 5).fill(7), 5).scores).size).toBe(1);
    }
  });

  it('normalises path lengths by c(n)', () => {
    expect([0, 1, 2].map(averagePathLength)).toEqual([0, 0, 1]);
    expect(averagePathLength(3)).toBeCloseTo(1.207392357589623, 12);
    expect(averagePathLength(256)).toBeCloseTo(10.244770920119917, 12);
    expect(isolationScore(averagePathLength(256), 256)).toBe(0.5);
  });
});

function treeOf({ feature, threshold, left, right, n, cols }: GoldenTree) {
  const tree = allocateTree(feature.length);
  const visit = (node: number, depth: number): void => {
    if (left[node]! < 0) {
      tree.pathLength[node] = depth + averagePathLength(n[node]!);
      return;
    }
    tree.feature[node] = cols[feature[node]!]!;
    tree.threshold[node] = threshold[node]!;
    tree.left[node] = left[node]!;
    tree.right[node] = right[node]!;
    visit(left[node]!, depth + 1);
    visit(right[node]!, depth + 1);
  };
  visit(0, 0);
  return tree;
}

function spearman(a: readonly number[], b: readonly number[]): number {
  const [ra, rb] = [ranks(a), ranks(b)];
  const mean = (a.length + 1) / 2;
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + (value - mean) * (y[i]! - mean), 0);
  return dot(ra, rb) / Math.sqrt(dot(ra, ra) * dot(rb, rb));
}

/** Ties share their mean rank. */
function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HalfSpaceTrees } from '../../src/score/half-space-trees.ts';
import type { HalfSpaceForest } from '../../src/score/half-space-forest.ts';
import { shared, sharedPath } from '../shared.ts';

type GoldenTree = 0 | [number, number, GoldenTree, GoldenTree];

interface GoldenCase {
  name: string;
  n_trees: number;
  height: number;
  window_size: number;
  seed: number;
  limits: [number, number];
  order: 'learn_then_score' | 'score_then_learn';
  features: string[];
  X: (number | null)[][];
  trees: GoldenTree[];
  scores: number[];
  final_r_mass_dfs: number[][];
  final_l_mass_dfs: number[][];
}

const cases: GoldenCase[] = shared
  ? (JSON.parse(readFileSync(sharedPath('golden/hst.json'), 'utf8')) as { cases: GoldenCase[] }).cases
  : [];

describe.skipIf(!shared)('half-space-trees beside River', () => {
  it.each(cases)('$name: trees, scores and masses are equal', (golden) => {
    const trees = build(golden);
    const scores = golden.X.map((row) => {
      const values = row.map((value) => value ?? Number.NaN);
      if (golden.order === 'learn_then_score') trees.learn(values);
      const score = trees.score(values);
      if (golden.order === 'score_then_learn') trees.learn(values);
      return score;
    });
    expect(largestDifference(scores, golden.scores)).toBeLessThanOrEqual(1e-12);
    golden.trees.forEach((tree, index) => {
      expect(preorderSplits(trees.forest, index)).toEqual(flattened(tree));
      expect(preorderMasses(trees.forest, trees.referenceMass, index)).toEqual(golden.final_r_mass_dfs[index]);
      expect(preorderMasses(trees.forest, trees.latestMass, index)).toEqual(golden.final_l_mass_dfs[index]);
    });
  });

  it('has golden cases with a missing feature and with values out of range', () => {
    const values = cases.flatMap((golden) => golden.X.flat());
    expect(values).toContain(null);
    expect(values.some((value) => value !== null && (value < 0 || value > 1))).toBe(true);
  });
});

describe('half-space-trees', () => {
  const options = { features: [{ name: 'x' }, { name: 'y' }], treeCount: 5, height: 4, windowSize: 10, seed: 1 };

  it('scores 0 until the first window has been learnt', () => {
    const trees = new HalfSpaceTrees(options);
    for (let i = 0; i < 9; i++) {
      trees.learn([0.2, 0.2]);
      expect(trees.ready).toBe(false);
      expect(trees.score([0.9, 0.9])).toBe(0);
    }
    trees.learn([0.2, 0.2]);
    expect(trees.ready).toBe(true);
    expect(trees.score([0.9, 0.9])).toBeGreaterThan(trees.score([0.2, 0.2]));
  });

  it('gives the same trees whatever order the features are named in', () => {
    const swapped = new HalfSpaceTrees({ ...options, features: [{ name: 'y' }, { name: 'x' }] });
    const trees = new HalfSpaceTrees(options);
    for (let i = 0; i < 25; i++) {
      expect(swapped.score([i / 50, i / 25])).toBe(trees.score([i / 25, i / 50]));
      trees.learn([i / 25, i / 50]);
      swapped.learn([i / 50, i / 25]);
    }
  });

  it('splits a feature inside its own limits', () => {
    const trees = new HalfSpaceTrees({ ...options, features: [{ name: 'x', min: 100, max: 200 }] });
    for (let node = 1; node < 16; node++) {
      expect(trees.forest.threshold[node]).toBeGreaterThan(100);
      expect(trees.forest.threshold[node]).toBeLessThan(200);
    }
  });

  it.each([
    [{ windowSize: 0 }, 'windowSize must be a positive integer, got 0'],
    [{ height: 17 }, 'height must be an integer from 1 to 16, got 17'],
    [{ treeCount: 0 }, 'treeCount must be a positive integer, got 0'],
    [{ features: [] }, 'features must be 1 to 256, got 0'],
    [{ features: [{ name: 'x' }, { name: 'x' }] }, 'feature names must differ, got x, x'],
    [{ seed: -1 }, 'seed must be a non-negative safe integer, got -1'],
  ])('refuses %j', (bad, message) => {
    expect(() => new HalfSpaceTrees({ ...options, ...bad })).toThrow(message);
  });
});

function build(golden: GoldenCase): HalfSpaceTrees {
  const [min, max] = golden.limits;
  return new HalfSpaceTrees({
    features: golden.features.map((name) => ({ name, min, max })),
    treeCount: golden.n_trees,
    height: golden.height,
    windowSize: golden.window_size,
    seed: golden.seed,
  });
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
}

function preorder(forest: HalfSpaceForest, node = 1): number[] {
  if (node >= forest.nodesPerTree) return [];
  return [node, ...preorder(forest, node * 2), ...preorder(forest, node * 2 + 1)];
}

function preorderSplits(forest: HalfSpaceForest, tree: number): [number, number][] {
  const base = tree * forest.nodesPerTree;
  return preorder(forest)
    .filter((node) => node * 2 < forest.nodesPerTree)
    .map((node) => [forest.feature[base + node]!, forest.threshold[base + node]!]);
}

function preorderMasses(forest: HalfSpaceForest, masses: Readonly<Uint32Array>, tree: number): number[] {
  return preorder(forest).map((node) => masses[tree * forest.nodesPerTree + node]!);
}

function flattened(tree: GoldenTree): [number, number][] {
  if (tree === 0) return [];
  const [feature, threshold, left, right] = tree;
  return [[feature, threshold], ...flattened(left), ...flattened(right)];
}

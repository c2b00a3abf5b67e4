import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HalfSpaceTrees } from '../../../src/score/half-space-trees.ts';
import {
  REFERENCE_FOREST,
  REFERENCE_WINDOW,
  ReferenceCells,
  referenceFeatures,
} from '../../../src/score/reference/reference-cells.ts';
import { ReferenceTrees } from '../../../src/score/reference/reference-trees.ts';

type Line = [level: number, chars: number, tokens: number, templateLines: number];

const line: fc.Arbitrary<Line> = fc.tuple(
  fc.integer({ min: 0, max: 5 }),
  fc.oneof(fc.integer({ min: 0, max: 600 }), fc.constantFrom(0, 1, 499, 500, 501, 100_000)),
  fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constantFrom(0, 49, 50, 51, 100_000)),
  fc.oneof(fc.integer({ min: 1, max: 120 }), fc.constantFrom(1, 99, 100, 101, 10_000_000)),
);

describe('reference trees', () => {
  it('score every stream of lines exactly as the general class does', () => {
    const runs = fc.tuple(fc.array(line, { minLength: 1, maxLength: 300 }), fc.integer({ min: 0, max: 1000 }));
    fc.assert(
      fc.property(runs, ([kinds, salt]) => {
        // 800 lines drawn from few or many kinds: cells repeat, and the window turns three times.
        const lines = Array.from(
          { length: 800 },
          (_, i) => kinds[(Math.imul(i + salt, 0x9e3779b1) >>> 8) % kinds.length]!,
        );
        expect(firstDifference(new ReferenceTrees(), lines)).toBeUndefined();
      }),
      { numRuns: 25 },
    );
  });

  it('score exactly when every line of a window has a cell of its own, and the shared table overflows', () => {
    const lines: Line[] = [];
    for (let i = 0; i < 12_000; i++) lines.push([i % 6, (i * 7) % 501, (i * 11) % 51, 1 + (i % 97)]);
    expect(distinctCells(lines)).toBeGreaterThan(8192);
    const trees = new ReferenceTrees();
    expect(firstDifference(trees, lines)).toBeUndefined();
    expect(trees.byteLength).toBeLessThanOrEqual(17_000);
  });

  it('hold next to nothing for a service with few lines, and less than 60 KB ever', () => {
    const trees = new ReferenceTrees();
    expect(trees.byteLength).toBeLessThan(512);
    for (let i = 0; i < REFERENCE_WINDOW; i++) {
      expect(trees.ready).toBe(false);
      expect(trees.scoreThenLearn(2, i * 2, i % 51, 1)).toBe(0);
    }
    expect(trees.ready).toBe(true);
    expect(trees.byteLength).toBeLessThan(60_000);
  });

  it('a clone learns on its own', () => {
    const trees = new ReferenceTrees();
    for (let i = 0; i < 300; i++) trees.scoreThenLearn(2, 80, 10, i + 1);
    const copy = trees.clone();
    const twin = trees.clone();
    for (let i = 0; i < 700; i++) copy.scoreThenLearn(4, 400, 40, 1);
    for (let i = 0; i < 700; i++) {
      expect(trees.scoreThenLearn(i % 6, i % 501, 10, i)).toBe(twin.scoreThenLearn(i % 6, i % 501, 10, i));
    }
  });
});

function distinctCells(lines: readonly Line[]): number {
  const { levelPart, charsPart, tokensPart, linesPart } = new ReferenceCells();
  return new Set(lines.map(([a, b, c, d]) => levelPart[a]! + charsPart[b]! + tokensPart[c]! + linesPart[d]!)).size;
}

function firstDifference(reference: ReferenceTrees, lines: readonly Line[]): unknown {
  const general = new HalfSpaceTrees({ ...REFERENCE_FOREST, windowSize: REFERENCE_WINDOW });
  for (const [index, line] of lines.entries()) {
    const values = referenceFeatures(...line);
    const expected = general.score(values);
    general.learn(values);
    const got = reference.scoreThenLearn(...line);
    if (got !== expected || reference.ready !== general.ready) return { index, line, got, expected };
  }
  return undefined;
}

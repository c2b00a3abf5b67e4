import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut } from '../../src/cluster/layout.ts';
import { tfidf } from '../../src/cluster/tfidf.ts';
import { shared, sharedPath } from '../shared.ts';

interface GoldenCase {
  dataset: string;
  templates: string[];
  final: [number, number][];
  vocab?: string[];
  idf?: number[];
  tfidf_rows_nnz?: Record<string, number>[];
}

const cases: GoldenCase[] = shared
  ? (JSON.parse(readFileSync(sharedPath('golden/tfidf_pca.json'), 'utf8')) as { cases: GoldenCase[] }).cases
  : [];

describe.skipIf(!shared)('layout beside scikit-learn', () => {
  it.each(cases)('$dataset: coordinates agree to 1e-6 ($templates.length templates)', ({ templates, final }) => {
    layOut(templates).forEach(({ x, y }, i) => {
      expect(Math.abs(x - final[i]![0])).toBeLessThanOrEqual(1e-6);
      expect(Math.abs(y - final[i]![1])).toBeLessThanOrEqual(1e-6);
    });
  });

  const detailed = cases.filter((golden) => golden.vocab !== undefined);
  it.each(detailed)('$dataset: vocabulary, idf and rows agree', ({ templates, vocab, idf, tfidf_rows_nnz: rows }) => {
    const matrix = tfidf(templates);
    expect(matrix.vocabulary).toEqual(vocab);
    matrix.idf.forEach((value, i) => expect(Math.abs(value - idf![i]!)).toBeLessThanOrEqual(1e-12));
    rows!.forEach((expected, row) => {
      const [start, end] = [matrix.rowStart[row]!, matrix.rowStart[row + 1]!];
      expect([...matrix.columns.subarray(start, end)]).toEqual(Object.keys(expected).map(Number));
      Object.values(expected).forEach((value, i) => {
        expect(Math.abs(matrix.values[start + i]! - value)).toBeLessThanOrEqual(1e-12);
      });
    });
  });
});

describe('layout', () => {
  it('puts what cannot be told apart at (5, 5)', () => {
    for (const texts of [[], ['only one'], ['same', 'same', 'same'], ['123', '456'], ['', '']]) {
      expect(layOut(texts)).toEqual(texts.map(() => ({ x: 5, y: 5 })));
    }
  });

  it('spans both axes from 5 to 95, and gives equal texts one place', () => {
    const word = fc.constantFrom('open', 'close', 'failed', '<*>', 'disk', 'user', '<NUM>', 'eth1', 'öl', '-');
    const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 30 }), (texts) => {
        const points = layOut(texts);
        expect(layOut(texts)).toEqual(points);
        for (const axis of ['x', 'y'] as const) {
          const values = points.map((point) => point[axis]);
          expect(Math.min(...values)).toBe(5);
          expect([5, 95]).toContain(Math.max(...values));
        }
        texts.forEach((one, i) => expect(points[texts.indexOf(one)]).toEqual(points[i]));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps the 300 commonest terms, alphabetically first among equals', () => {
    const terms = Array.from({ length: 400 }, (_, i) => `t${letters(i)}`);
    const { vocabulary } = tfidf([terms.join(' '), terms.slice(350).join(' ')]);
    expect(vocabulary).toEqual([...terms.slice(0, 250), ...terms.slice(350)].toSorted());
  });

  it('takes 10,000 long templates', () => {
    const texts = Array.from({ length: 10_000 }, (_, i) =>
      Array.from({ length: 20 }, (__, j) => letters((i * 31 + j * j * 17) % 500)).join(' '),
    );
    const points = layOut(texts);
    expect(points.every(({ x, y }) => x >= 5 && x <= 95 && y >= 5 && y <= 95)).toBe(true);
  });
});

/** 0 -> aa, 1 -> ab, ...: ascending as the numbers do. */
function letters(i: number): string {
  return String.fromCharCode(97 + Math.floor(i / 26), 97 + (i % 26));
}

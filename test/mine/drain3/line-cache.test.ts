import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DrainMiner } from '../../../src/mine/drain3/drain-miner.ts';

const encoder = new TextEncoder();

/** Id, change, counts and text after each line. */
function mineAll(miner: DrainMiner, lines: readonly string[]): unknown[] {
  return lines.map((line) => {
    const bytes = encoder.encode(line);
    const template = miner.mine(bytes, 0, bytes.length);
    return [template.id, miner.change, template.size, template.text, miner.tokenCount, miner.charCount];
  });
}

const word = fc.constantFrom('user', 'order', 'a', 'b', '7', '1234', '10.0.0.1', 'failed', 'déjà', 'x'.repeat(90));
const someLine = fc.array(word, { minLength: 0, maxLength: 5 }).map((words) => words.join(' '));

it('lines that come again and again give what they give without being remembered, whatever comes between', () => {
  fc.assert(
    fc.property(
      fc.array(someLine, { minLength: 1, maxLength: 30 }),
      fc.array(fc.nat(), { minLength: 200, maxLength: 1500 }),
      fc.constantFrom(2, 5, 1000),
      fc.constantFrom(0.2, 0.4, 0.7),
      (pool, picks, maxTemplates, simTh) => {
        const lines = picks.map((pick) => pool[pick % pool.length]!);
        const remembering = new DrainMiner({ simTh, maxTemplates });
        const plain = new DrainMiner({ simTh, maxTemplates, shapeCache: false });
        expect(mineAll(remembering, lines)).toEqual(mineAll(plain, lines));
        expect(remembering.evicted).toBe(plain.evicted);
      },
    ),
    { numRuns: 60 },
  );
});

it('miners do not see what others remember', () => {
  const first = new DrainMiner({ simTh: 0.4, maxTemplates: 10 });
  const second = new DrainMiner({ simTh: 0.4, maxTemplates: 10 });
  const lines = Array.from({ length: 600 }, () => 'the same line');
  mineAll(first, ['something else', ...lines]);
  expect(mineAll(second, lines).at(-1)).toEqual([1, 0, 600, 'the same line', 3, 13]);
});

it('a copy goes its own way', () => {
  const miner = new DrainMiner({ simTh: 0.4, maxTemplates: 10 });
  mineAll(miner, ['user a in', 'user a in', 'user a in']);
  const copy = miner.clone();
  mineAll(copy, ['user b in', 'user a in']);
  expect(mineAll(miner, ['user a in'])).toEqual([[1, 0, 4, 'user a in', 3, 9]]);
  expect(mineAll(copy, ['user a in'])).toEqual([[1, 0, 6, 'user <*> in', 3, 9]]);
});

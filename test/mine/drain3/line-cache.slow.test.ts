import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DrainMiner } from '../../../src/mine/drain3/drain-miner.ts';
import { FILTERS_MAX } from '../../../src/mine/simd/assembly/layout.ts';

const encoder = new TextEncoder();

/** Id, change, counts and text after each line. */
function mineAll(miner: DrainMiner, lines: readonly string[]): unknown[] {
  return lines.map((line) => {
    const bytes = encoder.encode(line);
    const template = miner.mine(bytes, 0, bytes.length);
    return [template.id, miner.change, template.size, template.text, miner.tokenCount, miner.charCount];
  });
}

function expectSame(lines: readonly string[], options: { simTh: number; maxTemplates: number }): void {
  const remembering = new DrainMiner(options);
  const plain = new DrainMiner({ ...options, shapeCache: false });
  expect(mineAll(remembering, lines)).toEqual(mineAll(plain, lines));
  expect(remembering.evicted).toBe(plain.evicted);
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
        expectSame(lines, { simTh, maxTemplates });
      },
    ),
    { numRuns: 60 },
  );
});

const digitToken = fc.constantFrom('v1', 'v2', 'n-17', 'blk_5', '7', 'a1b2', '/x/9', 'user12');
const digitLine = fc
  .array(fc.oneof(digitToken, fc.constantFrom('user', 'order', 'a', '#', '_#', '#=#', 'é#')), {
    minLength: 1,
    maxLength: 5,
  })
  .map((words) => words.join(' '));

it('tokens with digits, known and new ones, are told apart as without being remembered', () => {
  fc.assert(
    fc.property(
      fc.array(digitLine, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(), { minLength: 1000, maxLength: 3000 }),
      fc.constantFrom(3, 8, 1000),
      fc.constantFrom(0.2, 0.4, 0.7),
      fc.integer({ min: 2, max: 60 }),
      (pool, picks, maxTemplates, simTh, values) => {
        const lines = picks.map((pick) => pool[pick % pool.length]!.replaceAll('#', () => `${(pick >> 4) % values}`));
        expectSame(lines, { simTh, maxTemplates });
      },
    ),
    { numRuns: 30 },
  );
});

it('more miners than there are filters of known tokens take them from each other', () => {
  const pairs = Array.from({ length: FILTERS_MAX + 3 }, () =>
    [true, false].map((shapeCache) => new DrainMiner({ simTh: 0.4, maxTemplates: 20, shapeCache })),
  );
  for (let round = 0; round < 190; round++)
    for (const [index, [remembering, plain]] of pairs.entries()) {
      const lines = [
        `a${index} b${index} c${index} of`,
        `d${index} e${index} f${index} of`,
        `d${round} e0 f${index} of`,
      ];
      expect(mineAll(remembering!, lines)).toEqual(mineAll(plain!, lines));
    }
});

it('a token that becomes known is known from the next line on', () => {
  const before = Array.from({ length: 600 }, () => 'request 1 of n1');
  const after = ['a1 b1 c1 of', 'a2 b2 c2 of', 'a1 b1 c1 of', 'a2 b2 c2 of', 'a1 b1 c1 of'];
  expectSame([...before, ...after], { simTh: 0.4, maxTemplates: 1000 });
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

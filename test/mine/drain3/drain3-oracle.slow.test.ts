import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DrainMiner } from '../../../src/mine/drain3/drain-miner.ts';
import { askOracle, oraclesPython } from '../../parts/oracles.ts';
import { shared } from '../../shared.ts';
import { loghubContents, LOGHUB_SETS, maskBait, mineText } from './lines.ts';

const given = process.env['HALFSPACE_ORACLES_PYTHON'];
const oracles = given === undefined ? await oraclesPython() : { path: given };
const program = readFileSync(new URL('drain3-oracle.py', import.meta.url), 'utf8');

describe.skipIf(oracles.path === undefined)('drain3 itself', () => {
  it.skipIf(!shared).each(LOGHUB_SETS)(
    'agrees on %s: masks, ids, changes, templates, sizes, counts, also while it evicts',
    async (set) => {
      const lines = loghubContents(set);
      const cases = [2000, 20, 3].flatMap((maxTemplates) =>
        [0.4, 0.7].map((simTh) => ({ simTh, maxTemplates, lines })),
      );
      expect(cases.map(mined)).toEqual(await drain3(cases));
    },
  );

  it('agrees on texts made to mislead the masks', async () => {
    const lines = fc.sample(maskBait, { numRuns: 20_000, seed: 7 });
    const cases = [{ simTh: 0.4, maxTemplates: 300, lines }];
    expect(cases.map(mined)).toEqual(await drain3(cases));
  });

  it('agrees on sentences of few words, which meet, merge and are evicted all the time', async () => {
    const words = 'go run red blue x1 7 <*> a b c d é x² 12345'.split(' ');
    const sentence = fc.array(fc.constantFrom(...words), { maxLength: 9 }).map((some) => some.join(' '));
    const lines = fc.sample(sentence, { numRuns: 20_000, seed: 7 });
    const cases = [0.3, 0.5, 0.8].map((simTh) => ({ simTh, maxTemplates: 100, lines }));
    expect(cases.map(mined)).toEqual(await drain3(cases));
  });

  it('agrees when a node has more than 100 children', async () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
    const heads = letters.flatMap((a) => letters.slice(0, 8).map((b) => a + b));
    const lines = fc.sample(
      fc
        .tuple(fc.constantFrom(...heads), fc.constantFrom(...heads), fc.constantFrom('up', 'down'))
        .map((some) => some.join(' ')),
      { numRuns: 5000, seed: 7 },
    );
    const cases = [{ simTh: 0.6, maxTemplates: 400, lines }];
    expect(cases.map(mined)).toEqual(await drain3(cases));
  });
});

interface Case {
  simTh: number;
  maxTemplates: number;
  lines: string[];
}

function drain3(cases: Case[]): Promise<unknown> {
  return askOracle(oracles.path!, program, cases);
}

function mined({ simTh, maxTemplates, lines }: Case) {
  const miner = new DrainMiner({ simTh, maxTemplates });
  const results = lines.map((text) => {
    const template = mineText(miner, text);
    return [template.id, miner.change, template.text, miner.tokenCount, miner.charCount];
  });
  return { mined: results, kept: [...miner.templates()].map(({ id, size, text }) => [id, size, text]) };
}

import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DrainMiner } from '../../../src/mine/drain3/drain-miner.ts';
import type { DrainOptions } from '../../../src/mine/drain3/drain-miner.ts';
import { shared, sharedPath } from '../../shared.ts';
import { mineText } from './lines.ts';
import { PlainDrain } from './plain-drain.ts';
import type { Mined } from './plain-drain.ts';

/** Few words, so that lines meet; some with digits, wildcards of the input's own, and masks. */
const word = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g1', '7', '<*>', 'é', 'x²', '12345', '1.2.3.4', 'zz', 'yy');
const message = fc.array(word, { maxLength: 7 }).map((words) => words.join(' '));
const options = fc.record({
  simTh: fc.constantFrom(0, 0.3, 0.4, 0.5, 0.7, 1),
  maxTemplates: fc.constantFrom(1, 2, 3, 5, 12, 1000),
  maxChildren: fc.constantFrom(2, 3, 5, 100),
  depth: fc.constantFrom(3, 4, 5, 6),
});

describe('drain', () => {
  it('does to every line what drain3 does, at any setting and under eviction', () => {
    fc.assert(
      fc.property(options, fc.array(message, { minLength: 1, maxLength: 120 }), (settings, messages) => {
        const plain = new PlainDrain(settings);
        expect(minedBy(settings, messages)).toEqual(messages.map((text) => plain.addMessage(text)));
      }),
      { numRuns: 500, seed: 42 },
    );
  });

  it('keeps the order of last use, sizes and templates of drain3', () => {
    fc.assert(
      fc.property(options, fc.array(message, { minLength: 1, maxLength: 60 }), (settings, messages) => {
        const plain = new PlainDrain(settings);
        const miner = new DrainMiner(settings);
        for (const text of messages) {
          plain.addMessage(text);
          mineText(miner, text);
        }
        const wanted = [...plain.clusters.values()].map(({ id, size, tokens }) => ({
          id,
          size,
          text: tokens.join(' '),
        }));
        const kept = [...miner.templates()].map(({ id, size, text }) => ({ id, size, text }));
        expect(kept).toEqual(wanted.toSorted((a, b) => a.id - b.id));
        expect(miner.templateCount).toBe(kept.length);
      }),
      { numRuns: 500, seed: 42 },
    );
  });

  it('has the same answer for a leaf of hundreds of templates as for one after the other', () => {
    const dictionary = Array.from(
      { length: 30 },
      (_, index) => `w${String.fromCharCode(97 + (index % 26))}${index > 25 ? 'x' : ''}`,
    );
    const sentence = fc
      .array(fc.constantFrom(...dictionary), { minLength: 6, maxLength: 6 })
      .map((words) => `go ${words.join(' ')}`);
    fc.assert(
      fc.property(
        fc.array(sentence, { minLength: 300, maxLength: 600 }),
        fc.constantFrom(0.5, 0.6, 0.8),
        fc.constantFrom(40, 150, 1000),
        (messages, simTh, maxTemplates) => {
          const plain = new PlainDrain({ simTh, maxTemplates });
          expect(minedBy({ simTh, maxTemplates }, messages)).toEqual(messages.map((text) => plain.addMessage(text)));
        },
      ),
      { numRuns: 8, seed: 42 },
    );
  });

  describe.skipIf(!shared)('against the golden results of drain3', () => {
    it.each(['Apache', 'HDFS', 'Linux', 'OpenSSH', 'Zookeeper'])('%s: every id, change and template', (set) => {
      const golden: SetGolden = JSON.parse(readFileSync(sharedPath(`golden/drain_${set}.json`), 'utf8'));
      const miner = new DrainMiner({ simTh: 0.4, maxTemplates: 10_000 });
      const ids: number[] = [];
      const changes: number[] = [];
      const templateChanges: Mined[] = [];
      golden.masked.forEach((text, index) => {
        const template = mineText(miner, text);
        ids.push(template.id);
        changes.push(miner.change);
        if (miner.change !== 0) templateChanges.push([index, template.id, template.text]);
      });
      expect(ids).toEqual(golden.ids);
      expect(changes).toEqual(golden.change);
      expect(templateChanges).toEqual(golden.template_changes);
      const final = Object.fromEntries([...miner.templates()].map(({ id, size, text }) => [id, [size, text]]));
      expect(final).toEqual(golden.final);
    });

    it.each(['0.4', '0.7'])(
      'the edges at a threshold of %s: empty lines, numbers, wildcards, too many children',
      (simTh) => {
        const golden: EdgeGolden = JSON.parse(readFileSync(sharedPath(`golden/drain_edge_${simTh}.json`), 'utf8'));
        const mined = minedBy({ simTh: golden.sim_th, maxTemplates: 10_000 }, golden.lines);
        expect(mined.map(([id]) => id)).toEqual(golden.ids);
        expect(mined.map(([, , template]) => template)).toEqual(golden.template_mined);
      },
    );
  });
});

interface SetGolden {
  masked: string[];
  ids: number[];
  change: number[];
  template_changes: Mined[];
  final: Record<string, [number, string]>;
}

interface EdgeGolden {
  sim_th: number;
  lines: string[];
  ids: number[];
  template_mined: string[];
}

function minedBy(settings: DrainOptions, messages: string[]): Mined[] {
  const miner = new DrainMiner(settings);
  return messages.map((text) => {
    const template = mineText(miner, text);
    return [template.id, miner.change, template.text];
  });
}

import { describe, expect, it } from 'vitest';
import { ArchiveReader } from '../../../src/domain/archive/archive-reader.ts';
import { ArchiveWriter } from '../../../src/domain/archive/archive-writer.ts';
import { OVERFLOW_TEMPLATE } from '../../../src/domain/cluster.ts';
import { KeyedMiner } from '../../../src/mine/keyed/keyed-miner.ts';
import { CREATED, UNCHANGED } from '../../../src/mine/template-miner.ts';
import { mineText, valuesIn } from './keyed-lines.ts';

/** As `NewTemplates` has them. */
const LINES_EACH = 32;
const AT_ONCE = 1024;

/** Lines of random words, no two of which have a template in common. */
function babble(count: number, seed = 42): string[] {
  let state = seed;
  const word = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state.toString(36).replaceAll(/\d/g, 'z');
  };
  return Array.from({ length: count }, (_, i) => Array.from({ length: 3 + (i % 9) }, word).join(' '));
}

/** Of each line the template's number and text, and what the line changed. */
function mined(miner: KeyedMiner, lines: readonly string[]): string[] {
  return lines.map((line) => {
    const { id, text } = mineText(miner, line);
    return `${id} ${text} ${miner.change}`;
  });
}

describe('S11, S18: a service that has all the templates it may have', () => {
  const limited = (maxTemplates: number) => new KeyedMiner({ maxTemplates, limitsNew: true });

  it('makes new ones at once up to a number, then one for so many lines; the others join one for all', () => {
    const miner = limited(100);
    const lines = babble(100 + 3 * AT_ONCE + 64 * LINES_EACH);
    const texts = lines.map((line) => mineText(miner, line).text);
    const own = texts.filter((text) => text !== OVERFLOW_TEMPLATE).length;
    // What the lines before have earned is there at once, and the budget was full.
    expect(texts.slice(0, 100 + AT_ONCE)).not.toContain(OVERFLOW_TEMPLATE);
    expect(own).toBeLessThanOrEqual(100 + AT_ONCE + Math.ceil(lines.length / LINES_EACH));
    expect(own).toBeGreaterThan(100 + AT_ONCE + 64);
    expect(miner.templateCount).toBe(100);
    const overflow = miner.templates().filter(({ text }) => text === OVERFLOW_TEMPLATE);
    expect(overflow.map(({ size, identity }) => [size, identity])).toEqual([[lines.length - own, OVERFLOW_TEMPLATE]]);
    expect(valuesIn(miner, overflow[0]!, 'never seen 4711')).toEqual([]);
  });

  it('does not count as full before, and is not slowed where nothing is limited', () => {
    for (const miner of [limited(5000), new KeyedMiner({ maxTemplates: 100 })])
      expect(babble(5000).map((line) => mineText(miner, line).text)).not.toContain(OVERFLOW_TEMPLATE);
  });

  it('counts as full by weight too: few long lines are as many short ones', () => {
    const miner = limited(2000);
    const pad = ` ${'q'.repeat(12_000)}`;
    const texts = babble(3000).map((line) => mineText(miner, line + pad).text);
    expect(texts.slice(-500).filter((text) => text === OVERFLOW_TEMPLATE).length).toBeGreaterThan(450);
    expect(miner.templateCount).toBeLessThan(500);
    expect(miner.heldBytes).toBeLessThan(5 << 20);
  });

  it('knows what it knew: a line that comes once in 20,000 of a flood keeps its template', () => {
    const miner = limited(2000);
    const { id } = mineText(miner, 'the ledger was closed by 7 clerks');
    babble(101_000).forEach((line, i) => {
      mineText(miner, line);
      // Its beginning, when new templates are still made at once, drives out more.
      if (i % (i < 4000 ? 1000 : 20_000) !== 0) return;
      expect(mineText(miner, `the ledger was closed by ${i} clerks`).id).toBe(id);
      expect(miner.change).toBe(UNCHANGED);
    });
  });

  it('lets in a new template again once the flood is over', () => {
    const miner = limited(100);
    mined(miner, babble(10_000));
    // The first of them that is let in takes one.
    for (let i = 0; i < 2 * LINES_EACH; i++) mineText(miner, 'all is well');
    const template = mineText(miner, 'the ledger has lost its journal');
    expect([template.text, miner.change]).toEqual(['the ledger has lost its journal', CREATED]);
  });

  it('does the same with its memory of lines and without, as a clone, and after a restart', () => {
    const before = babble(4000);
    // Lines that were refused come again, and mostly are still refused.
    const after = [...before.slice(-600), ...babble(2000, 7), ...before.slice(-600)];
    const miner = limited(50);
    const plain = new KeyedMiner({ maxTemplates: 50, limitsNew: true, lineCache: false });
    expect(mined(miner, before)).toEqual(mined(plain, before));
    const writer = new ArchiveWriter();
    miner.archive(writer);
    const restored = limited(50);
    const reader = new ArchiveReader(writer.take());
    restored.archive(reader);
    reader.finish();
    const clone = miner.clone();
    const expected = mined(plain, after);
    expect(mined(miner, after)).toEqual(expected);
    expect(mined(clone, after)).toEqual(expected);
    expect(mined(restored, after)).toEqual(expected);
    expect(expected.filter((line) => line.includes(OVERFLOW_TEMPLATE)).length).toBeGreaterThan(1000);
  });
});

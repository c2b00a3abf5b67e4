import { describe, expect, it } from 'vitest';
import { CHANGED, CREATED, UNCHANGED } from '../../../src/mine/template-miner.ts';
import { shared } from '../../shared.ts';
import { loghubContents, LOGHUB_SETS } from '../drain3/lines.ts';
import { keyedMiner, mineText, templateOf, valuesIn } from './keyed-lines.ts';

describe('the default miner', () => {
  it('keeps words and shows values, punctuation and spacing as the first line had them', () => {
    const miner = keyedMiner();
    const first = mineText(miner, 'Accepted [10.0.0.1:22]  in 15ms (user=bob, id 7)');
    expect(first.text).toBe('Accepted [<*>:<*>]  in <*> (user=bob, id <*>)');
    expect(first.identity).toBe('Accepted <*> in <*> user bob id <*>');
    expect([miner.change, first.size, first.version]).toEqual([CREATED, 1, 0]);
    expect(mineText(miner, 'Accepted [10.0.0.22:2200]  in 1.5s (user=bob, id 1234567)')).toBe(first);
    expect([miner.change, first.size]).toEqual([UNCHANGED, 2]);
  });

  it('makes a variable of a word once eight templates differ in it, and keeps the oldest', () => {
    const miner = keyedMiner();
    const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal'];
    const mined = names.map((name) => mineText(miner, `user ${name} logged in from 10.0.0.1`));
    const survivor = mined.at(-1)!;
    expect(survivor).toBe(mined[0]);
    expect([miner.change, survivor.id, survivor.size, survivor.version]).toEqual([CHANGED, 1, 8, 1]);
    expect(survivor.text).toBe('user <*> logged in from <*>');
    expect(survivor.identity).toBe('user <*> logged in from <*>');
    expect(survivor.aliases).toEqual(names.map((name) => `user ${name} logged in from <*>`));
    expect(miner.absorbed.map((template) => template.id)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(miner.templateCount).toBe(1);
    expect(mineText(miner, 'user ivy logged in from 10.0.0.1')).toBe(survivor);
    expect(mineText(miner, 'user u123 logged in from 10.0.0.1')).toBe(survivor);
    expect([miner.change, miner.absorbed]).toEqual([UNCHANGED, []]);
    expect(valuesIn(miner, survivor, 'user ivy logged in from 10.0.0.1')).toEqual(['word ivy', 'other 10.0.0.1']);
  });

  it.skipIf(!shared).each(LOGHUB_SETS)('finds its own texts again: %s', (set) => {
    const miner = keyedMiner();
    for (const content of loghubContents(set)) {
      const { identity, text } = mineText(miner, content);
      expect(templateOf(text).identity).toBe(identity);
    }
  });

  it('takes nothing, NUL bytes, malformed UTF-8 and a mebibyte', () => {
    const miner = keyedMiner();
    expect(mineText(miner, '').text).toBe('');
    expect(mineText(miner, ' \n\t\n').id).toBe(1);
    expect(mineText(miner, 'a\0b \0').text).toBe('a\0b \0');
    expect(miner.mine(Uint8Array.of(0xff, 0x61, 0xc3), 0, 3).text).toBe('\ufffda\ufffd');
    expect(mineText(miner, 'x'.repeat(1 << 20)).text).toHaveLength(16_384);
    expect(mineText(miner, 'y '.repeat(1 << 19)).text.length).toBeLessThanOrEqual(16_384);
    expect(mineText(miner, '🙂 ok').text).toBe('🙂 ok');
  });
});

import { describe, expect, it } from 'vitest';
import { createMiner } from '../../../src/mine/create-miner.ts';
import { KeepingMiner } from '../../../src/mine/kept/keeping-miner.ts';
import { CREATED, UNCHANGED } from '../../../src/mine/template-miner.ts';
import type { MinedTemplate } from '../../../src/mine/template-miner.ts';

function miner(maxTemplates = 100): KeepingMiner {
  return createMiner({ simTh: 0.4, maxTemplates, keepsTemplates: true }) as KeepingMiner;
}

function mine(own: KeepingMiner, message: string, template?: string | Uint8Array): MinedTemplate {
  const bytes = new TextEncoder().encode(message);
  const given = typeof template === 'string' ? new TextEncoder().encode(template) : template;
  if (given !== undefined) own.keep(given, 0, given.length);
  return own.mine(bytes, 0, bytes.length);
}

function values(own: KeepingMiner, template: MinedTemplate, message: string): [string, number][] {
  const bytes = new TextEncoder().encode(message);
  const { count, start, end, kind } = own.parameters(template, bytes, 0, bytes.length);
  return Array.from({ length: count }, (_, i) => [message.slice(start[i], end[i]), kind[i]!]);
}

describe('a line that brings its template', () => {
  it('keeps it, whatever it says itself, and the next line without one is mined', () => {
    const own = miner();
    const first = mine(own, 'user alice logged in', 'user <*> logged <*>');
    expect(first).toMatchObject({ text: 'user <*> logged <*>', size: 1, tokenCount: 4 });
    expect(own).toMatchObject({ change: CREATED, tokenCount: 4, charCount: 20 });
    const second = mine(own, 'user bob logged out', 'user <*> logged <*>');
    expect(second).toBe(first);
    expect(second.size).toBe(2);
    expect(own.change).toBe(UNCHANGED);
    expect(mine(own, 'user carol logged in').text).toBe('user carol logged in');
    expect(own.templateCount).toBe(2);
  });

  it('is known again by the canonical text, to the letter or not', () => {
    const own = miner();
    const first = mine(own, 'a', 'disk <*> full');
    for (const text of ['disk <*> full', '  disk\t<*>  full \n', '\ndisk <*> full\nsecond line']) {
      expect(mine(own, 'a', text)).toBe(first);
    }
  });

  it('has an identity of its own beside a mined template of the same text', () => {
    const own = miner();
    const mined = mine(own, 'cache refreshed');
    const kept = mine(own, 'cache refreshed', 'cache refreshed');
    expect(kept).not.toBe(mined);
    expect([kept.text, kept.identity === mined.identity, kept.id === mined.id]).toEqual([mined.text, false, false]);
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n\t '],
    ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0x00, 0x80)],
    ['4,097 bytes', 'x'.repeat(4097)],
    ['a megabyte', 'x '.repeat(1 << 19)],
  ])('is mined where the template is %s', (_, template) => {
    const own = miner();
    expect(mine(own, 'cache refreshed', template).text).toBe('cache refreshed');
  });

  it('keeps a template of 4,096 bytes', () => {
    expect(mine(miner(), 'cache refreshed', 'x'.repeat(4096)).text).toHaveLength(4096);
  });
});

describe('kept templates', () => {
  it('have half of the places; the least recently used makes room and is counted', () => {
    const own = miner(6);
    const [a] = ['a', 'b', 'c'].map((text) => mine(own, 'x', text));
    expect(mine(own, 'x', 'a')).toBe(a);
    mine(own, 'x', 'd');
    expect(own).toMatchObject({ templateCount: 3, evicted: 1 });
    expect(own.templates().map(({ text }) => text)).toEqual(['a', 'c', 'd']);
    for (const word of ['one', 'two', 'three', 'four', 'five']) mine(own, word);
    expect(own).toMatchObject({ templateCount: 6, evicted: 3 });
    const again = mine(own, 'x', 'b');
    expect([again.size, own.change]).toEqual([1, CREATED]);
  });

  it('are bounded by what they weigh, too', () => {
    const own = miner(10_000);
    for (let i = 0; i < 1000; i++) mine(own, 'x', `${i} ${'y'.repeat(4000)}`);
    expect(own.templateCount).toBeLessThan(600);
    expect(own.heldBytes).toBeLessThan(5 << 20);
    expect(own.evicted).toBe(1000 - own.templateCount);
  });

  it('of a copy count apart', () => {
    const own = miner();
    const kept = mine(own, 'x', 'a');
    const copy = own.clone();
    expect(mine(copy, 'x', 'a')).not.toBe(kept);
    expect([kept.size, copy.templates()[0]?.size]).toEqual([1, 2]);
    expect(mine(copy, 'x', 'b').id).toBe(mine(own, 'x', 'c').id);
  });

  it('tell the values between their constant parts, numbers as such', () => {
    const own = miner();
    const template = mine(own, 'x', 'order <*> took <NUM> for <*>');
    expect(values(own, template, 'order 4711 took 12.5ms for 10.0.0.1')).toEqual([
      ['4711', 0],
      ['12.5ms', 0],
      ['10.0.0.1', 2],
    ]);
    expect(values(own, template, 'something else')).toEqual([]);
    expect(values(own, mine(own, 'x', '<*> '.repeat(100)), 'a '.repeat(100))).toHaveLength(32);
  });
});

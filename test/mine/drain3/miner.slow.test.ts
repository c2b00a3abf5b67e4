import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DrainMiner } from '../../../src/mine/drain3/drain-miner.ts';
import type { DrainOptions } from '../../../src/mine/drain3/drain-miner.ts';
import { shared } from '../../shared.ts';
import { loghubContents, LOGHUB_SETS, maskBait, mineText } from './lines.ts';

describe('a miner', () => {
  it('gives the same results with its caches and without, also while it evicts', () => {
    fc.assert(
      fc.property(fc.array(maskBait, { maxLength: 30 }), fc.constantFrom(1, 4, 1000), (shapes, maxTemplates) => {
        // Each shape again and again with other digits, so that the caches have something to remember.
        const messages = [0, 1, 2, 3].flatMap((round) => shapes.map((text) => otherDigits(text, round)));
        const options = { simTh: 0.4, maxTemplates };
        expect(outcome(options, messages)).toEqual(outcome({ ...options, shapeCache: false }, messages));
      }),
      { numRuns: 250, seed: 42 },
    );
  });

  it.skipIf(!shared).each([5, 40, 2000])(
    'gives the same results with its caches and without on real logs, %i templates',
    (maxTemplates) => {
      for (const set of LOGHUB_SETS) {
        const contents = loghubContents(set);
        const messages = [...contents, ...contents.map((text) => otherDigits(text, 3))];
        const options = { simTh: 0.4, maxTemplates };
        expect(outcome(options, messages)).toEqual(outcome({ ...options, shapeCache: false }, messages));
      }
    },
  );

  it('says what the last line did', () => {
    const miner = new DrainMiner({ simTh: 0.4, maxTemplates: 10 });
    const first = mineText(miner, 'user alice logged in');
    expect([miner.change, first.id, first.text, first.version]).toEqual([1, 1, 'user alice logged in', 0]);
    const second = mineText(miner, 'user bob logged in');
    expect(second).toBe(first);
    expect([miner.change, first.size, first.text, first.version]).toEqual([2, 2, 'user <*> logged in', 1]);
    mineText(miner, 'user carol logged in');
    expect([miner.change, first.size, first.version, first.tokenCount]).toEqual([0, 3, 1, 4]);
  });

  it('drops the least recently used template at its cap, counts it, and can still read it', () => {
    const miner = new DrainMiner({ simTh: 0.4, maxTemplates: 2 });
    const dropped = mineText(miner, 'alpha one');
    mineText(miner, 'beta two three');
    mineText(miner, 'gamma');
    expect([miner.templateCount, miner.evicted]).toEqual([2, 1]);
    for (let i = 0; i < 3000; i++) mineText(miner, `${word(i)} ${word(i * 7)} ${word(i * 31)}`);
    expect([miner.templateCount, miner.evicted]).toEqual([2, 3001]);
    expect(dropped.text).toBe('alpha one');
  });

  it('keeps every template readable while the table of tokens is swept under it', () => {
    const miner = new DrainMiner({ simTh: 0.9, maxTemplates: 50 });
    for (let i = 0; i < 5000; i++) {
      const text = `${word(i)} ${word(i * 7)} ${word(i * 31)}`;
      expect(mineText(miner, text).text).toBe(text);
    }
    const kept = [...miner.templates()].map((template) => template.text);
    expect(kept).toEqual(
      Array.from({ length: 50 }, (_, k) => 4950 + k).map((i) => `${word(i)} ${word(i * 7)} ${word(i * 31)}`),
    );
  });

  it('is not taught by what its clone mines', () => {
    const miner = new DrainMiner({ simTh: 0.4, maxTemplates: 3 });
    const plain = new DrainMiner({ simTh: 0.4, maxTemplates: 3 });
    const both = ['user alice logged in', 'disk full', 'a b c', 'disk full'];
    for (const text of both) for (const each of [miner, plain]) mineText(each, text);
    const clone = miner.clone();
    expect(mineText(clone, 'user bob logged in').text).toBe('user <*> logged in');
    for (const text of ['x', 'y z', 'p q r s t']) mineText(clone, text);
    expect(clone.evicted).toBe(3);
    expect([...miner.templates()].map(({ id, size, text }) => [id, size, text])).toEqual([
      [1, 1, 'user alice logged in'],
      [2, 2, 'disk full'],
      [3, 1, 'a b c'],
    ]);
    for (const text of ['new one here ok', 'user bob logged in', 'disk full']) {
      expect(mineText(miner, text).id).toBe(mineText(plain, text).id);
    }
  });

  it('goes on as its original would', () => {
    fc.assert(
      fc.property(fc.array(maskBait, { maxLength: 40 }), fc.array(maskBait, { maxLength: 40 }), (before, after) => {
        const miner = new DrainMiner({ simTh: 0.4, maxTemplates: 6 });
        for (const text of before) mineText(miner, text);
        const clone = miner.clone();
        expect(results(clone, after)).toEqual(results(miner, after));
      }),
      { numRuns: 150, seed: 42 },
    );
  });

  it('takes nothing, NUL bytes, malformed UTF-8 and a mebibyte', () => {
    const miner = new DrainMiner({ simTh: 0.4, maxTemplates: 10 });
    expect(mineText(miner, '').text).toBe('');
    expect(mineText(miner, ' \n\t\n').id).toBe(1);
    expect(mineText(miner, 'a\0b \0').text).toBe('a\0b \0');
    expect(miner.mine(Uint8Array.of(0xff, 0x31, 0xc3), 0, 3).text).toBe('\ufffd1\ufffd');
    expect(mineText(miner, 'x'.repeat(1 << 20)).text).toHaveLength(16_384);
    expect(mineText(miner, 'y '.repeat(1 << 19)).tokenCount).toBe(1024);
    expect(mineText(miner, '🙂 ok').text).toBe('🙂 ok');
  });

  it('refuses settings that no tree can have, and says which', () => {
    expect(() => new DrainMiner({ simTh: 0.4, maxTemplates: 0 })).toThrow(
      'got 0 templates, 100 children, depth 4; expected at least 1, 2 and 3',
    );
    expect(() => new DrainMiner({ simTh: 0.4, maxTemplates: 5, depth: 2 })).toThrow(RangeError);
  });

  it('reads from shared memory', () => {
    const text = new TextEncoder().encode('xx user é 12345 logged in');
    const bytes = new Uint8Array(new SharedArrayBuffer(64), 5);
    bytes.set(text);
    const miner = new DrainMiner({ simTh: 0.4, maxTemplates: 10 });
    expect(miner.mine(bytes, 3, text.length).text).toBe('user é <NUM> logged in');
  });

  it('bounds the text that it holds, whatever it is sent', () => {
    const miner = new DrainMiner({ simTh: 0.4, maxTemplates: 2000 });
    for (let i = 0; i < 1500; i++) mineText(miner, `${word(i)}${'q'.repeat(15_000)}${' z'.repeat(i % 400)}`);
    expect(miner.heldBytes).toBeLessThan(32 << 20);
    expect(miner.evicted).toBeGreaterThan(0);
    expect(mineText(miner, 'still here').text).toBe('still here');
  });
});

/** Everything that can be seen of a miner while and after it mined. */
function outcome(options: DrainOptions, messages: string[]) {
  const miner = new DrainMiner(options);
  const mined = results(miner, messages);
  const kept = [...miner.templates()].map(({ id, size, text, version }) => [id, size, text, version]);
  return { mined, kept, count: miner.templateCount, evicted: miner.evicted };
}

function results(miner: DrainMiner, messages: string[]) {
  return messages.map((text) => {
    const template = mineText(miner, text);
    return [template.id, template.size, miner.change, template.text, miner.tokenCount, miner.charCount];
  });
}

function otherDigits(text: string, round: number): string {
  return text.replaceAll(/[0-9]/g, (digit) => String((Number(digit) * 3 + round) % 10));
}

/** A word without digits, another one for every number below 26^3. */
function word(index: number): string {
  return String.fromCharCode(
    97 + (index % 26),
    97 + (Math.floor(index / 26) % 26),
    97 + (Math.floor(index / 676) % 26),
  );
}

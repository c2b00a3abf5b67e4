import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineKinds } from '../../../src/mine/keyed/line-kinds.ts';
import { keyBait, keyedMiner, mineText, templateOf, valuesIn } from './keyed-lines.ts';

const RED = '\u001b[31m';
const RESET = '\u001b[0m';
const SEQUENCES = [RED, RESET, '\u001b[m', '\u001b[1;38;5;208m', '\u001b[01;31m\u001b[K'];
const CHARACTERS = new RegExp(String.raw`\x1b\[[0-9;]*[mK]|[^]`, 'gu');
const encoder = new TextEncoder();

describe('a line with colours is mined as if it had none:', () => {
  it.each([
    ['a level', `${RED}ERROR${RESET} disk sda1 is full`, 'ERROR disk sda1 is full'],
    ['keys', `${RED}method${RESET}=GET ${RED}path${RESET}=/api/users ms=12`, 'method=GET path=/api/users ms=12'],
    ['a number apart from its unit', `took ${RED}12${RESET}ms`, 'took 12ms'],
    ['a part of a word', `no f${RED}oo${RESET} here`, 'no foo here'],
    ['a JSON record', `${RED}{"msg":"order 17 placed","user":"bob"}${RESET}`, '{"msg":"order 17 placed","user":"bob"}'],
    ['what a search has marked', 'a \u001b[01;31m\u001b[Kdisk\u001b[m\u001b[K is full', 'a disk is full'],
    ['later lines only', `disk is full\n${RED}  at x${RESET}`, 'disk is full\n  at x'],
  ])('%s', (_, coloured, plain) => {
    const miner = keyedMiner();
    const template = mineText(miner, coloured);
    expect(template.identity).toBe(templateOf(plain).identity);
    expect(template.text).toBe(templateOf(plain).text);
    expect(mineText(miner, plain)).toBe(template);
    const bytes = encoder.encode(coloured);
    expect(miner.find(bytes, 0, bytes.length)).toBe(template);
    const kinds = new LineKinds();
    const kindOf = (text: string) => kinds.of(encoder.encode(text), 0, encoder.encode(text).length, 0);
    expect(kindOf(coloured)).toBe(kindOf(plain));
  });

  it('wherever the colours stand', () => {
    const places = fc.array(fc.tuple(fc.nat(60), fc.constantFrom(...SEQUENCES)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(keyBait, places, (bait, colours) => {
        const plain = bait.replaceAll('\u001b', '');
        let coloured = plain;
        for (const [at, sequence] of colours) coloured = insert(coloured, at, sequence);
        const [as, is] = [templateOf(coloured), templateOf(plain)];
        expect([as.identity, as.text]).toEqual([is.identity, is.text]);
      }),
      { numRuns: 3000 },
    );
  });

  it('its values are those of the line without', () => {
    const miner = keyedMiner();
    const template = mineText(miner, 'call 7 from 10.0.0.1 took 12ms');
    const coloured = `call ${RED}8${RESET} from 10.0.${RED}0.2${RESET} took ${RED}13${RESET}ms`;
    expect(valuesIn(miner, template, coloured)).toEqual(['number 8', 'other 10.0.0.2', 'number 13ms']);
    expect(valuesIn(miner, template, 'call 9 from 10.0.0.3 took 14ms')).toEqual([
      'number 9',
      'other 10.0.0.3',
      'number 14ms',
    ]);
  });

  it('other sequences still part words, and a lone escape is none', () => {
    expect(templateOf('one\u001b[10Ctwo').identity).toBe('one two');
    expect(templateOf('one\u001btwo').identity).toBe('one two');
    expect(templateOf('one\u001b[31').text).toBe('one\u001b[<*>');
  });

  it('a mebibyte of colours is looked at in part', () => {
    const long = `${RED}disk${RESET} `.repeat(1 << 16);
    expect(templateOf(long).text.length).toBeLessThanOrEqual(16_384);
    expect(templateOf(RED.repeat(1 << 17)).text).toBe('');
  });
});

/** Between two characters that are not those of a sequence. */
function insert(text: string, at: number, sequence: string): string {
  const parts = text.match(CHARACTERS) ?? [];
  parts.splice(at % (parts.length + 1), 0, sequence);
  return parts.join('');
}

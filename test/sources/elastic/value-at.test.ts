import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueAt } from '../../../src/sources/elastic/value-at.ts';

describe('a value at a path', () => {
  it('is found whichever dots are nesting and whichever belong to a name', () => {
    const parts = fc.array(fc.constantFrom('a', 'b', 'log', 'level'), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (names, nested) => {
        const path = names.join('.');
        const keys = names
          .map((name, i) => (i > 0 && nested[i] === true ? `/${name}` : name))
          .join('.')
          .split('./');
        const document = keys.toReversed().reduce<unknown>((inner, key) => ({ other: 1, [key]: inner }), 'found');
        expect(valueAt(document as Record<string, unknown>, path)).toBe('found');
      }),
    );
  });

  it.each([
    ['null', { log: { level: null } }],
    ['a name of every object', { log: {} }],
    ['a text where an object was expected', { log: 'a line' }],
    ['nothing', {}],
  ])('is none where there is %s', (_, document) => {
    expect(valueAt(document, 'log.level')).toBeUndefined();
    expect(valueAt(document, 'constructor.name')).toBeUndefined();
  });

  it('of an array of objects is that of the first which has it', () => {
    expect(valueAt({ log: [{ x: 1 }, { level: 'warn' }, { level: 'info' }] }, 'log.level')).toBe('warn');
  });
});

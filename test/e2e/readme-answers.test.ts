import { describe, expect, test } from 'vitest';
import { commandBlocks } from './readme-commands.ts';
import { differences, omissions, parseShown } from './shown-answer.ts';

describe('an answer that the README shows', () => {
  test('is true when the real one has more, other counts and other times', () => {
    const shown = { id: 3, at: '2026-11-22T20:00:00Z', score: 0.98, list: [{ name: 'b' }] };
    const real = { id: 77, at: '2027-01-01T00:00:00.5Z', score: 0.9827, list: [{ name: 'a' }, { name: 'b', more: 1 }] };
    expect(differences(shown, real)).toEqual([]);
  });

  test.each([
    ['a key that is missing', { a: 1 }, {}, 'answer.a is missing'],
    ['another text', { a: 'x' }, { a: 'y' }, 'answer.a is "y", shown is "x"'],
    ['a time that is none', { a: '2026-11-22T20:00:00Z' }, { a: 'later' }, 'answer.a is "later"'],
    ['another type', { a: '1' }, { a: 1 }, 'answer.a is 1'],
    ['a fraction that is not the real one rounded', { a: 0.98 }, { a: 0.97 }, 'answer.a is 0.97'],
    ['an entry that the list has not', { a: [{ b: 'x' }] }, { a: [{ b: 'y' }] }, 'answer.a[0].b is "y"'],
    ['an entry of an empty list', { a: [1] }, { a: [] }, 'the real list is empty'],
    ['null for a value', { a: null }, { a: 0 }, 'answer.a is 0'],
  ])('is found out: %s', (_what, shown, real, difference) => {
    expect(differences(shown, real).join()).toContain(difference);
  });

  test('may say in comments what it leaves out', () => {
    expect(parseShown('{ "url": "http://x", "list": [1,\n // and 28 more\n], }')).toEqual({
      url: 'http://x',
      list: [1],
    });
  });
});

describe('what a shown answer leaves out', () => {
  const real = { id: 7, list: [{ name: 'a', of: 'x' }, { name: 'b' }], inner: { a: 1, b: 2 } };

  test('is found where no comment of the same object or list says so', () => {
    expect(omissions('{ "list": [{ "name": "a" }], "inner": {\n// and b\n"a": 1 } }', real)).toEqual([
      'answer.id is left out',
      'answer.list has 2 entries',
      'answer.list[0].of is left out',
    ]);
  });

  test('may be told by comments', () => {
    const shown = '{\n"list": [\n{\n"name": "[a]",\n// and of\n},\n// and one more\n],\n// and inner, id\n}';
    expect(omissions(shown, real)).toEqual([]);
    expect(omissions('{ "a": [1, 2], "b": {} }', { a: [1, 2], b: {} })).toEqual([]);
  });
});

describe('the commands of a page', () => {
  test('go over lines by a backslash or a quote, and have the answer that follows their block', () => {
    const page =
      "```sh\n# a remark\nfirst \\\n  on\nsecond 'a\nb'\n```\n\ntext\n\n```json\n{}\n```\n\n```sh\nthird\n```\n";
    expect(commandBlocks(page)).toEqual([
      { commands: ['first \\\n  on', "second 'a\nb'"], line: 2, answer: { language: 'json', text: '{}\n', line: 12 } },
      { commands: ['third'], line: 16, answer: undefined },
    ]);
  });

  test('have an end', () => {
    expect(() => commandBlocks("```sh\necho 'a\n```\n")).toThrow("has no end: echo 'a");
  });
});

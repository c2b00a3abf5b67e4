import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const TESTS = fileURLToPath(new URL('..', import.meta.url));

/** What an attacker may try, one row each; each has a test whose title begins with its number. */
const ROWS: Readonly<Record<string, string>> = {
  S1: 'ingestion without authentication',
  S2: 'comparison of secrets in constant time',
  S3: 'requests to hosts of the attacker’s choice',
  S4: 'secrets in logs, errors, answers, metrics and files',
  S5: 'expressions that take for ever',
  S6: 'pollution of prototypes',
  S7: 'bombs of compressed data',
  S8: 'slow and silent connections',
  S9: 'memory of unfinished requests',
  S10: 'any number of services',
  S11: 'any number of templates',
  S12: 'long lines, many attributes, deep values',
  S13: 'floods and lies of HTTP/2, floods of HTTP/1.1',
  S14: 'large headers',
  S15: 'malformed input',
  S16: 'injection into logs, terminals, pages, sheets and chats',
  S17: 'paths by names of services',
  S18: 'poisoned learning',
  S19: 'poisoned time',
  S20: 'ports open to others out of the box',
  S21: 'supply chain',
  S22: 'container and pod',
  S23: 'TLS',
  S24: 'inner details in errors',
};

/** The head of a title, which names the rows that the test is for: `S7: `, `G22, S14: `, `S8 (scaled: 5 s for 60 s): `. */
const HEAD = /(?:\b(?:test|it|describe)|\))\(\s*['"`]((?:[A-Z]+\d+(?: \([^)]*\))?(?:, |: ))+)/g;

function rowsIn(code: string): string[] {
  return [...code.matchAll(HEAD)].flatMap(([, head = '']) => head.match(/\bS\d+\b/g) ?? []);
}

test('each kind of attack has a test whose title names its row, and no title names a row that is not', () => {
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  const named = new Set(files.flatMap((file) => rowsIn(readFileSync(join(TESTS, file), 'utf8'))));
  expect(Object.keys(ROWS).filter((row) => !named.has(row))).toEqual([]);
  expect([...named].filter((row) => !(row in ROWS))).toEqual([]);
});

test.each([
  ["test('S7: a bomb', () => {})", ['S7']],
  ["test('G22, S14: 60 KB', () => {})", ['S14']],
  ["it('S11, S18: both', () => {})", ['S11', 'S18']],
  ["test.each(all)('S13: %s', () => {})", ['S13']],
  ["])('S16: %s', () => {})", ['S16']],
  ["test.each([\n  1,\n])(\n  'S9: %s ends', () => {})", ['S9']],
  ['test(`S10: ${COUNT} names`, () => {})', ['S10']],
  ["test('as S7: says', () => {})", []],
])('%j names %j', (code, rows) => {
  expect([...new Set(rowsIn(code))]).toEqual(rows);
});

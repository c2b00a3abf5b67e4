import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SecretSet } from '../../src/security/secret-set.ts';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

test('what is shown counts when it is one of the secrets, whatever its length and however its letters are spelt', () => {
  const secrets = new SecretSet(['geheimnis-ü', 'second']);
  expect(secrets.has(Buffer.from('geheimnis-ü').toString('latin1'))).toBe(true);
  expect(secrets.has(Buffer.from('second'))).toBe(true);
  for (const wrong of ['', 'secon', 'second ', 'x'.repeat(100_000)]) expect(secrets.has(wrong)).toBe(false);
  expect(new SecretSet([]).has('')).toBe(false);
});

test.each<[string, unknown, unknown, string]>([
  ['nothing', undefined, undefined, 'missing'],
  ['another scheme', undefined, 'Basic second', 'missing'],
  ['a scheme alone', undefined, 'Bearer   ', 'missing'],
  ['a bearer token', undefined, 'bearer  second  ', 'known'],
  ['a bearer token with a blank in it', undefined, 'Bearer two words', 'known'],
  ['another bearer token', undefined, 'Bearer third', 'wrong'],
  ['its own header, which comes first', 'second', 'Bearer third', 'known'],
  ['its own header, wrong, beside a good token', 'third', 'Bearer second', 'wrong'],
  ['many blanks and then a letter', undefined, `Bearer a${' '.repeat(100_000)}b`, 'wrong'],
])('a caller shows %s', (_, secret, authorization, shown) => {
  expect(new SecretSet(['second', 'two words']).judge(secret, authorization)).toBe(shown);
});

test('from a rotation on the new ones count alone', () => {
  const secrets = new SecretSet(['old', 'both']);
  secrets.replace(['both', 'new']);
  expect(['old', 'both', 'new'].map((one) => secrets.has(one))).toEqual([false, true, true]);
});

test('S2: secrets are compared as digests of one length, by timingSafeEqual alone, and nowhere else', () => {
  const source = readFileSync(join(SRC, 'security/secret-set.ts'), 'utf8');
  expect(source).toContain('timingSafeEqual(digest, known)');
  const comparisons = source.match(/\b(\w+) *[!=]==? *\S+/g) ?? [];
  expect(comparisons.filter((one) => !/'string'/.test(one))).toEqual([]);
  expect(source).not.toMatch(/localeCompare|startsWith|indexOf|\.equals\(|\.includes\(/);
  const elsewhere = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file !== join('security', 'secret-set.ts'))
    .filter((file) => readFileSync(join(SRC, file), 'utf8').includes('timingSafeEqual'));
  expect(elsewhere).toEqual([]);
});

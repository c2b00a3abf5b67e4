import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createAuthenticator } from '../../src/receive/authenticator.ts';

const auth = createAuthenticator({ signingSecret: 'geheimnis-ü', bearerTokens: ['first-token', 'second-token'] });

/** As it comes over the wire: one character a byte. */
const wire = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

test('nothing configured means no authenticator', () => {
  expect(createAuthenticator({ signingSecret: undefined, bearerTokens: [] })).toBeUndefined();
  expect(createAuthenticator({ signingSecret: '', bearerTokens: [''] })).toBeUndefined();
});

test.each([
  { 'x-signing-secret': wire('geheimnis-ü') },
  { 'x-signing-secret': 'first-token' },
  { authorization: 'Bearer first-token' },
  { authorization: 'bearer  second-token ' },
])('%o may export', (headers) => {
  expect(() => auth?.check(headers)).not.toThrow();
});

test.each([
  {},
  { 'x-signing-secret': '' },
  { 'x-signing-secret': 'first-toke' },
  { 'x-signing-secret': 'first-token'.repeat(5000) },
  { 'x-signing-secret': ['first-token', 'first-token'] },
  { authorization: 'first-token' },
  { authorization: 'Basic first-token' },
  { authorization: 'Bearer' },
  { authorization: 'Bearer first-token second-token' },
  { authorization: `Bearer ${' '.repeat(60_000)}` },
])('S1: headers of case %# are unauthenticated', (headers) => {
  expect(() => auth?.check(headers)).toThrow(expect.objectContaining({ code: 'unauthenticated' }));
});

test('S2: secrets are compared as digests of one length, by timingSafeEqual alone', () => {
  const source = readFileSync(new URL('../../src/receive/authenticator.ts', import.meta.url), 'utf8');
  expect(source).toContain('timingSafeEqual(digest, candidate)');
  const comparisons = source.match(/\b(\w+) *[!=]==? *\S+/g) ?? [];
  expect(comparisons.filter((one) => !/undefined|''|'string'|=== 0/.test(one))).toEqual([]);
  expect(source).not.toMatch(/localeCompare|startsWith|indexOf|\.equals\(|\.includes\(/);
});

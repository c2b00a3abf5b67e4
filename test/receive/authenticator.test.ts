import { expect, test } from 'vitest';
import { createAuthenticator } from '../../src/receive/authenticator.ts';
import { SecretSet } from '../../src/security/secret-set.ts';

const auth = createAuthenticator(new SecretSet(['geheimnis-ü', 'first-token', 'second-token']));

/** As it comes over the wire: one character a byte. */
const wire = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

test('nothing configured means no authenticator', () => {
  expect(createAuthenticator(undefined)).toBeUndefined();
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

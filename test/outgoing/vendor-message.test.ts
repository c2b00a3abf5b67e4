import { expect, test } from 'vitest';
import { vendorMessage } from '../../src/outgoing/vendor-message.ts';

/** A sentence in so many objects, one in the other. */
const nested = (depth: number) => `${'{"error":'.repeat(depth)}"no such index"${'}'.repeat(depth)}`;

test('the sentence of an answer is looked for five objects deep, and no deeper', () => {
  expect(vendorMessage(nested(5), [])).toBe('no such index');
  expect(vendorMessage(nested(6), [])).toBeUndefined();
  expect(vendorMessage(`${'['.repeat(30_000)}${']'.repeat(30_000)}`, [])).toBeUndefined();
});

test('300 characters of it are shown, on one line and without secrets', () => {
  expect(vendorMessage('x'.repeat(300), [])).toBe('x'.repeat(300));
  expect(vendorMessage('x'.repeat(301), [])).toBe(`${'x'.repeat(300)}...`);
  expect(vendorMessage('{"message": "key gehe1m\\n is wrong"}', ['gehe1m'])).toBe('key *** is wrong');
});

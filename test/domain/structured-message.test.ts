import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MESSAGE_BYTES_MAX,
  compareCodePoints,
  structuredLevel,
  structuredMessage,
} from '../../src/domain/structured-message.ts';

describe('the message of a structured value', () => {
  it('is a string as it is', () => {
    expect(structuredMessage('{"a":1}')).toBe('{"a":1}');
  });

  it('is the first message field that is a non-empty string', () => {
    expect(structuredMessage({ log: 'c', msg: 'b', message: 'a' })).toBe('a');
    expect(structuredMessage({ log: 'c', msg: 'b', message: 7 })).toBe('b');
    expect(structuredMessage({ event: 'e', MESSAGE: 'm', message: '' })).toBe('e');
  });

  it('is JSON with keys sorted at every level otherwise', () => {
    expect(structuredMessage({ b: 1, a: { d: [true, null], c: 'x\n' } })).toBe(
      '{"a":{"c":"x\\n","d":[true,null]},"b":1}',
    );
  });

  it('shows numbers that JSON has no text for as strings', () => {
    expect(structuredMessage([Number.NaN, -0, 12n])).toBe('["NaN",0,12]');
  });

  it('takes __proto__ for a field like any other', () => {
    const value: unknown = JSON.parse('{"__proto__":{"message":"x"},"a":1}');
    expect(structuredMessage(value)).toBe('{"__proto__":{"message":"x"},"a":1}');
    expect(structuredMessage(Object.create({ message: 'inherited' }))).toBe('{}');
  });

  it('ends at a depth, a number of entries and a length', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(structuredMessage(deep)).toBe(`${'['.repeat(32)}"..."${']'.repeat(32)}`);
    expect(structuredMessage(Array.from({ length: 5000 }, () => 1))).toMatch(/^\[1,.*,1,"\.\.\."\]$/);
    const long = structuredMessage({ a: '€'.repeat(100_000) });
    expect(new TextEncoder().encode(long).length).toBeGreaterThan(MESSAGE_BYTES_MAX - 4);
    expect(new TextEncoder().encode(long).length).toBeLessThanOrEqual(MESSAGE_BYTES_MAX);
  });

  it('is the same whatever order the fields came in', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (fields) => {
        const reversed = Object.fromEntries(Object.entries(fields).toReversed());
        expect(structuredMessage(reversed)).toBe(structuredMessage(fields));
      }),
    );
  });
});

describe('the level of a structured value', () => {
  it('is read from its level field, as text or number', () => {
    expect(structuredLevel({ level: 'WARNING' })).toBe(3);
    expect(structuredLevel({ level: 'high', PRIORITY: '3' })).toBe(4);
    expect(structuredLevel({ level: 50 })).toBe(4);
    expect(structuredLevel({ a: 1 })).toBeUndefined();
    expect(structuredLevel('error')).toBeUndefined();
  });
});

describe('the order of keys', () => {
  it('is the order of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});

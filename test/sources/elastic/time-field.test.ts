import { describe, expect, it } from 'vitest';
import { chooseTimeField, msOfKey, rangeOf, sortKeyOf } from '../../../src/sources/elastic/time-field.ts';
import type { TimeField } from '../../../src/sources/elastic/time-field.ts';

const NANOS: TimeField = { name: 't', kind: 'nanos' };
const LONG: TimeField = { name: 't', kind: 'long' };

describe('the field of time', () => {
  it.each<[string, Record<string, string[]>, TimeField | undefined]>([
    ['a date', { '@timestamp': ['date'] }, { name: '@timestamp', kind: 'millis' }],
    [
      'a date in some indices and nanoseconds in others',
      { '@timestamp': ['date', 'date_nanos'] },
      { name: '@timestamp', kind: 'nanos' },
    ],
    ['the first that can be read', { '@timestamp': ['keyword'], time: ['long'] }, { name: 'time', kind: 'long' }],
    ['none', { '@timestamp': ['keyword', 'object'] }, undefined],
  ])('is %s', (_, types, field) => {
    expect(chooseTimeField(['@timestamp', 'time'], (name) => new Set(types[name]))).toEqual(field);
  });

  it('takes the exact value for one that JSON has rounded', () => {
    const rounded = Number('1795161600123456789');
    expect(sortKeyOf(NANOS, rounded, ['2026-11-20T08:00:00.123456789Z'])).toBe(1795161600123456789n);
    expect(sortKeyOf(NANOS, rounded, ['2026-11-19T08:00:00Z', '2026-11-20T08:00:00.123456789Z'])).toBe(
      1795161600123456789n,
    );
    expect(sortKeyOf(LONG, rounded, ['1795161600123456789'])).toBe(1795161600123456789n);
  });

  it.each<[string, unknown, unknown]>([
    ['another value', Number('1795161600123456789'), ['2026-11-20T08:00:01.123456789Z']],
    ['no value', Number('1795161600123456789'), undefined],
    ['a value of another form', Number('1795161600123456789'), ['20 November 2026', 7, null]],
    ['no number', '2026-11-20T08:00:00Z', ['2026-11-20T08:00:00Z']],
    ['infinity', Infinity, ['2026-11-20T08:00:00Z']],
  ])('takes nothing from %s', (_, sorted, exact) => {
    expect(sortKeyOf(NANOS, sorted, exact)).toBeUndefined();
  });

  it('cuts what is finer than a millisecond', () => {
    expect(msOfKey(NANOS, 1795161600123999999n)).toBe(1795161600123);
    expect(
      [1795161600n, 1795161600123n, 1795161600123999n, 1795161600123999999n].map((key) => msOfKey(LONG, key)),
    ).toEqual([1795161600000, 1795161600123, 1795161600123, 1795161600123]);
  });

  it('asks for no number that a long does not hold', () => {
    const text = JSON.stringify(rangeOf(LONG, 0, Date.UTC(9999, 0)));
    expect(text).toContain('"lt":"9223372036854775807"');
  });
});

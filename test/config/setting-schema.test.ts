import fc from 'fast-check';
import { Check } from 'typebox/schema';
import { expect, test } from 'vitest';
import { meets } from '../../src/config/setting-schema.ts';
import type { SettingSchema } from '../../src/config/setting-schema.ts';
import { settingEntries } from '../../src/config/settings.ts';
import { SOURCE_SETTINGS } from '../../src/config/source-settings.ts';

const ofSources = [...SOURCE_SETTINGS.values()].flat().map(({ variable, schema }) => [variable, schema] as const);
const all: (readonly [string, SettingSchema])[] = [...settingEntries(), ...ofSources];

/** Values on both sides of every bound, and of every kind. */
function near(schema: SettingSchema): unknown[] {
  const {
    minimum = 0,
    maximum = 0,
    exclusiveMinimum = 0,
    minLength = 0,
    maxLength = 0,
    items,
    enum: words = [],
  } = schema;
  const numbers = [minimum, maximum, exclusiveMinimum].flatMap((n) => [n - 1, n - 0.5, n, n + 0.5, n + 1]);
  const texts = [minLength, maxLength].flatMap((n) => [n - 1, n, n + 1]).map((n) => 'é'.repeat(Math.max(0, n)));
  const shapes = ['https://logs.example.com/a', 'http://u:p@x', '*.example.com', '10.0.0.0/8', '/v1/logs', 'a b', '😀'];
  const own = [...numbers, ...texts, ...shapes, ...words, true, null, undefined, Number.NaN, Infinity, {}];
  return items === undefined
    ? [...own, []]
    : [...own, [], ...near(items).map((one) => [one]), Array.from({ length: 300 }, () => 'a')];
}

test.each(all)('%s takes and refuses what JSON Schema does', (_, schema) => {
  for (const value of near(schema)) expect([value, meets(schema, value)]).toEqual([value, Check(schema, value)]);
  const anything = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.double(),
    fc.integer(),
    fc.array(fc.string()),
    fc.boolean(),
  );
  fc.assert(fc.property(anything, (value) => meets(schema, value) === Check(schema, value)));
});

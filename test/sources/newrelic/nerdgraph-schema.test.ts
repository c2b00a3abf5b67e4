import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, parse, validate } from 'graphql';
import type { IntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { DOCUMENT } from '../../../src/sources/newrelic/pull-newrelic.ts';
import { shared, sharedPath } from '../../shared.ts';

describe.skipIf(!shared)("New Relic's own schema", () => {
  test('takes the document that is sent, and not one of another shape', () => {
    const packed = readFileSync(sharedPath('fixtures/newrelic/nerdgraph-schema-2020-12-11.json.gz'));
    const { types, queryType } = JSON.parse(gunzipSync(packed).toString()) as { types: object[]; queryType: object };
    const whole = {
      queryType,
      mutationType: null,
      subscriptionType: null,
      directives: [],
      types: types.map(completed),
    };
    const schema = buildClientSchema({ __schema: whole } as unknown as IntrospectionQuery, { assumeValid: true });
    expect(validate(schema, parse(DOCUMENT))).toEqual([]);
    expect(validate(schema, parse(DOCUMENT.replace('results', 'rows')))).not.toEqual([]);
  });
});

/** The recording leaves out what is empty. */
function completed(type: object): object {
  const { fields } = type as { fields?: object[] | null };
  const withArguments = fields?.map((field) => ({ args: [], ...field })) ?? null;
  return { interfaces: [], possibleTypes: [], enumValues: [], inputFields: [], ...type, fields: withArguments };
}

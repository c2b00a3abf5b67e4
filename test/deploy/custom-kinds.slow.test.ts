import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Schema from 'typebox/schema';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { rootFolder } from '../../scripts/deploy/generated-files.ts';
import { usePart } from '../parts/part.ts';
import { runCommand } from '../parts/run-command.ts';

const CHART = join(rootFolder(), 'deploy/helm/halfspace');
const helm = await usePart('helm');
const kinds = await usePart('custom-kinds');

interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
}
interface Definition {
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; schema: { openAPIV3Schema: JsonSchema } }[];
  };
}
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: object;
  spec: { endpoints?: Record<string, unknown>[] };
}

/** Sentences of what is wrong with a manifest, an unknown field as well; undefined where its kind is not one of these. */
function judge(manifest: Manifest, definitions: readonly Definition[]): string[] | undefined {
  const versions = definitions.flatMap(({ spec: { group, names, versions: all } }) =>
    all.map(({ name, schema }) => ({
      apiVersion: `${group}/${name}`,
      kind: names.kind,
      schema: schema.openAPIV3Schema,
    })),
  );
  const found = versions.find(({ apiVersion, kind }) => apiVersion === manifest.apiVersion && kind === manifest.kind);
  if (found === undefined) return undefined;
  const { metadata: _metadata, ...judged } = manifest;
  const { metadata: _any, ...properties } = found.schema.properties ?? {};
  const [, errors] = Schema.Errors(closed({ ...found.schema, properties }), judged);
  return errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** As the API server reads it when it is strict: what a schema does not name is not there. */
function closed(schema: JsonSchema): JsonSchema {
  const { properties, items, additionalProperties } = schema;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties !== undefined;
  return {
    ...schema,
    ...(schema['x-kubernetes-int-or-string'] === true ? { type: ['integer', 'string'] } : {}),
    ...(items === undefined ? {} : { items: closed(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, closed(one)])),
          ...(isOpen ? {} : { additionalProperties: false }),
        }),
  };
}

describe.skipIf(helm.missing !== undefined || kinds.missing !== undefined)('kinds that others define', () => {
  const folder = dirname(kinds.path ?? '');
  const definitions = () =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Definition);
  const render = async (...values: string[]): Promise<Manifest[]> => {
    const text = await runCommand(helm.path!, ['template', 'halfspace', CHART, '--namespace', 'logs', ...values]);
    return parseAllDocuments(text).map((one) => (one as { toJS(): unknown }).toJS() as Manifest);
  };
  const example = (name: string) => ['-f', join(CHART, 'examples', name)];

  test.each([
    ['monitoring.yaml', [], ['PrometheusRule', 'ServiceMonitor']],
    ['monitoring.yaml', example('secured.yaml'), ['PrometheusRule', 'ServiceMonitor']],
    ['published.yaml', [], ['HTTPRoute']],
  ])('are as their definitions have them: %s %j', async (name, more, expected) => {
    const judged = (await render(...example(name), ...more)).flatMap((manifest) => {
      const problems = judge(manifest, definitions());
      return problems === undefined ? [] : [{ kind: manifest.kind, problems }];
    });
    expect(judged.map(({ kind }) => kind).toSorted()).toEqual(expected);
    expect(judged.flatMap(({ problems }) => problems)).toEqual([]);
  });

  test('a field that is misspelt or of a wrong type is found', async () => {
    const monitor = (await render(...example('monitoring.yaml'))).find(({ kind }) => kind === 'ServiceMonitor');
    Object.assign(monitor!.spec.endpoints![0]!, { intervall: '30s', path: 7 });
    const problems = judge(monitor!, definitions())?.join('\n');
    expect(problems).toContain('/spec/endpoints/0/path must be string');
    expect(problems).toContain('/spec/endpoints/0 must not have additional properties');
  });

  test('Prometheus shows the secret where there is one', async () => {
    const manifests = await render(...example('monitoring.yaml'), ...example('secured.yaml'));
    const monitor = manifests.find(({ kind }) => kind === 'ServiceMonitor');
    expect(monitor?.spec.endpoints?.[0]).toMatchObject({
      scheme: 'https',
      authorization: { credentials: { name: 'halfspace-secrets', key: 'SIGNING_SECRET' } },
    });
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { generatedFiles, rootFolder } from '../../scripts/deploy/generated-files.ts';
import { valuesSchema } from '../../scripts/deploy/values-schema.ts';
import { settingEntries } from '../../src/config/settings.ts';
import { SOURCE_SETTINGS } from '../../src/config/source-settings.ts';

const CHART = join(rootFolder(), 'deploy/helm/halfspace');

test.each([...generatedFiles()])('%s is what `npm run deploy` writes', (path, text) => {
  expect(readFileSync(join(rootFolder(), path), 'utf8')).toBe(text);
});

test('the chart has the version of the product', () => {
  const { version } = JSON.parse(readFileSync(join(rootFolder(), 'package.json'), 'utf8')) as { version: string };
  const chart = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as Record<string, unknown>;
  const annotations = chart['annotations'] as Record<string, string>;
  expect(chart['appVersion']).toBe(version);
  const images = parse(annotations['artifacthub.io/images']!) as { name: string; image: string }[];
  const { image, gateway } = defaultValues() as { image: Image; gateway: { image: Image } };
  expect(images.map(({ image: one }) => one)).toEqual([
    `${image.repository}:${version}`,
    `${gateway.image.repository}:${gateway.image.tag}`,
  ]);
});

describe('the schema of the values', () => {
  const { properties } = valuesSchema() as { properties: Record<string, { properties: Record<string, unknown> }> };

  test('knows every default, and has a default for all that it knows', () => {
    const known = Object.keys(properties).filter((name) => name !== 'global');
    expect(Object.keys(defaultValues()).toSorted()).toEqual(known.toSorted());
  });

  test('takes every setting that is neither a secret nor decided by the chart', () => {
    const all = [...settingEntries(), ...[...SOURCE_SETTINGS.values()].flat().map((one) => [one.variable, one.schema])];
    const open = (all as [string, { secret?: boolean }][]).filter(([, schema]) => schema.secret !== true);
    const taken = properties['config']!.properties;
    const decided = open.map(([name]) => name).filter((name) => !(name in taken));
    expect(decided).toEqual(expect.arrayContaining(['HOST', 'REST_PORT', 'TLS_CERT_FILE']));
    expect(
      decided.every((name) => /^(HOST|INSECURE_BIND|\w+_PORT|TLS_\w+_FILE|DATA_DIR|ALERTS_FILE)$/.test(name)),
    ).toBe(true);
    expect(taken).toMatchObject({ MAX_SERVICES: { type: 'integer', minimum: 1 }, LOG_LEVEL: { default: 'info' } });
  });

  test('takes no secret: they come from a Secret', () => {
    const secrets = [...settingEntries()].filter(([, { secret }]) => secret === true).map(([name]) => name);
    expect(secrets).toContain('SIGNING_SECRET');
    for (const name of [...secrets, 'LOKI_TOKEN', 'DD_API_KEY'])
      expect(properties['config']!.properties).not.toHaveProperty(name);
  });
});

interface Image {
  repository: string;
  tag: string;
}

function defaultValues(): Record<string, unknown> {
  return parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Record<string, unknown>;
}

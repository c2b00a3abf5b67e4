import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configurationDoc, CONFIGURATION_DOC } from './configuration-doc.ts';

it('docs/configuration.md tells of every setting as the schema does (npm run docs writes it)', () => {
  expect(readFileSync(CONFIGURATION_DOC, 'utf8')).toBe(configurationDoc());
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SIMD_MODULES, simdSource } from '../../../scripts/build-simd.ts';

it.each(SIMD_MODULES)('$file holds what its sources compile to', { timeout: 60_000 }, async (module) => {
  const file = fileURLToPath(new URL(`../../../${module.file}`, import.meta.url));
  expect(await simdSource(module)).toBe(readFileSync(file, 'utf8'));
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SIMD_FILE, simdSource } from '../../../scripts/build-simd.ts';

it('the bytes of the scanner are what its sources compile to', async () => {
  const file = fileURLToPath(new URL(`../../../${SIMD_FILE}`, import.meta.url));
  expect(await simdSource()).toBe(readFileSync(file, 'utf8'));
}, 60_000);

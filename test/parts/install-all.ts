import { part } from './part.ts';
import { RECIPES } from './recipes.ts';
import type { PartName } from './recipes.ts';

/** `npm run parts [-- NAME...]`: has every real program that tests and benchmarks use ready, one after the other. */
const known = Object.keys(RECIPES) as PartName[];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.some((one) => one === name));
if (unknown.length > 0) {
  console.error(`parts: no part named ${unknown.join(', ')}; there are ${known.join(', ')}`);
  process.exit(2);
}
let failed = 0;
for (const name of known) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  try {
    console.log(`${name}: ${await part(name)}`);
  } catch (error) {
    failed++;
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
process.exitCode = failed > 0 ? 1 : 0;

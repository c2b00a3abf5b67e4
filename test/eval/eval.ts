import { readEvalOptions } from './eval-options.ts';
import type { EvalOptions } from './eval-options.ts';
import { ablationSection } from './sections/ablation.ts';
import { incidentsSection } from './sections/incidents.ts';

/**
 * `npm run eval [-- SECTION...] [--seeds 5] [--profile reference] [--profile default] [--no-python]`: how right Halfspace
 * is, as tables. Two runs print the same bytes. Exits with 1 when something could not be evaluated; a figure that misses
 * what was wanted is told, not punished. docs/evaluation.md says what is measured.
 */
const SECTIONS = new Map<string, (options: EvalOptions) => Promise<string>>([
  ['incidents', incidentsSection],
  ['ablation', ablationSection],
]);

try {
  const { wanted, options } = readEvalOptions(process.argv.slice(2));
  const unknown = wanted.filter((name) => !SECTIONS.has(name));
  if (unknown.length > 0)
    throw new Error(`no section named ${unknown.join(', ')}; there are ${[...SECTIONS.keys()].join(', ')}`);
  for (const [name, section] of SECTIONS) {
    if (wanted.length === 0 || wanted.includes(name)) console.log(`# ${name}\n\n${await section(options)}\n`);
  }
} catch (error) {
  console.error(`eval: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

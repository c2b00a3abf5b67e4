import { readEvalOptions } from './eval-options.ts';
import type { EvalOptions } from './eval-options.ts';
import { ablationSection } from './sections/ablation.ts';
import { incidentsSection } from './sections/incidents.ts';
import { missesSection } from './sections/misses.ts';
import { singleSection } from './sections/single.ts';
import { NoLogs, templatesSection } from './sections/templates.ts';

/**
 * `npm run eval [-- SECTION...] [--seeds 5] [--profile reference] [--profile default] [--no-python]
 * [--first-seed 1] [--arrivals bursty|poisson]`: how right Halfspace is, as tables. Two runs print the same bytes. Exits with 1 when something could not be evaluated; a figure that misses
 * what was wanted is told, not punished. The section `misses`, one line an incident and a false episode, only when named. docs/evaluation.md says what is measured.
 */
const SECTIONS = new Map<string, (options: EvalOptions) => Promise<string>>([
  ['templates', async () => templatesSection()],
  ['incidents', incidentsSection],
  ['ablation', ablationSection],
  ['single', singleSection],
  ['misses', missesSection],
]);

const { wanted, options } = understood();
for (const [name, section] of SECTIONS) {
  if (wanted.length > 0 ? !wanted.includes(name) : name === 'misses') continue;
  let text: string;
  try {
    text = await section(options);
  } catch (error) {
    // Of all sections, one that a clone has no logs for is left out; asked for by name, it has failed.
    if (wanted.length > 0 || !(error instanceof NoLogs)) process.exitCode = 1;
    text = `not evaluated: ${error instanceof Error ? error.message : String(error)}`;
  }
  console.log(`# ${name}\n\n${text}\n`);
}

function understood(): ReturnType<typeof readEvalOptions> {
  try {
    const read = readEvalOptions(process.argv.slice(2));
    const unknown = read.wanted.filter((name) => !SECTIONS.has(name));
    if (unknown.length === 0) return read;
    throw new Error(`no section named ${unknown.join(', ')}; there are ${[...SECTIONS.keys()].join(', ')}`);
  } catch (error) {
    console.error(`eval: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}

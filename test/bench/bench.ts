import { cpus } from 'node:os';
import { shared } from '../shared.ts';
import { CORPUS_LINES } from './corpus.ts';
import { formatTable } from './figure.ts';
import type { Figure } from './figure.ts';
import { alertsSection } from './sections/alerts.ts';
import { forestSection, liveSection, mineSection, treesSection } from './sections/algorithms.ts';
import { otlpSection } from './sections/otlp.ts';
import { pushdownSection } from './sections/pushdown.ts';
import { restoreSection } from './sections/restore.ts';
import { testbedSection } from './sections/testbed.ts';
import { windowSection } from './sections/window.ts';

/**
 * `npm run bench [-- SECTION...]`: measures Halfspace beside its peers in one run on one machine, and prints one table.
 * Exits with 1 when something could not be measured; a figure that misses what was wanted is told, not punished.
 * Rates are per CPU second of the measured process. Trust the ratios: figures of two machines do not compare.
 */
const SECTIONS = new Map<string, () => Promise<Figure[]>>([
  ['mine', mineSection],
  ['trees', treesSection],
  ['live', liveSection],
  ['forest', forestSection],
  ['otlp', otlpSection],
  ['window', windowSection],
  ['restore', restoreSection],
  ['pushdown', pushdownSection],
  ['alerts', alertsSection],
  ['testbed', testbedSection],
]);

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !SECTIONS.has(name));
if (unknown.length > 0) {
  console.error(`bench: no section named ${unknown.join(', ')}; there are ${[...SECTIONS.keys()].join(', ')}`);
  process.exit(2);
}

const figures: Figure[] = [];
for (const [name, section] of SECTIONS) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`bench: ${name}\n`);
  try {
    figures.push(...(await section()));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.exitCode = 1;
    figures.push({
      section: name,
      what: `not measured: ${reason}`,
      ours: '',
      peer: '',
      ratio: '',
      wanted: '',
      met: false,
    });
  }
}

const lines = shared ? 'LogHub lines, digits and hex varied' : 'synthetic lines';
console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}; ${CORPUS_LINES} ${lines}`);
console.log(formatTable(figures));

import { FAULTS } from './faults/all.ts';
import { runFault } from './run-fault.ts';
import type { Row } from './run-fault.ts';

/**
 * `npm run chaos [-- NAME...]`: does to the service what networks, disks, clocks and attackers do, one row after the other,
 * while a good client sends; prints what became of both. All of it stays on loopback and ends by itself. Exits with 1 when a
 * row fails.
 */
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !FAULTS.some((fault) => fault.name === name));
if (unknown.length > 0) {
  console.error(`chaos: no row named ${unknown.join(', ')}; there are ${FAULTS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const rows: Row[] = [];
for (const fault of FAULTS) {
  if (wanted.length > 0 && !wanted.includes(fault.name)) continue;
  console.log(`${fault.name}: ${fault.what}`);
  const row = await runFault(fault, 1);
  rows.push(row);
  console.log(`  ${told(row)}`);
}
const failed = rows.filter(({ outcome }) => outcome === 'FAILED').length;
console.log(`${rows.length - failed} of ${rows.length} rows without loss`);
process.exitCode = failed === 0 ? 0 : 1;

function told({ outcome, lost, recoveredMs, latencyP99Ms, refused, peakRssMiB, note }: Row): string {
  if (outcome === 'skipped') return `skipped: ${note}`;
  const figures = [
    `lost ${lost}`,
    `recovered in ${(recoveredMs / 1000).toFixed(2)} s`,
    `p99 ${Math.round(latencyP99Ms)} ms`,
    `${refused} requests sent again`,
    `at most ${Math.round(peakRssMiB)} MiB`,
  ];
  return `${outcome}: ${outcome === 'FAILED' && peakRssMiB === 0 ? note : `${figures.join(', ')}; ${note}`}`;
}

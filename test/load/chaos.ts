import { textTable } from '../eval/text-table.ts';
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
console.log(
  `\n${textTable(['row', 'outcome', 'lost', 'recovered in', 'p99', 'sent again', 'at most'], rows.map(cellsOf), 2)}\n`,
);
const failed = rows.filter(({ outcome }) => outcome === 'FAILED').length;
const skipped = rows.filter(({ outcome }) => outcome === 'skipped').length;
console.log(
  `${rows.length - failed - skipped} of ${rows.length} rows survived, ${failed} failed, ${skipped} were skipped`,
);
process.exitCode = failed === 0 ? 0 : 1;

/** As soon as the row is over: its figures, and what there is to say. */
function told(row: Row): string {
  if (row.peakRssMiB === 0) return `${row.outcome}: ${row.note}`;
  const [, outcome, lost, recovered] = cellsOf(row);
  return `${outcome}: lost ${lost}, recovered in ${recovered}; ${row.note}`;
}

/** A row that was skipped, or that failed before there was anything to measure, has no figures. */
function cellsOf({ name, outcome, lost, recoveredMs, latencyP99Ms, refused, peakRssMiB }: Row): string[] {
  if (peakRssMiB === 0) return [name, outcome];
  const seconds = `${(recoveredMs / 1000).toFixed(2)} s`;
  return [
    name,
    outcome,
    String(lost),
    seconds,
    `${Math.round(latencyP99Ms)} ms`,
    String(refused),
    `${Math.round(peakRssMiB)} MiB`,
  ];
}

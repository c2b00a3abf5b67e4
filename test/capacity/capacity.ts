import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { formatTable } from './format-table.ts';
import { measureBuffer, measureIdle, measureLines, measureModels, measureNewLines } from './measurements.ts';

/**
 * `npm run capacity [-- SECONDS]`: what a core and a GiB carry, for docs/capacity.md. Each figure is of a service of its
 * own with one shard, over OTLP/gRPC; CPU time is that of the whole process, so that what else the machine does weighs
 * little. Linux alone: it reads /proc.
 */
const SECONDS_DEFAULT = 20;

const [given] = process.argv.slice(2);
const seconds = Number(given ?? SECONDS_DEFAULT);
if (!(seconds > 0 && seconds <= 3600)) {
  console.error(`capacity: ${given} is no time; allowed: seconds, more than 0 and at most 3600`);
  process.exit(2);
}

const rows: string[][] = [];
for (const measure of [
  () => measureIdle(),
  () => measureLines({ records: 100, seconds }),
  () => measureLines({ records: 1000, seconds }),
  () => measureNewLines({ seconds }),
  () => measureModels({ services: 10_000, templates: 1 }),
  () => measureModels({ services: 1000, templates: 100 }),
  () => measureModels({ services: 50, templates: 2000 }),
  () => measureBuffer({ mib: 64 }),
  () => measureBuffer({ mib: 256 }),
]) {
  const row = await measure();
  process.stderr.write(`capacity: ${row.join(', ')}\n`);
  rows.push(row);
}

const memoryMiB = Number(/MemTotal:\s+(\d+) kB/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1024;
console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(memoryMiB)} MiB`);
console.log(formatTable(['what', 'figure', 'resident memory at most'], rows));

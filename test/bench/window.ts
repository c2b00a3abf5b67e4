import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createAnalyser } from '../../src/analyse/analyser.ts';
import { sharedPath } from '../shared.ts';

const SERVICES = ['checkout', 'cart', 'payment', 'gateway', 'search', 'auth', 'billing', 'shipping', 'mail'];
const LEVELS = ['INFO', 'INFO', 'INFO', 'INFO', 'DEBUG', 'INFO', 'WARN', 'INFO', 'ERROR'];
const FORMATS = ['ndjson', 'text', 'shuffled'];

/**
 * A whole window from a file: read, sorted, mined, counted, clustered. Prints for each format the lines per CPU second
 * of the process that does it (all threads, its start included) and that process's largest resident memory.
 * `node test/bench/window.ts [lines]`
 */
if (process.argv[2] === 'measure') await measure(process.argv[3]!);
else await run(Number(process.argv[2] ?? 2_000_000));

async function run(lines: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-bench-'));
  try {
    const contents = corpus();
    for (const format of FORMATS) {
      const path = join(folder, format);
      await write(path, format, contents, lines);
      // A process of its own: making the corpus takes memory too.
      const script = fileURLToPath(import.meta.url);
      process.stdout.write(`${format}: ${execFileSync(process.execPath, [script, 'measure', path]).toString()}`);
      rmSync(path);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measure(path: string): Promise<void> {
  const analyser = createAnalyser({ threads: 1, miner: { simTh: 0.4, maxTemplates: 2000 }, contamination: 0.1 });
  const started = performance.now();
  const analysis = await analyser.analyse({ source: 'file', path });
  const wallSeconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage();
  const cpuSeconds = (user + system) / 1e6;
  const rate = Math.round(analysis.log_count / cpuSeconds / 1000);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${analysis.log_count} lines, ${analysis.cluster_count} clusters, ${rate} k lines per CPU second ` +
      `(${cpuSeconds.toFixed(2)} s CPU, ${wallSeconds.toFixed(2)} s), resident memory at most ${memory} MiB`,
  );
  await analyser.close();
}

/** Messages of real logs where they are at hand, else made up. */
function corpus(): string[] {
  const names = ['Apache', 'BGL', 'HDFS', 'Hadoop', 'Linux', 'OpenSSH', 'Zookeeper'];
  const files = names.map((name) => sharedPath(`data/loghub/${name}.csv`)).filter((path) => existsSync(path));
  const contents = files.flatMap((path) => contentColumn(readFileSync(path, 'utf8')));
  if (contents.length > 0) return contents;
  return Array.from({ length: 500 }, (_, i) => `worker ${i} took job ${i * 7919} of queue q${i % 40} in ${i % 90}ms`);
}

function contentColumn(csv: string): string[] {
  const [header = '', ...rows] = csv.split('\n');
  const column = header.split(',').indexOf('Content');
  return rows
    .filter((row) => row.trim() !== '')
    .map((row) => [...row.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)][column]?.[1] ?? '')
    .map((field) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field))
    .filter((message) => message !== '');
}

async function write(path: string, format: string, contents: string[], lines: number): Promise<void> {
  const out = createWriteStream(path);
  let state = 1;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  const startMs = Date.UTC(2026, 0, 31);
  let block = '';
  for (let i = 0; i < lines; i++) {
    const pick = random() % contents.length;
    const message = contents[pick]!.replace(/\d/g, () => String((random() >>> 16) % 10));
    const service = SERVICES[pick % SERVICES.length]!;
    const level = LEVELS[random() % LEVELS.length]!;
    const late = format === 'shuffled' ? random() % 3_600_000 : 0;
    const time = new Date(startMs + i * 2 - late).toISOString();
    block +=
      format === 'text'
        ? `${time} ${level} service=${service} ${message}\n`
        : `{"timestamp":"${time}","level":"${level}","service":"${service}","message":${JSON.stringify(message)}}\n`;
    if (block.length > 1 << 20) {
      if (!out.write(block)) await once(out, 'drain');
      block = '';
    }
  }
  out.end(block);
  await once(out, 'finish');
}

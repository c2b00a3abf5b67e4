import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { MINER_PROFILES } from '../../src/domain/profile.ts';
import type { MinerProfile } from '../../src/domain/profile.ts';
import { createMiner } from '../../src/mine/create-miner.ts';
import { shared, sharedPath } from '../shared.ts';

/**
 * Lines per CPU second of mining, a process a profile: `node test/bench/mine.ts [lines] [profile]`. The streams are the
 * same in every run.
 * loghub: seven real services interleaved, digits, hex and lengths of numbers varied. random: every line is new words
 * (each makes a template and evicts one). sentences: words of a small dictionary behind one first word (the worst leaf).
 */
const lines = Number(process.argv[2] ?? 500_000);
const asked = MINER_PROFILES.find((each) => each === process.argv[3]);
let seed = 42;
const SETS = ['Apache', 'BGL', 'HDFS', 'Hadoop', 'Linux', 'OpenSSH', 'Zookeeper'];

if (asked === undefined) for (const profile of MINER_PROFILES) inItsOwnProcess(profile);
else measureAll(asked);

/** As in the service, where one profile alone is live. */
function inItsOwnProcess(profile: MinerProfile): void {
  console.log(`${profile}:`);
  execFileSync(process.execPath, [fileURLToPath(import.meta.url), String(lines), profile], { stdio: 'inherit' });
}

function measureAll(profile: MinerProfile): void {
  if (shared)
    for (const row of [SETS, ...SETS.map((set) => [set])])
      measure(profile, row.length > 1 ? 'loghub' : row[0]!, loghub(row, row.length > 1 ? lines : lines / 5));
  measure(
    profile,
    'random',
    words(lines / 2, () => randomWord(4 + below(6)), ''),
  );
  const dictionary = Array.from({ length: 1000 }, () => randomWord(3 + below(7)));
  measure(
    profile,
    'sentences',
    words(lines / 5, () => dictionary[below(1000)]!, 'start '),
  );
}

interface Stream {
  bytes: Uint8Array;
  /** Where each line ends. */
  ends: Uint32Array;
  service: Uint8Array;
}

function measure(profile: MinerProfile, name: string, stream: Stream): void {
  const miners = Array.from({ length: SETS.length }, () => createMiner({ profile, simTh: 0.4, maxTemplates: 2000 }));
  const count = stream.ends.length;
  const before = process.cpuUsage();
  let start = 0;
  for (let i = 0; i < count; i++) {
    const end = stream.ends[i]!;
    miners[stream.service[i]!]!.mine(stream.bytes, start, end);
    start = end;
  }
  const used = process.cpuUsage(before);
  const seconds = (used.user + used.system) / 1e6;
  let templates = 0;
  for (const miner of miners) templates += miner.templateCount;
  const rate = Math.round(count / seconds / 1000);
  console.log(
    `${name.padEnd(10)} ${String(rate).padStart(5)} k lines per CPU second  (${count} lines of ${Math.round(start / count)} bytes, ${templates} templates)`,
  );
}

function loghub(sets: string[], count: number): Stream {
  const contents = sets.map(contentsOf);
  return pack(count, (i) => {
    const service = i % sets.length;
    const own = contents[service]!;
    return [service, vary(own[Math.floor(i / sets.length) % own.length]!)];
  });
}

function contentsOf(set: string): string[] {
  const rows: { Content: string }[] = parse(readFileSync(sharedPath(`data/loghub/${set}.csv`)), {
    columns: true,
    bom: true,
  });
  return rows.map((row) => row.Content);
}

/** Other digits, other hex, and one number in four a digit longer. */
function vary(text: string): string {
  const hex = text.replace(/\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{8,}\b/g, (run) =>
    Array.from(run, () => below(16).toString(16)).join(''),
  );
  return hex.replace(/\d+/g, (run) => {
    const digits = run.length < 6 && below(4) === 0 ? `${run}0` : run;
    return Array.from(digits, () => below(10)).join('');
  });
}

function words(count: number, word: () => string, head: string): Stream {
  return pack(count, () => [0, head + Array.from({ length: 9 }, word).join(' ')]);
}

function randomWord(length: number): string {
  return Array.from({ length }, () => String.fromCharCode(97 + below(26))).join('');
}

function pack(count: number, line: (index: number) => [number, string]): Stream {
  const stream = { ends: new Uint32Array(count), service: new Uint8Array(count) };
  const chunks: Buffer[] = [];
  let end = 0;
  for (let i = 0; i < count; i++) {
    const [service, text] = line(i);
    const chunk = Buffer.from(text);
    chunks.push(chunk);
    stream.ends[i] = end += chunk.length;
    stream.service[i] = service;
  }
  return { ...stream, bytes: new Uint8Array(Buffer.concat(chunks)) };
}

/** A small generator of pseudo-random whole numbers (xorshift), the same in every run. */
function below(limit: number): number {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) % limit;
}

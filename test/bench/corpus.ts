import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import { LEVELS } from '../../src/domain/level.ts';
import type { LogRow } from '../../src/domain/row.ts';
import { partsFolder } from '../parts/part.ts';
import { shared } from '../shared.ts';
import { corpusVoices } from './corpus-voices.ts';
import type { CorpusVoice } from './corpus-voices.ts';
import { seededRandom } from './seeded-random.ts';

export const CORPUS_LINES = 2_000_000;
/** The stretch of time that the corpus covers: six hours, one line each 10.8 ms. */
export const CORPUS_START_MS = Date.UTC(2026, 0, 5, 6);
export const CORPUS_END_MS = CORPUS_START_MS + 6 * 3_600_000;

/** Changes when the corpus does, so that an old file is not taken for the new one. */
const VERSION = 1;

/** Lines in memory: what our side of a comparison works on, as the shard has them. */
export interface CorpusLines {
  count: number;
  services: string[];
  /** The messages as UTF-8, back to back; message i is [ends[i - 1], ends[i]). */
  bytes: Uint8Array;
  ends: Uint32Array;
  service: Uint8Array;
  level: Uint8Array;
  timestampMs: Float64Array;
}

/** Path of the corpus as NDJSON rows; written once, about 300 MB. */
export async function corpusFile(): Promise<string> {
  const path = join(partsFolder(), `corpus-v${VERSION}-${shared ? 'loghub' : 'synthetic'}-${CORPUS_LINES}.ndjson`);
  if (existsSync(path)) return path;
  await mkdir(partsFolder(), { recursive: true });
  process.stderr.write(`bench: writing a corpus of ${CORPUS_LINES} lines to ${path}\n`);
  const out = createWriteStream(`${path}.part`);
  let chunk = '';
  for (const row of corpusRows()) {
    chunk += `${JSON.stringify(row)}\n`;
    if (chunk.length < 1 << 20) continue;
    if (!out.write(chunk)) await once(out, 'drain');
    chunk = '';
  }
  out.end(chunk);
  await finished(out);
  await rename(`${path}.part`, path);
  return path;
}

/** Nine services interleaved in one order, each saying its lines in turn with digits, hex and ids varied. */
export function* corpusRows(): Generator<LogRow> {
  const below = seededRandom(42);
  const voices = corpusVoices();
  const tickets = voices.flatMap((voice, index) => Array.from({ length: voice.weight }, () => index));
  const next = voices.map(() => 0);
  for (let i = 0; i < CORPUS_LINES; i++) {
    const index = tickets[below(tickets.length)] ?? 0;
    const voice: CorpusVoice | undefined = voices[index];
    if (voice === undefined) continue;
    const line = voice.lines[(next[index] ?? 0) % voice.lines.length];
    next[index] = (next[index] ?? 0) + 1;
    if (line === undefined) continue;
    yield {
      timestamp: CORPUS_START_MS + Math.floor((i * (CORPUS_END_MS - CORPUS_START_MS)) / CORPUS_LINES),
      level: line.level,
      service: voice.service,
      message: vary(line.message, below),
    };
  }
}

/** New digits for runs of two or more, new hex digits for long words of hex; letters stay letters, lengths stay. */
function vary(message: string, below: (n: number) => number): string {
  return message.replaceAll(/(?<![A-Za-z0-9])(?=[a-f]*\d)[0-9a-f]{7,}(?![A-Za-z0-9])|\d{2,}/g, (run) => {
    let varied = '';
    for (let i = 0; i < run.length; i++) {
      const digit = run.charCodeAt(i) < 58;
      if (digit) varied += i === 0 ? 1 + below(9) : below(10);
      else varied += String.fromCharCode(97 + below(6));
    }
    return varied;
  });
}

/** The first `count` lines of the corpus. */
export function loadCorpus(path: string, count: number): CorpusLines {
  const file = readFileSync(path);
  const lines: CorpusLines = {
    count,
    services: [],
    bytes: new Uint8Array(file.length),
    ends: new Uint32Array(count),
    service: new Uint8Array(count),
    level: new Uint8Array(count),
    timestampMs: new Float64Array(count),
  };
  const encoder = new TextEncoder();
  let at = 0;
  let used = 0;
  for (let i = 0; i < count; i++) {
    const end = file.indexOf(10, at);
    if (end < 0) throw new Error(`the corpus has ${i} lines, ${count} were wanted`);
    const row = JSON.parse(file.toString('utf8', at, end)) as LogRow;
    at = end + 1;
    used += encoder.encodeInto(row.message, lines.bytes.subarray(used)).written;
    lines.ends[i] = used;
    lines.level[i] = LEVELS.indexOf(row.level);
    lines.timestampMs[i] = row.timestamp;
    let service = lines.services.indexOf(row.service);
    if (service < 0) service = lines.services.push(row.service) - 1;
    lines.service[i] = service;
  }
  lines.bytes = lines.bytes.slice(0, used);
  return lines;
}

/** Lets the lines come at an even rate from the first line's time on. `peers/live.py` does the same. */
export function pace({ timestampMs }: CorpusLines, logsPerSecond: number): void {
  const startMs = timestampMs[0] ?? 0;
  for (let i = 0; i < timestampMs.length; i++) timestampMs[i] = startMs + Math.floor((i * 1000) / logsPerSecond);
}

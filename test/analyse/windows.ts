import { readFileSync } from 'node:fs';

import { parse } from 'csv-parse/sync';

import { analyseRows } from '../../src/analyse/analyse-rows.ts';
import type { AnalyseOptions } from '../../src/analyse/analyse-rows.ts';
import { loadRows, UNWATCHED } from '../../src/analyse/load-rows.ts';
import type { LoadOptions } from '../../src/analyse/load-rows.ts';
import type { WindowAnalysis } from '../../src/domain/cluster.ts';
import { INFO, LEVELS, LEVEL_SPELLINGS } from '../../src/domain/level.ts';
import type { Level } from '../../src/domain/level.ts';
import type { LogRow } from '../../src/domain/row.ts';
import { sharedPath } from '../shared.ts';

export const LOGHUB_SETS = ['Apache', 'BGL', 'HDFS', 'Hadoop', 'Linux', 'OpenSSH', 'Zookeeper'];

export const ANALYSE_OPTIONS: AnalyseOptions = { miner: { simTh: 0.4, maxTemplates: 2000 }, contamination: 0.1 };

export async function analyse(
  rows: LogRow[],
  changed: Partial<AnalyseOptions> = {},
  load: LoadOptions = {},
): Promise<WindowAnalysis> {
  const { sorter, services } = await loadRows({ source: 'rows', rows }, load, UNWATCHED);
  try {
    return analyseRows(sorter, services, { ...ANALYSE_OPTIONS, ...changed }, () => {});
  } finally {
    sorter.close();
  }
}

/** Uniform in [0, 1), always the same for a seed. */
function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    return ((mixed ^ (mixed >>> 13)) >>> 0) / 4_294_967_296;
  };
}

/** A set's lines with their own levels, one second apart. */
export function loghubRows(set: string): LogRow[] {
  const records = parse<{ Content: string; Level?: string }>(readFileSync(sharedPath(`data/loghub/${set}.csv`)), {
    columns: true,
  });
  return records.map(({ Content, Level = '' }, i) => ({
    timestamp: i * 1000,
    message: Content,
    level: LEVELS[LEVEL_SPELLINGS.get(Level.toLowerCase()) ?? INFO],
    service: set,
  }));
}

/**
 * Slices of a set's lines in which nothing happens: dealt at random, so that no slice holds an incident of the real
 * system as one, and sent at random times, fifteen a minute.
 */
export function quietSlices(set: string, slices: number): LogRow[][] {
  const random = seeded(slices);
  const dealt = loghubRows(set)
    .map((row) => ({ row, place: random() }))
    .toSorted((a, b) => a.place - b.place);
  const size = Math.floor(dealt.length / slices);
  return Array.from({ length: slices }, (_, slice) => {
    let timestamp = 0;
    return dealt.slice(slice * size, (slice + 1) * size).map(({ row }) => {
      timestamp += Math.round(-4000 * Math.log(1 - random()));
      return { ...row, timestamp };
    });
  });
}

const NOUNS = ['ledger', 'voucher', 'session', 'parcel', 'quota', 'tenant', 'cursor', 'shard', 'invoice', 'basket'];
const VERBS = ['opened', 'closed', 'renewed', 'rejected', 'moved', 'counted', 'verified', 'dropped'];

/** A service on an ordinary day: few templates are most of the rows, warnings and errors are a part of it. */
export function quietService(service: string, seed: number, minutes: number, rowsPerMinute: number): LogRow[] {
  const random = seeded(seed);
  const templates = Array.from({ length: 40 }, (_, i) => ({
    text: `${NOUNS[i % 10]} ${VERBS[i % 8]} for ${NOUNS[(i * 7 + 3) % 10]}`,
    level: quietLevel(i, random()),
    upTo: 0,
  }));
  let total = 0;
  for (const [i, template] of templates.entries()) template.upTo = total += 1 / (i + 1) ** 1.2;
  const rows: LogRow[] = [];
  for (let time = 0; ;) {
    // More at some hours than at others.
    time += (-Math.log(1 - random()) * 60_000) / (rowsPerMinute * (1 + 0.5 * Math.sin(time / 6e5)));
    if (time >= minutes * 60_000) return rows;
    const pick = random() * total;
    const { text, level } = templates.find(({ upTo }) => upTo >= pick)!;
    rows.push({ timestamp: Math.floor(time), message: `${text} ${Math.floor(random() * 1e5)}`, level, service });
  }
}

function quietLevel(rank: number, draw: number): Level {
  if (rank < 3 || draw > 0.25) return 'info';
  return draw < 0.1 ? 'error' : 'warn';
}

/** `count` rows like `message`, from `startMs` on over `spanMs`. */
export function event(
  service: string,
  level: Level,
  message: string,
  count: number,
  startMs: number,
  spanMs: number,
): LogRow[] {
  return Array.from({ length: count }, (_, i) => ({
    timestamp: Math.floor(startMs + (i * spanMs) / count),
    message: `${message} ${i * 17}`,
    level,
    service,
  }));
}

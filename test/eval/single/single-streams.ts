import type { Level } from '../../../src/domain/level.ts';
import type { LogRow } from '../../../src/domain/row.ts';
import type { Reason } from '../../../src/domain/anomaly.ts';
import { inOrder } from '../incidents/background.ts';
import { EvalRandom } from '../incidents/eval-random.ts';

/** Made by hand, apart from the incident bench's generator: what must hold for anybody. */
export interface SingleStream {
  name: string;
  /** A healthy hour. */
  train: LogRow[];
  /** One hour, in order of time. */
  rows: LogRow[];
  /** The episodes that are wanted, no other; an alert of each stands in its time and has one of its reasons. */
  expected: ExpectedEpisode[];
}

export interface ExpectedEpisode {
  service: string;
  fromMs: number;
  toMs: number;
  reasons: Reason[];
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 2, 10, 8);
const NOVEL: Reason[] = ['new_template'];
const WORSE: Reason[] = ['new_template', 'error_burst', 'severity_shift', 'anomaly_score'];

export function singleStreams(): SingleStream[] {
  const train = healthy(START_MS - HOUR_MS, START_MS, 'train');
  const usual = healthy(START_MS, START_MS + HOUR_MS, 'measured');
  const stream = (name: string, extra: readonly LogRow[], expected: ExpectedEpisode[]): SingleStream => {
    return { name, train, rows: inOrder([...usual, ...extra]), expected };
  };
  return [
    stream('a healthy hour', [], []),
    stream(
      'an out-of-memory burst and a new failover template',
      [
        ...repeat(
          20,
          60_000,
          40,
          'orders',
          'error',
          (i) => `java.lang.OutOfMemoryError: Java heap space in worker-${i % 4}`,
        ),
        ...repeat(
          40,
          90_000,
          8,
          'ledger',
          'warn',
          (i) => `failover: replica db-${i % 2} promoted to primary, timeline ${7 + i}`,
        ),
      ],
      [wanted('orders', 20, 21, ['new_template', 'error_burst', 'severity_shift']), wanted('ledger', 40, 42, NOVEL)],
    ),
    stream(
      '20,000 repeats of a usual line in 20 s',
      repeat(30, 20_000, 20_000, 'orders', 'info', (i) => `order ${500_000 + i} stored in ${11 + (i % 30)} ms`),
      [wanted('orders', 30, 31, ['rate_spike'])],
    ),
    stream(
      '50 INFO lines of one new kind',
      repeat(
        30,
        120_000,
        50,
        'orders',
        'info',
        (i) => `coupon cache warmed with ${1000 + i * 3} entries from snapshot ${i}`,
      ),
      [wanted('orders', 30, 33, NOVEL)],
    ),
    stream(
      '50 new INFO lines, each of its own kind',
      repeat(30, 120_000, 50, 'orders', 'info', (i) => newKind(i)),
      [wanted('orders', 30, 33, NOVEL)],
    ),
    stream(
      '50 usual lines at fatal',
      repeat(30, 60_000, 50, 'orders', 'fatal', (i) => `order ${500_000 + i} stored in ${11 + (i % 30)} ms`),
      [wanted('orders', 30, 32, WORSE)],
    ),
    stream(
      '50 lines of a new kind at fatal',
      repeat(30, 60_000, 50, 'orders', 'fatal', (i) => `unrecoverable: journal segment ${i} is corrupt`),
      [wanted('orders', 30, 32, WORSE)],
    ),
  ];
}

function wanted(service: string, fromMinute: number, toMinute: number, reasons: Reason[]): ExpectedEpisode {
  return { service, fromMs: START_MS + fromMinute * MINUTE_MS, toMs: START_MS + toMinute * MINUTE_MS, reasons };
}

/** `count` lines, evenly over `lengthMs` from a minute of the hour. */
function repeat(
  minute: number,
  lengthMs: number,
  count: number,
  service: string,
  level: Level,
  message: (i: number) => string,
): LogRow[] {
  return Array.from({ length: count }, (_, i) => ({
    timestamp: START_MS + minute * MINUTE_MS + Math.floor((i * lengthMs) / count),
    service,
    level,
    message: message(i),
  }));
}

/** A service, its mean gap between lines in ms, and what it says with weights. */
const USUAL: [service: string, gapMs: number, voices: [Level, number, (r: EvalRandom) => string][]][] = [
  [
    'orders',
    1500,
    [
      ['info', 60, (r) => `order ${r.int(100_000, 999_999)} stored in ${r.int(5, 60)} ms`],
      ['info', 30, (r) => `order ${r.int(100_000, 999_999)} sent to ${r.pick(['berlin', 'lagos', 'quito', 'osaka'])}`],
      ['info', 6, (r) => `queue holds ${r.int(0, 40)} orders`],
      ['warn', 3, (r) => `order ${r.int(100_000, 999_999)} waits for stock`],
      ['error', 1, (r) => `order ${r.int(100_000, 999_999)} refused: unknown address`],
    ],
  ],
  [
    'ledger',
    3000,
    [
      ['info', 50, (r) => `level=info msg="entry booked" account=${r.hex(8)} took=${r.int(1, 9)}ms`],
      ['info', 30, (r) => `level=info msg="balance read" account=${r.hex(8)}`],
      ['warn', 5, (r) => `level=warn msg="slow statement" took=${r.int(400, 900)}ms`],
    ],
  ],
  [
    'web',
    1200,
    [
      ['info', 70, (r) => `${r.ip()} GET /shop/item/${r.int(1, 5000)} 200 ${r.int(2, 90)}ms`],
      ['info', 20, (r) => `${r.ip()} POST /shop/cart 201 ${r.int(8, 120)}ms`],
      ['warn', 8, (r) => `${r.ip()} GET /shop/item/${r.int(5001, 9000)} 404 ${r.int(1, 9)}ms`],
      ['error', 0.5, (r) => `upstream orders closed the connection, request ${r.hex(16)}`],
    ],
  ],
];

/** In order of time: arrivals at random moments, in minutes that are busier or calmer than others. */
function healthy(fromMs: number, toMs: number, seed: string): LogRow[] {
  const rows = USUAL.flatMap(([service, gapMs, voices]) => {
    const random = new EvalRandom(`${seed} ${service}`);
    const cumulative: number[] = [];
    for (const [, weight] of voices) cumulative.push((cumulative.at(-1) ?? 0) + weight);
    const rows: LogRow[] = [];
    let pace = 1;
    for (let atMs = fromMs; atMs < toMs; atMs += random.exponential(gapMs * pace)) {
      if (random.chance(gapMs / MINUTE_MS)) pace = random.between(0.7, 1.4);
      const [level, , say] = voices[random.pickWeighted(cumulative)] ?? [];
      if (level === undefined || say === undefined) continue;
      rows.push({ timestamp: Math.floor(atMs), service, level, message: say(random) });
    }
    return rows;
  });
  return inOrder(rows);
}

function newKind(i: number): string {
  const nouns = ['coupon', 'basket', 'parcel', 'refund', 'invoice', 'voucher', 'pallet', 'courier', 'return', 'label'];
  const deeds = [
    'migrated to the new schema',
    'index rebuilt',
    'worker pool resized',
    'feature switched on',
    'archive opened',
  ];
  return `${nouns[i % 10]} ${deeds[Math.floor(i / 10)]}`;
}

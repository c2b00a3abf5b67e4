import { describe, expect, test } from 'vitest';
import { sniffLevel } from '../../../src/domain/level-sniff.ts';
import { maskReference } from '../../../src/mine/drain3/mask-reference.ts';
import { DrainMiner } from '../../../src/mine/drain3/drain-miner.ts';

const KIB = 1024;
const encoder = new TextEncoder();

/** What a pattern that backtracks would suffer from: near misses of every mask, over and over, with and without end. */
const PIECES = [
  '1',
  'a',
  'f',
  '-',
  '/',
  '.',
  ':',
  '_',
  ' ',
  '1.',
  '1-',
  'a1',
  '1 ',
  '1.1.1.',
  '255.255.255.',
  '12345678-1234-',
  '12345678-1234-1234-1234-12345678901',
  'deadbeef',
  'abcdef0 ',
  '/api/',
  '/api/a',
  'http://',
  'https:/',
  '1m',
  '1.5',
  '2026-11-',
  '٣',
  'é1',
  '1é ',
  '漢1.',
  '\u00a01',
  '[',
  '"level":',
  'level=',
  '<3',
  '{"a":',
  '\\',
];
const TAILS = ['', '!', '1', 'g', 'é'];

function adversarialLines(bytes: number): [string, Uint8Array][] {
  return PIECES.flatMap((piece) =>
    TAILS.map((tail): [string, Uint8Array] => {
      const text = piece.repeat(Math.ceil(bytes / Buffer.byteLength(piece))) + tail;
      return [`${JSON.stringify(piece)} ... ${JSON.stringify(tail)}`, encoder.encode(text)];
    }),
  );
}

/** CPU milliseconds of the fastest of three runs: what the work costs, not what else the machine does. */
function costOf(work: () => void): number {
  let best = Infinity;
  for (let run = 0; run < 3; run++) {
    const before = process.threadCpuUsage();
    work();
    const used = process.threadCpuUsage(before);
    best = Math.min(best, (used.user + used.system) / 1000);
  }
  return best;
}

/** Shapes on which the work takes 50 ms or more. */
function slowShapes(lines: [string, Uint8Array][], work: (bytes: Uint8Array) => void): string[] {
  return lines.filter(([, bytes]) => costOf(() => work(bytes)) >= 50).map(([shape]) => shape);
}

describe('S5: no text of 64 KiB takes as long as 50 ms', () => {
  const lines = adversarialLines(64 * KIB);

  test(`to mine (${lines.length} shapes)`, () => {
    const miner = new DrainMiner({ simTh: 0.4, maxTemplates: 100 });
    expect(slowShapes(lines, (bytes) => miner.mine(bytes, 0, bytes.length))).toEqual([]);
  });

  test('to look for a level in', () => {
    expect(slowShapes(lines, (bytes) => sniffLevel(bytes, 0, bytes.length))).toEqual([]);
  });

  test('to mask by the regular expressions, as much of it as is ever mined', () => {
    const decoder = new TextDecoder();
    expect(slowShapes(adversarialLines(16 * KIB), (bytes) => maskReference(decoder.decode(bytes)))).toEqual([]);
  });
});

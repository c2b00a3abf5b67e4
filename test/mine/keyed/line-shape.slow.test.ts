import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyBytes } from '../../../src/mine/keyed/key-bytes.ts';
import { lineShape, shape } from '../../../src/mine/keyed/line-shape.ts';
import { scanMessage } from '../../../src/mine/keyed/scan-message.ts';
import { scratch } from '../../../src/mine/keyed/scratch.ts';
import { shared } from '../../shared.ts';
import { loghubContents, LOGHUB_SETS, maskBait } from '../drain3/lines.ts';
import { keyBait } from './keyed-lines.ts';
import { seededRandom } from '../../bench/seeded-random.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function shapeOf(line: string): string | undefined {
  const bytes = encoder.encode(`rubbish 7${line}7 rubbish`);
  const length = lineShape(bytes, 9, bytes.length - 9);
  return length < 0 ? undefined : decoder.decode(shape.slice(0, length));
}

function keyOf(line: string): string {
  const bytes = encoder.encode(line);
  scanMessage(bytes, 0, bytes.length);
  return `${scratch.tokenCount} ${decoder.decode(keyBytes(bytes))}`;
}

const HEX = '0123456789abcdefABCDEF';

/** The line with other digits, of other numbers too, and with other hex digits. */
function varied(line: string, seed: number): string {
  const below = seededRandom(seed);
  const digit = () => String(below(10));
  const hex = line.replaceAll(/[\da-fA-F]{2,}/g, (run) =>
    below(2) === 0 ? run : Array.from({ length: run.length + below(3) - 1 }, () => HEX[below(HEX.length)]).join(''),
  );
  return hex.replaceAll(/\d+/g, (run) =>
    Array.from({ length: below(2) === 0 ? run.length : 1 + below(6) }, digit).join(''),
  );
}

/** Whether the two lines have one shape; then they must have one key. */
function isOneShape(line: string, other: string): boolean {
  const own = shapeOf(line);
  if (own === undefined || own !== shapeOf(other)) return false;
  expect(keyOf(other), `${JSON.stringify(line)} and ${JSON.stringify(other)}`).toBe(keyOf(line));
  return true;
}

describe('the shape of a line', () => {
  it.each([
    ['took 15ms', 'took 9ms'],
    ['took 1500ms.', 'took 7ms.'],
    ['from 10.0.0.7 port 22', 'from 192.168.13.1 port 65535'],
    ['block blk_-6952295868487656571 at 2026-11-22', 'block blk_-381 at 1999-01-01'],
    ['user 12 of 3456', 'user 123456 of 7'],
    ['old: rack-59/53.783.289.982:6370 is gone', 'old: rack-17/74.316.174.417:8080 is gone'],
    ['[client 10.0.0.7] denied', '[client 192.168.13.1] denied'],
    ['object 5f8254d0 freed', 'object 00aa11bb freed'],
  ])('is one for lines that differ in digits that say nothing: %s', (line, other) => {
    expect(isOneShape(line, other)).toBe(true);
  });

  it.each([
    ['eth1 is up', 'eth2 is up'],
    ['r24=5 r25=6 of', 'r26=5 r25=6 of'],
    ['0x1', '1x1'],
    ['deadbeef1', 'deadbeefy'],
  ])('is another where a digit is part of a name: %s', (line, other) => {
    expect(shapeOf(line) !== undefined && shapeOf(line) === shapeOf(other)).toBe(false);
  });

  it.each([
    '{"a": 1}',
    'a1=5 b=6',
    'two\nlines',
    'caf\u00e9 7',
    '\u001b[31mred 7',
    '',
    ' indented 7',
    'x'.repeat(1025),
  ])('is none for a line that has to be scanned: %j', (line) => {
    expect(line === '' ? lineShape(encoder.encode(line), 0, 0) <= 0 : shapeOf(line) === undefined).toBe(true);
  });

  it.each([
    ['what the scanner looks at', keyBait, 20_000],
    ["what the reference's masks look at", maskBait, 6000],
  ] as const)('is the same only for lines of one key: %s', (_, lines, numRuns) => {
    let pairs = 0;
    fc.assert(
      fc.property(lines, fc.integer({ min: 1 }), (text, seed) => {
        const line = text.toWellFormed();
        const before = line.includes('=') ? `at ${line}` : line;
        if (isOneShape(before, varied(before, seed))) pairs++;
      }),
      { numRuns, seed: 42 },
    );
    expect(pairs).toBeGreaterThan(numRuns / 20);
  });

  it.skipIf(!shared).each(LOGHUB_SETS)('is the same only for lines of one key, with real lines: %s', (set) => {
    const keyOfShape = new Map<string, string>();
    loghubContents(set).forEach((line, seed) => {
      for (const each of [line, varied(line, seed + 1), varied(line, seed + 77_777)]) {
        const own = shapeOf(each);
        if (own === undefined) continue;
        const key = keyOf(each);
        expect(keyOfShape.get(own) ?? key).toBe(key);
        keyOfShape.set(own, key);
      }
    });
  });
});

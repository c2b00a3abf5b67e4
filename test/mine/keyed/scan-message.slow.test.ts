import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyBytes } from '../../../src/mine/keyed/key-bytes.ts';
import { scanMessage } from '../../../src/mine/keyed/scan-message.ts';
import { OPENING, scratch } from '../../../src/mine/keyed/scratch.ts';
import { countMessage } from '../../../src/mine/count-message.ts';
import { shared } from '../../shared.ts';
import { loghubContents, LOGHUB_SETS, maskBait } from '../drain3/lines.ts';
import { keyBait } from './keyed-lines.ts';
import { specifiedKey } from './key-specification.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

describe('the scanner of keys', () => {
  it.each([
    ['what its rules look at', keyBait, 6000],
    ["what the reference's masks look at", maskBait, 3000],
    ['any text at all', fc.string({ unit: 'binary', maxLength: 40 }), 2000],
  ] as const)('does what its specification says with %s', (_, lines, numRuns) => {
    fc.assert(
      fc.property(lines, (line) => expectAsSpecified(line.toWellFormed().replaceAll('\n', ' '))),
      { numRuns, seed: 42 },
    );
  });

  it.skipIf(!shared).each(LOGHUB_SETS)('does what its specification says with real lines: %s', (set) => {
    for (const line of loghubContents(set)) expectAsSpecified(line);
  });

  it('counts tokens and characters of the whole message as the reference does', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(keyBait, maskBait, fc.constant('\n')), { maxLength: 3 }), (parts) => {
        const bytes = encoder.encode(parts.join(''));
        const counts = { tokenCount: 0, charCount: 0 };
        countMessage(bytes, 0, bytes.length, counts);
        scanMessage(bytes, 0, bytes.length);
        expect([scratch.tokenCount, scratch.charCount]).toEqual([counts.tokenCount, counts.charCount]);
      }),
      { numRuns: 2000, seed: 42 },
    );
  });

  it('looks at nothing outside the message', () => {
    fc.assert(
      fc.property(keyBait, keyBait, (line, around) => {
        const bytes = encoder.encode(around + line + around);
        const start = encoder.encode(around).length;
        const alone = scanned(encoder.encode(line), 0, encoder.encode(line).length);
        expect(scanned(bytes, start, bytes.length - start)).toEqual(alone);
      }),
      { numRuns: 2000, seed: 42 },
    );
  });

  it('takes bytes that are no text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const { key, values } = scanned(bytes, 0, bytes.length);
        expect(key.length).toBeLessThan(1000);
        expect(values.length).toBeLessThan(61);
      }),
      { numRuns: 2000, seed: 42 },
    );
  });
});

function expectAsSpecified(line: string): void {
  const bytes = encoder.encode(line);
  const { key, values } = scanned(bytes, 0, bytes.length);
  if (scratch.keyCount > 0 && scratch.keyStart[0] === OPENING) return;
  expect({ key, values }).toEqual(specifiedKey(line));
}

function scanned(bytes: Uint8Array, start: number, end: number): { key: string; values: string[] } {
  scanMessage(bytes, start, end);
  const values = Array.from({ length: scratch.variableCount }, (_, i) =>
    decoder.decode(bytes.slice(scratch.variableStart[i], scratch.variableEnd[i])),
  );
  return { key: decoder.decode(keyBytes(bytes)), values };
}

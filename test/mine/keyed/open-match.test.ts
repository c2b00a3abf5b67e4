import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyBytes } from '../../../src/mine/keyed/key-bytes.ts';
import { keyMatchesOpen, matchesOpen } from '../../../src/mine/keyed/open-match.ts';
import { scanMessage } from '../../../src/mine/keyed/scan-message.ts';

const encoder = new TextEncoder();
const tokens = fc.array(fc.constantFrom('a', 'b', 'ab', 'failed', '7', '<*>'), { minLength: 1, maxLength: 7 });

function keyOf(line: Uint8Array): Uint8Array {
  scanMessage(line, 0, line.length);
  return keyBytes(line);
}

describe('what open runs let in', () => {
  it('is the same of a line and of its key', () => {
    let matches = 0;
    fc.assert(
      fc.property(tokens, tokens, fc.integer({ min: 0, max: 15 }), (pattern, words, openRuns) => {
        const key = keyOf(encoder.encode(pattern.join(' ')));
        const line = encoder.encode(words.join(' '));
        const own = keyOf(line);
        scanMessage(line, 0, line.length);
        const isIn = matchesOpen(key, openRuns, line);
        if (isIn) matches++;
        expect(keyMatchesOpen(key, openRuns, own)).toBe(isIn);
      }),
      { numRuns: 20_000, seed: 42 },
    );
    expect(matches).toBeGreaterThan(300);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskReference, splitTokens } from '../../../src/mine/drain3/mask-reference.ts';
import { line, MASKED, MINED_BYTES_MAX, MINED_TOKENS_MAX, scanLine } from '../../../src/mine/drain3/scan-line.ts';
import { hashToken } from '../../../src/mine/token-hash.ts';
import { shared } from '../../shared.ts';
import { loghubContents, LOGHUB_SETS, maskBait } from './lines.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

describe('the byte scanner', () => {
  it('masks and tokenises as the regular expressions do', () => {
    fc.assert(
      fc.property(maskBait, (text) => {
        expect(scannedText(text)).toEqual(expected(text));
      }),
      { numRuns: 6000, seed: 42 },
    );
  });

  it('agrees on any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const oneLine = text.replaceAll('\n', ' ');
        expect(scannedText(oneLine)).toEqual(expected(oneLine.toWellFormed()));
      }),
      { numRuns: 1500, seed: 42 },
    );
  });

  it('agrees on malformed UTF-8, each malformed part being one U+FFFD', () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.constantFrom('é', '\u3000', '12.5 ', '😀').map((text) => encoder.encode(text)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const bytes = new Uint8Array(parts.flatMap((bytes) => [...bytes].filter((byte) => byte !== 0x0a)));
        expect(scanned(bytes)).toEqual(expected(decoder.decode(bytes)));
      }),
      { numRuns: 2000, seed: 42 },
    );
  });

  it.skipIf(!shared).each(LOGHUB_SETS)('agrees on every line of %s', (set) => {
    for (const content of loghubContents(set)) expect(scannedText(content)).toEqual(expected(content));
  });

  it('mines the first line that is not blank, and counts the tokens and characters of all', () => {
    const bytes = encoder.encode(' \r\n\n Error: 12345 é\r\n\tat f (x.js:1)\n');
    expect(scanned(bytes)).toEqual({ tokens: ['Error:', '<NUM>', 'é'], tokenCount: 6, charCount: 36 });
  });

  it('reads no byte outside of the message', () => {
    const bytes = encoder.encode('xx12 34yy');
    scanLine(bytes, 2, 7);
    expect([line.tokens, line.start[0], line.end[1], line.charCount]).toEqual([2, 2, 7, 5]);
  });

  it('stops after 16 KiB, between two characters', () => {
    const bytes = encoder.encode('漢'.repeat(MINED_BYTES_MAX));
    const { tokens, charCount } = scanned(bytes);
    expect(tokens).toEqual(['漢'.repeat(Math.floor(MINED_BYTES_MAX / 3))]);
    expect(charCount).toBeGreaterThanOrEqual(500);
  });

  it('stops after 1,024 tokens', () => {
    const { tokens, tokenCount } = scanned(encoder.encode('1s '.repeat(5000)));
    expect(tokens).toEqual(Array.from({ length: MINED_TOKENS_MAX }, () => '<DUR>'));
    expect(tokenCount).toBeGreaterThanOrEqual(50);
  });

  it('has room for the masked text of the worst 16 KiB', () => {
    for (const piece of ['1s ', '1.1,', '1s,', '\xff', '١s,']) {
      const text = piece.repeat(Math.floor(MINED_BYTES_MAX / encoder.encode(piece).length));
      const tokens = splitTokens(maskReference(text)).slice(0, MINED_TOKENS_MAX);
      expect(scanned(encoder.encode(text)).tokens).toEqual(tokens);
    }
  });
});

function scannedText(text: string) {
  return scanned(encoder.encode(text));
}

function expected(text: string) {
  return {
    tokens: splitTokens(maskReference(text)),
    tokenCount: splitTokens(text).length,
    charCount: Array.from(text).length,
  };
}

function scanned(bytes: Uint8Array) {
  scanLine(bytes, 0, bytes.length);
  const tokens = Array.from({ length: line.tokens }, (_, index) => {
    const source = line.flags[index]! & MASKED ? line.masked : bytes;
    const [start, end] = [line.start[index]!, line.end[index]!];
    expect(line.hash[index]).toBe(hashToken(source, start, end));
    return decoder.decode(source.subarray(start, end));
  });
  return { tokens, tokenCount: line.tokenCount, charCount: line.charCount };
}

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskedTokens } from '../../../src/mine/drain3/masked-recall.ts';
import { line, MASKED, scanLine } from '../../../src/mine/drain3/scan-line.ts';
import type { ScannedLine } from '../../../src/mine/drain3/scan-line.ts';
import { lineShape, NO_SHAPE, shape } from '../../../src/mine/keyed/line-shape.ts';
import { KEY, LINE_BYTES_MAX } from '../../../src/mine/simd/assembly/layout.ts';
import { copyLine, scanner } from '../../../src/mine/simd/scanner.ts';
import { shared } from '../../shared.ts';
import { loghubContents, LOGHUB_SETS, maskBait } from '../drain3/lines.ts';
import { keyBait } from '../keyed/keyed-lines.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('latin1');

/** The scanners in WebAssembly and in TypeScript find the same in `bytes`, wherever in a word of four it begins. */
function expectSame(bytes: Uint8Array): void {
  for (const before of [0, 1, 2, 3]) {
    const around = new Uint8Array(before + bytes.length + 3).fill(0x37);
    around.set(bytes, before);
    expectSameShape(around, before, before + bytes.length);
    expectSameTokens(around, before, before + bytes.length);
  }
}

function expectSameShape(bytes: Uint8Array, start: number, end: number): void {
  if (end - start > LINE_BYTES_MAX || scanner === undefined) return;
  const length = lineShape(bytes, start, end);
  const at = copyLine(bytes, start, end);
  const shapeEnd = scanner.shapeLine(at, at + end - start);
  expect(shapeEnd === 0 ? NO_SHAPE : shapeEnd - KEY).toBe(length);
  if (length > 0) expect(text(scanner.bytes, KEY, shapeEnd)).toBe(text(shape, 0, length));
}

function expectSameTokens(bytes: Uint8Array, start: number, end: number): void {
  const got = told(maskedTokens(bytes, start, end), bytes);
  scanLine(bytes, start, end);
  expect(got).toEqual(told(line, bytes));
}

function told(line: ScannedLine, bytes: Uint8Array): unknown {
  const tokens = Array.from({ length: line.tokens }, (_, index) => {
    const source = line.flags[index]! & MASKED ? line.masked : bytes;
    return [text(source, line.start[index]!, line.end[index]!), line.hash[index]];
  });
  return { tokens, tokenCount: line.tokenCount, charCount: line.charCount };
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.slice(start, end));
}

describe('the scanner in WebAssembly finds what the one in TypeScript finds', () => {
  it('is there', () => {
    expect(scanner).toBeDefined();
  });

  it.each([
    ['what the masks look at', maskBait],
    ['what the keys look at', keyBait],
  ] as const)('in %s', (_, lines) => {
    fc.assert(
      fc.property(lines, (text) => {
        expectSame(encoder.encode(text));
      }),
      { numRuns: 5000, seed: 42 },
    );
  });

  it('in bytes of any kind', () => {
    const printable = fc.uint8Array({ min: 0x20, max: 0x7e, maxLength: 200 });
    const any = fc.uint8Array({ maxLength: 60 });
    const telling = fc
      .array(fc.constantFrom(...encoder.encode('0123456789abfgxAFZ  ..--__//::=@%\t')), { maxLength: 300 })
      .map((bytes) => Uint8Array.from(bytes));
    fc.assert(fc.property(fc.oneof(printable, any, telling), expectSame), { numRuns: 6000, seed: 42 });
  });

  it('in lines of all lengths, up to where it has to give up and beyond', () => {
    const pieces = ['1s ', 'a1 ', '7', 'f', '1.2.3.4 ', 'x=12 ', '-.', 'é', ' ', '::1 ', '9a8b7c6d-', '/api/7 '];
    for (const piece of pieces)
      for (const length of [1, 15, 16, 17, 63, 64, 65, 127, 128, 1023, 1024, 1025, 2045, 2046, 2047, 20_000])
        expectSame(encoder.encode(piece.repeat(length)).slice(0, length));
    expectSame(encoder.encode('request 7 took 15ms '.repeat(52_429)));
  });

  it.skipIf(!shared).each(LOGHUB_SETS)('in every line of %s', (set) => {
    for (const content of loghubContents(set)) expectSame(encoder.encode(content));
  });
});

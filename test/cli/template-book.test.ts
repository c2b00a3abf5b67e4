import { describe, expect, test } from 'vitest';
import { TemplateBook } from '../../src/cli/template-book.ts';
import { createDetector } from '../../src/score/create-detector.ts';
import type { Detector } from '../../src/score/detector.ts';

const encoder = new TextEncoder();

function detector(maxTemplates = 1000): Detector {
  return createDetector('shop', {
    profile: 'reference',
    hstThreshold: 0.7,
    miner: { profile: 'drain3', simTh: 0.4, maxTemplates },
  });
}

/** Numbers that the book gives the lines. */
function enter(book: TemplateBook, one: Detector, lines: readonly string[]): number[] {
  return lines.map((line, i) => {
    const bytes = encoder.encode(line);
    const { template } = one.score(bytes, 0, bytes.length, 2, i);
    return book.numberOf(one, template);
  });
}

describe('a template book', () => {
  test('names a row as its template is in the end, not as it was then', () => {
    const book = new TemplateBook();
    const one = detector();
    const numbers = enter(book, one, ['user ann logged in', 'user bob logged in', 'disk full on sda']);
    const finals = book.finish();
    expect(numbers.map((number) => finals[number]!.template)).toEqual([
      'user <*> logged in',
      'user <*> logged in',
      'disk full on sda',
    ]);
    expect(finals[numbers[0]!]!.fingerprint).toBe(one.fingerprintOf(one.miner.templates()[0]!));
  });

  test('keeps the name of a template that its miner has dropped', () => {
    const book = new TemplateBook(1000, 20);
    const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];
    const lines = words.flatMap((first) => words.map((_, length) => `${first} came${' again'.repeat(length)}`));
    const one = detector(2);
    const numbers = enter(book, one, ['first of all lines', ...lines]);
    expect(one.miner.evicted).toBeGreaterThan(20);
    expect(book.finish()[numbers[0]!]).toEqual({
      template: 'first of all lines',
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  test('at its bound counts further templates as one', () => {
    const book = new TemplateBook(2);
    const numbers = enter(book, detector(), ['one', 'two words', 'three more words', 'now four more words', 'one']);
    expect(numbers).toEqual([0, 1, 2, 2, 0]);
    expect(book.finish().map(({ template }) => template)).toEqual(['one', 'two words', '<overflow>']);
    expect(book.overflowedRows).toBe(2);
  });
});

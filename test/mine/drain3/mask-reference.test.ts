import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasDigit, maskReference, splitTokens } from '../../../src/mine/drain3/mask-reference.ts';
import { shared, sharedPath } from '../../shared.ts';
import { loghubContents } from './lines.ts';

describe('the nine masks as regular expressions', () => {
  it.each([
    ['user 550e8400-e29b-41d4-a716-446655440000 in', 'user <UUID> in'],
    ['from 10.0.0.1:8080', 'from <IP>:<NUM>'],
    ['GET https://a.b/c?d=e, then', 'GET <URL> then'],
    ['1234http://x', '<NUM><URL>'],
    ['/api/u/550e8400-e29b-41d4-a716-446655440000/x', '<PATH><UUID>/x'],
    ['on 2024-01-02 in 3.5m', 'on <DATE> in <DUR>'],
    ['commit defaced 0xdeadbeef', 'commit <HEX> 0xdeadbeef'],
    ['load 1.5 of 12345 or 123', 'load <FLOAT> of <NUM> or 123'],
    ['é1234 \u0663\u0664\u0665\u0666', 'é1234 <NUM>'],
  ])('%j becomes %j', (text, masked) => {
    expect(maskReference(text)).toBe(masked);
  });

  it('splits as Python does, at every white space of Unicode and of the control characters', () => {
    expect(splitTokens('\x1ca\x85b\u3000 c\t\u200bd\ufeff ')).toEqual(['a', 'b', 'c', '\u200bd\ufeff']);
  });

  it('sees the digits that Python sees', () => {
    expect(['a1', 'x²', '①', '٣', '𝟘'].map(hasDigit)).toEqual([true, true, true, true, true]);
    expect(['abc', '½', 'Ⅷ', '三', ''].map(hasDigit)).toEqual([false, false, false, false, false]);
  });
});

describe.skipIf(!shared)('the golden masks', () => {
  it('agrees with every pair', () => {
    const pairs: [string, string][] = JSON.parse(readFileSync(sharedPath('golden/mask.json'), 'utf8'));
    expect(pairs.length).toBeGreaterThan(15);
    for (const [text, masked] of pairs) expect(maskReference(text)).toBe(masked);
  });

  it.each(['Apache', 'HDFS', 'Linux', 'OpenSSH', 'Zookeeper'])('masks the lines of %s as Python did', (set) => {
    const golden: { masked: string[] } = JSON.parse(readFileSync(sharedPath(`golden/drain_${set}.json`), 'utf8'));
    const contents = loghubContents(set).slice(0, golden.masked.length);
    expect(contents.map(maskReference)).toEqual(golden.masked);
  });
});

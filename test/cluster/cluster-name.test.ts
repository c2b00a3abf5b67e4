import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterName } from '../../src/cluster/cluster-name.ts';

describe('cluster name', () => {
  it('is the template where that is short', () => {
    expect(clusterName('user <*> logged in from <IP>')).toBe('user <*> logged in from <IP>');
  });

  it('is cut between words, placeholders whole', () => {
    const template = 'reverse mapping checking getaddrinfo for <*> failed from <IP> - POSSIBLE BREAK-IN ATTEMPT!';
    expect(clusterName(template)).toBe('reverse mapping checking getaddrinfo for <*> failed from…');
    const exact = `${'word '.repeat(11)}fits`;
    expect(exact.length).toBe(59);
    expect(clusterName(`${exact} more`)).toBe(`${exact}…`);
  });

  it('cuts a long word, yet no placeholder and no surrogate pair in it', () => {
    expect(clusterName('x'.repeat(100))).toBe(`${'x'.repeat(59)}…`);
    expect(clusterName(`${'x'.repeat(56)}<NUM>${'y'.repeat(50)}`)).toBe(`${'x'.repeat(56)}…`);
    expect(clusterName(`${'x'.repeat(58)}😀${'y'.repeat(50)}`)).toBe(`${'x'.repeat(58)}…`);
  });

  it('is one line, never empty', () => {
    expect(clusterName(' a\n\tb\u0000c\u2028d\u202e ')).toBe('a b c d');
    expect(clusterName(' \u001b ')).toBe('(empty message)');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (template) => {
        const name = clusterName(template);
        expect(name.length >= 1 && name.length <= 60).toBe(true);
        expect(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u.test(name)).toBe(false);
      }),
    );
  });
});

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { MINER_PROFILES } from '../../src/domain/profile.ts';
import { createMiner } from '../../src/mine/create-miner.ts';
import { forgetLines } from '../../src/mine/forget-lines.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
setFlagsFromString('--no-expose-gc');

test.each(MINER_PROFILES)(
  '%s: whoever holds a template that is gone holds none of those that went after it',
  async (profile) => {
    const miner = createMiner({ profile, simTh: 0.4, maxTemplates: 2 });
    const mine = (text: string) => {
      const bytes = new TextEncoder().encode(text);
      return miner.mine(bytes, 0, bytes.length);
    };
    const held = mine('the first of all');
    const later = Array.from(
      { length: 40 },
      (_, i) => new WeakRef(mine(`${'x'.repeat(i + 1)}y begins ${'z'.repeat(i + 1)}w`)),
    );
    expect(miner.evicted).toBeGreaterThan(30);
    forgetLines();
    // A weak reference is a strong one until the present job ends.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(later.filter((template) => template.deref() !== undefined).length).toBeLessThanOrEqual(3);
    expect(held.text).toBe('the first of all');
  },
);

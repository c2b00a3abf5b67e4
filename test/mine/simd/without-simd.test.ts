import * as fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { MINER_PROFILES } from '../../../src/domain/profile.ts';
import type { MinerProfile } from '../../../src/domain/profile.ts';
import { createMiner } from '../../../src/mine/create-miner.ts';
import type { MinerOptions, TemplateMiner } from '../../../src/mine/template-miner.ts';
import { maskBait } from '../drain3/lines.ts';
import { keyBait } from '../keyed/keyed-lines.ts';

const encoder = new TextEncoder();
const plainly = await createMinerPlainly();

/** Modules loaded anew where there is no WebAssembly. */
async function createMinerPlainly(): Promise<typeof createMiner> {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly')!;
  vi.resetModules();
  Reflect.deleteProperty(globalThis, 'WebAssembly');
  try {
    const { scanner } = await import('../../../src/mine/simd/scanner.ts');
    expect(scanner).toBeUndefined();
    return (await import('../../../src/mine/create-miner.ts')).createMiner;
  } finally {
    Object.defineProperty(globalThis, 'WebAssembly', own);
  }
}

afterAll(() => {
  // Other files of this process are to have the scanner again.
  vi.resetModules();
});

/** What is known after each line. */
function mineAll(miner: TemplateMiner, lines: readonly string[]): unknown[] {
  return lines.map((line) => {
    const bytes = encoder.encode(line);
    const template = miner.mine(bytes, 0, bytes.length);
    return [template.id, template.text, template.size, miner.change, miner.tokenCount, miner.charCount];
  });
}

describe('without WebAssembly miners find the same', () => {
  it.each(MINER_PROFILES)('in lines that come again and again: %s', (profile: MinerProfile) => {
    const line = fc.oneof(
      maskBait,
      keyBait,
      fc.constantFrom('', 'two\nlines 7', 'x'.repeat(3000), '{"a":1,"msg":"b 7"}'),
    );
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 25 }),
        fc.array(fc.nat(), { minLength: 50, maxLength: 1200 }),
        fc.constantFrom(3, 2000),
        (pool, picks, maxTemplates) => {
          // Other digits each time, so that shapes and masks, and not lines alone, come again.
          const lines = picks.map((pick) => pool[pick % pool.length]!.replaceAll(/\d/g, () => String(pick % 10)));
          const options: MinerOptions = { profile, simTh: 0.4, maxTemplates };
          expect(mineAll(createMiner(options), lines)).toEqual(mineAll(plainly(options), lines));
        },
      ),
      { numRuns: 80, seed: 42 },
    );
  });
});

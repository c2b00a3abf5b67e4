import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { usePart } from '../parts/part.ts';
import { offeredByFish, offeredByZsh } from './completion-shells.ts';
import { runCli } from './run-cli.ts';

const SHELLS = [
  { shell: 'zsh', part: await usePart('zsh'), offered: offeredByZsh },
  { shell: 'fish', part: await usePart('fish'), offered: offeredByFish },
];
const LIMIT_MS = 60_000;

describe.each(SHELLS)('completion in $shell', ({ shell, part, offered }) => {
  let scratch: string;
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'halfspace-completion-'));
    writeFileSync(join(scratch, 'script'), (await runCli(['completion', shell])).stdout);
    mkdirSync(join(scratch, 'logs'));
    for (const name of ['app.log', 'other.log']) writeFileSync(join(scratch, 'logs', name), '');
  }, LIMIT_MS);
  afterAll(() => rmSync(scratch, { recursive: true }));

  test.skipIf(part.missing !== undefined).each([
    ['halfspace an', ['analyse', 'annotate']],
    ['halfspace detect --tr', ['--train', '--train-window']],
    ['halfspace analyse a', ['app.log']],
    ['halfspace analyse app.log --source lo', ['loki']],
    ['halfspace tail --level e', ['error']],
    ['halfspace completion f', ['fish']],
    ['halfspace help ser', ['serve']],
  ])(
    'offers for %j what fits',
    (line, words) => {
      const trial = { binary: part.path!, script: join(scratch, 'script'), cwd: join(scratch, 'logs'), scratch };
      expect(offered(line, trial).toSorted()).toEqual(words);
    },
    LIMIT_MS,
  );
});

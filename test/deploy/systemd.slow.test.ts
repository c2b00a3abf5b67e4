import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rootFolder } from '../../scripts/deploy/generated-files.ts';
import { productArguments } from '../parts/product.ts';
import { runCommand } from '../parts/run-command.ts';

const UNIT = join(rootFolder(), 'deploy/systemd/halfspace.service');
const unit = readFileSync(UNIT, 'utf8');
/** Ten times what `systemd-analyze security` calls the exposure: from 1, safe, to 100. */
const EXPOSURE_MAX = '20';
const analyze = await findAnalyze();

test('the unit runs what `npm start` runs', () => {
  const [, command = ''] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
  const product = productArguments().map((argument) => argument.replace(rootFolder(), './'));
  expect(command.split(' ').slice(1)).toEqual(product.map((argument) => argument.replace(/^\.\/src/, 'src')));
});

describe.skipIf(!analyze)('systemd', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halfspace-systemd-'));
    file = join(folder, 'halfspace.service');
    // It wants the program to be where the unit says.
    await writeFile(file, unit.replace('/usr/bin/node', process.execPath));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('takes the unit', async () => {
    await expect(runCommand('systemd-analyze', ['verify', file])).resolves.toBe('');
  });

  test('refuses a misspelt unit: the check can fail', async () => {
    const wrong = join(folder, 'wrong.service');
    await writeFile(wrong, unit.replace(/^ExecStart=/m, 'ExecStrat='));
    await expect(runCommand('systemd-analyze', ['verify', wrong])).rejects.toThrow('ExecStrat');
  });

  test('calls it little exposed', async () => {
    const said = await runCommand('systemd-analyze', [
      'security',
      '--offline=true',
      `--threshold=${EXPOSURE_MAX}`,
      file,
    ]);
    console.log(said.trim().split('\n').at(-1));
    expect(said).toContain('Overall exposure level for halfspace.service');
  });
});

async function findAnalyze(): Promise<boolean> {
  try {
    await runCommand('systemd-analyze', ['--version']);
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    console.warn('SKIPPED: systemd-analyze is not on this machine');
    return false;
  }
}

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

describe('completion', () => {
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'halfspace-completion-'));
    writeFileSync(join(folder, 'script'), (await runCli(['completion', 'bash'])).stdout);
    mkdirSync(join(folder, 'logs'));
    for (const name of ['app.log', 'a name.log']) writeFileSync(join(folder, 'logs', name), '');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What bash offers for the last word of a line. */
  function offered(line: string): string[] {
    const words = line.split(' ').map((word) => `'${word}'`);
    const script = `. ../script; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _halfspace; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const said = execFileSync('bash', ['-c', script], { cwd: join(folder, 'logs'), encoding: 'utf8' });
    return said.split('\n').filter((word) => word !== '');
  }

  test.each([
    ['halfspace an', ['analyse', 'annotate']],
    ['halfspace detect --tr', ['--train', '--train-window']],
    ['halfspace analyse a', ['app.log', 'a name.log']],
    ['halfspace analyse app.log --source lo', ['loki']],
    ['halfspace tail --level e', ['error']],
    ['halfspace tail --service p', []],
    ['halfspace completion f', ['fish']],
    ['halfspace help ser', ['serve']],
    ['halfspace --v', ['--version']],
  ])('of %j in bash', (line, words) => {
    expect(offered(line).toSorted()).toEqual(words.toSorted());
  });

  test('knows every command and option that help shows', async () => {
    const { stdout } = await runCli(['--help']);
    const commands = Array.from(stdout.matchAll(/^ {2}([a-z-]+)\S*(?: \S+)* {2,}/gm), ([, name]) => name!);
    expect(commands.length).toBeGreaterThan(8);
    expect(offered('halfspace ')).toEqual(expect.arrayContaining(commands.filter((name) => !name.startsWith('-'))));
  });

  test('of another shell is refused', async () => {
    const { code, stderr } = await runCli(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^shell 'tcsh' is not known\. Allowed choices are bash, zsh, fish\.$/m);
  });
});

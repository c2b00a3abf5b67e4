import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countTests } from '../../scripts/count-tests.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A gate that reads nothing reports nothing: each must name a fault that was put there, with the project's settings. */
describe('a seeded fault is named by', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halfspace-gates-'));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await put('tsconfig.json', JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), include: ['src'] }));
    await put('package.json', JSON.stringify({ name: 'seeded', type: 'module', dependencies: { fastify: '*' } }));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test.each([
    ['a promise that nobody waits for', 'no-floating-promises', 'Promise.resolve(1);\n'],
    ['a promise as a condition', 'no-misused-promises', 'if (Promise.resolve(true)) throw new Error();\n'],
    ['await of what is no promise', 'await-thenable', 'await 1;\n'],
    ['any', 'no-explicit-any', 'export const a: any = 1;\n'],
    ['an import that is not used', 'no-unused-vars', "import { join } from 'node:path';\n"],
  ])('oxlint: %s (%s)', async (_, rule, code) => {
    await put('src/main.ts', code);
    const { code: exit, said } = await run('oxlint', ['-c', join(ROOT, '.oxlintrc.json'), '--type-aware', 'src']);
    expect(said).toContain(rule);
    expect(exit).not.toBe(0);
  });

  test('oxfmt: double quotes', async () => {
    await put('src/main.ts', 'export const a = "a";\n');
    const { code, said } = await run('oxfmt', ['-c', join(ROOT, '.oxfmtrc.json'), '--check', 'src']);
    expect(said).toContain('src/main.ts');
    expect(code).not.toBe(0);
  });

  test('tsc: an index that may be undefined', async () => {
    await put('src/main.ts', 'export const first: string = ([] as string[])[0];\n');
    const { code, said } = await run('tsc', ['-p', '.']);
    expect(said).toContain('src/main.ts(1,14): error TS2322');
    expect(code).not.toBe(0);
  });

  test('knip: an export, a file and a dependency that nobody uses', async () => {
    await put('src/main.ts', "import { used } from './used.ts';\nconsole.log(used);\n");
    await put('src/used.ts', 'export const used = 1;\nexport const unusedExport = 2;\n');
    await put('src/unused-file.ts', 'export const a = 1;\n');
    await put('knip.json', JSON.stringify({ entry: ['src/main.ts'], project: ['src/**/*.ts'] }));
    const { code, said } = await run('knip', ['--no-progress']);
    expect(said).toContain('unusedExport');
    expect(said).toContain('src/unused-file.ts');
    expect(said).toContain('fastify');
    expect(code).not.toBe(0);
  });

  test('the test runner: a test that fails, and a file that cannot be loaded', async () => {
    await put(
      'test/a.test.ts',
      "import { test, expect } from 'vitest';\ntest('a', () => expect(1).toBe(2));\ntest('b', () => {});\ntest.skip('c', () => {});\n",
    );
    await put('test/b.test.ts', "import './missing.ts';\n");
    const report = join(folder, 'report.json');
    const { code } = await run('vitest', ['run', '--root', folder, '--reporter=json', `--outputFile.json=${report}`]);
    expect(code).not.toBe(0);
    expect(countTests(await readFile(report, 'utf8'), code)).toEqual({ passed: 1, failed: 2, skipped: 1 });
  });

  async function put(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }

  function run(program: string, args: string[]): Promise<{ code: number; said: string }> {
    return new Promise((resolve) => {
      const path = join(ROOT, 'node_modules/.bin', program);
      execFile(path, args, { cwd: folder }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr });
      });
    });
  }
});

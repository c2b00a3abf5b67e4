import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CODE = /\.(ts|tsx|mjs|js|py|sh)$/;
const LINES_MAX = 350;

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  .toString()
  .split('\0')
  .filter((file) => file !== '' && statSync(join(ROOT, file), { throwIfNoEntry: false })?.isFile() === true);
const code = files.filter((file) => CODE.test(file));

test('there are files to judge', () => {
  expect(code.length).toBeGreaterThan(20);
});

test(`no source file is longer than ${LINES_MAX} lines`, () => {
  const long = code.map((file) => ({ file, lines: read(file).split('\n').length - 1 }));
  expect(long.filter(({ lines }) => lines > LINES_MAX)).toEqual([]);
});

test('no note of work left undone stands in the code', () => {
  expect(linesMatching(code, /TOD[O]|FIXM[E]|XX[X]/)).toEqual([]);
});

test('no test is skipped or singled out by hand', () => {
  const tests = code.filter((file) => file.endsWith('.test.ts') && !file.startsWith('test/house/'));
  expect(linesMatching(tests, /\b(test|it|describe)\.(skip|only|todo)\(/)).toEqual([]);
});

test('no path of a machine and no registry host stands in a tracked file', () => {
  // One letter of each in brackets, so that this file does not find itself.
  const named = /\/wor[k]\/|\/roo[t]\/|registry\.npmj[s]|proxy\.golan[g]|pyp[i]\.org|repo1?\.mave[n]/;
  expect(linesMatching(files, named)).toEqual([]);
});

test('source files are kebab-case', () => {
  const odd = code.filter((file) => !/^(?:[\w.-]+\/)*[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(file) && !file.endsWith('.py'));
  expect(odd).toEqual([]);
});

test('every link of a page leads to a file of the repository', () => {
  const pages = files.filter((file) => file.endsWith('.md'));
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target.replace(/#.*$/, ''))
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(ROOT, page, '..', target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test('every npm command that a page names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = files
    .filter((file) => file.endsWith('.md'))
    .flatMap((page) =>
      Array.from(
        read(page).matchAll(
          /\bnpm (?:run (?:-s )?)?((?:start|test|bench|parts|lint|format|types|knip)(?::[a-z]+)?|(?<=run (?:-s )?)[a-z][a-z:-]*)/g,
        ),
        ([, name = '']) => name,
      ),
    );
  expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
});

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function linesMatching(among: string[], pattern: RegExp): string[] {
  return among.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

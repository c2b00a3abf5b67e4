import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BUNDLED, productionPackages } from '../../scripts/deploy/production-packages.ts';
import { rootFolder } from '../../scripts/deploy/generated-files.ts';

/** May be part of something that is licensed by the Apache License 2.0, and ask for no more than to be named. */
const COMPATIBLE: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);
const manifest = readJson('package.json') as {
  dependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};
const lockfile = readJson('package-lock.json') as {
  packages: Record<string, { dev?: boolean; hasInstallScript?: boolean; resolved?: string; integrity?: string }>;
};

test('the licence of each package that comes along is compatible with ours', () => {
  const packages = productionPackages();
  expect(packages.map(({ name }) => name)).toEqual(
    expect.arrayContaining([...Object.keys(manifest.dependencies), ...BUNDLED]),
  );
  expect(packages.filter(({ licence }) => !isCompatible(licence))).toEqual([]);
});

test.each([
  ['MIT OR GPL-3.0-only', true],
  ['(MIT AND BSD-3-Clause)', true],
  ['MIT AND GPL-3.0-only', false],
  ['AGPL-3.0-only', false],
  ['unknown', false],
])('a licence of %s is taken: %s', (licence, taken) => {
  expect(isCompatible(licence)).toBe(taken);
});

test('S21: install scripts: one package may run its own, which is for development, and the image runs none', () => {
  const allowed = Object.entries(manifest.allowScripts).filter(([, allow]) => allow);
  expect(allowed).toEqual([['node', true]]);
  expect(lockfile.packages['node_modules/node']).toMatchObject({ dev: true, hasInstallScript: true });
  const installs = readFileSync(join(rootFolder(), 'Dockerfile'), 'utf8').match(/npm (ci|install)[^\n]*/g) ?? [];
  expect(installs.length).toBeGreaterThan(0);
  expect(installs.filter((command) => !command.includes('--ignore-scripts'))).toEqual([]);
});

test('S21: each package that has an install script is allowed it or denied it: npm warns of one that is not', () => {
  const scripted = Object.entries(lockfile.packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  const names = new Set(scripted.map(([folder]) => folder.split('node_modules/').at(-1)));
  expect(names).toEqual(new Set(Object.keys(manifest.allowScripts)));
});

test('S21: each package that comes along on this platform is pinned by its content', () => {
  const packages = productionPackages().map(({ folder }) => ({ folder, ...lockfile.packages[folder] }));
  const installed = packages.filter(({ folder }) => existsSync(join(rootFolder(), folder)));
  expect(installed.length).toBeGreaterThan(100);
  expect(installed.filter(({ integrity }) => integrity?.startsWith('sha512-') !== true)).toEqual([]);
});

/** Of an SPDX expression without WITH: one of each OR, all of each AND. */
function isCompatible(licence: string): boolean {
  const choices = licence.replaceAll(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((one) => COMPATIBLE.has(one.trim())));
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(rootFolder(), file), 'utf8'));
}

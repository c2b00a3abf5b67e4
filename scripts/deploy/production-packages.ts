import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface ProductionPackage {
  name: string;
  version: string;
  /** SPDX expression. */
  licence: string;
  /** Path of its folder, from the root of the repository. */
  folder: string;
}

/** Packages that are not installed in production but built into the dashboard's files. */
export const BUNDLED: readonly string[] = ['preact', 'uplot'];

/** Every package that the product comes with, as the lockfile has them: those it runs on, and those built into it. */
export function productionPackages(): ProductionPackage[] {
  const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as Lockfile;
  return Object.entries(packages)
    .map(([folder, entry]) => ({ ...entry, folder, name: folder.split('node_modules/').at(-1) ?? '' }))
    .filter(({ folder, name, dev }) => folder !== '' && (dev !== true || BUNDLED.includes(name)))
    .map(({ name, version, license, folder }) => ({ name, version, licence: license ?? 'unknown', folder }))
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

/** Text of the first file of a package whose name fits; undefined without one, as of a package for another platform. */
export function textOf({ folder }: ProductionPackage, name: RegExp): string | undefined {
  if (!existsSync(`${ROOT}${folder}`)) return undefined;
  const file = readdirSync(`${ROOT}${folder}`).find((one) => name.test(one));
  return file === undefined ? undefined : readFileSync(`${ROOT}${folder}/${file}`, 'utf8').trim();
}

/** By code units, so that the order is the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

interface Lockfile {
  packages: Record<string, { version: string; license?: string; dev?: boolean }>;
}

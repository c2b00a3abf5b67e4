import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withInstallLock } from './install-lock.ts';
import { RECIPES } from './recipes.ts';
import type { PartName, Recipe } from './recipes.ts';

export type { PartName } from './recipes.ts';

/** A real program that is ready to run, or why it is not. */
export type Part = { path: string; missing?: undefined } | { path?: undefined; missing: string };

/**
 * Path of a real program's binary; installed first when this machine has not got it.
 * Rejects with a sentence that says what is missing.
 */
export async function part(name: PartName): Promise<string> {
  const recipe = RECIPES[name];
  const folder = join(partsFolder(), `${name}-${recipe.version}`);
  const path = join(folder, recipe.binary);
  const marker = join(folder, '.installed');
  if (existsSync(marker)) return path;
  await mkdir(partsFolder(), { recursive: true });
  await withInstallLock(join(partsFolder(), '.lock'), async () => {
    if (existsSync(marker)) return; // another worker was faster
    process.stderr.write(`parts: installing ${recipe.title} ${recipe.version} (once; ${recipe.cost})\n`);
    await install(name, folder);
    if (!existsSync(path)) throw new Error(`${recipe.title} was installed, but ${path} is not there`);
    await writeFile(marker, '');
  });
  return path;
}

/** As {@link part}, for tests: a part that cannot be had is a loud reason to skip, and under `CI=true` an error. */
export async function usePart(name: PartName): Promise<Part> {
  try {
    return { path: await part(name) };
  } catch (error) {
    return missingPart(`${RECIPES[name].title} ${RECIPES[name].version}`, error);
  }
}

/** Says that something cannot be had on this machine, loudly; under `CI=true` throws. */
export function missingPart(what: string, cause: unknown): Part {
  const missing = `${what} cannot be had here: ${messageOf(cause)}`;
  if (process.env['CI'] === 'true') throw new Error(missing, { cause });
  console.warn(`SKIPPED: ${missing}`);
  return { missing };
}

/** Where parts live between runs, outside the clone; one folder a part and version. */
export function partsFolder(): string {
  const chosen = process.env['HALFSPACE_PARTS_DIR'];
  if (chosen) return chosen;
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'halfspace-parts');
}

/** Builds in a scratch folder and moves the result; the marker that `part` writes last says that it is whole. */
async function install(name: PartName, folder: string): Promise<void> {
  const recipe: Recipe = RECIPES[name];
  if (recipe.inPlace) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    await recipe.install(folder, folder);
    return;
  }
  const scratch = await mkdtemp(join(partsFolder(), `.${name}-`));
  try {
    const out = join(scratch, 'out');
    await mkdir(out);
    await recipe.install(out, scratch);
    await rm(folder, { recursive: true, force: true });
    await rename(out, folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

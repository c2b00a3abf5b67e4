import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Runs `use` with the path of the command as an installed package has it: built anew, with the dependencies of this checkout. */
export async function withBuiltPackage<T>(use: (command: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'halfspace-package-'));
  try {
    for (const name of ['bin', 'package.json']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    for (const name of ['node_modules', 'proto']) symlinkSync(join(ROOT, name), join(folder, name));
    execFileSync(process.execPath, [join(ROOT, 'scripts/build-package.ts'), join(folder, 'lib')]);
    return await use(join(folder, 'bin/halfspace.mjs'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

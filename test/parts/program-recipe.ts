import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from './recipes.ts';
import { runCommand } from './run-command.ts';

/** A program of a Go module, named as the last part of its path. */
export function goProgram(title: string, version: string, module: string, cost = 'a minute or two'): Recipe {
  return {
    title,
    version,
    binary: module.split('/').at(-1)!,
    cost,
    install: async (out) => {
      await runCommand('go', ['install', '-trimpath', `${module}@v${version}`], { env: goEnvironment(out) });
    },
  };
}

export function goEnvironment(bin: string): Record<string, string> {
  return { GOBIN: bin, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' };
}

/** A program that a Python package brings along, in an environment of its own. */
export function pythonProgram(program: string, version: string, packageName: string): Recipe {
  return {
    title: program,
    version,
    binary: `bin/${program}`,
    cost: 'half a minute',
    inPlace: true,
    install: (out) => installPython(out, [`${packageName}==${version}`]),
  };
}

export async function installPython(out: string, packages: string[]): Promise<void> {
  await runCommand('python3', ['-m', 'venv', out]);
  await runCommand(join(out, 'bin/python'), ['-m', 'pip', 'install', '--quiet', ...packages]);
}

/** A program that comes inside a Debian package, which is unpacked and not installed. */
export function debianProgram(
  program: string,
  packageName: string,
  binary = `usr/bin/${program}`,
  /** Packages that it needs and that machines have not got by themselves: they are unpacked beside it. */
  also: readonly string[] = [],
): Recipe {
  return {
    title: program,
    version: 'debian',
    binary,
    cost: 'half a minute',
    install: (out, scratch) => unpackDebian([packageName, ...also], out, scratch),
  };
}

async function unpackDebian(packages: readonly string[], out: string, scratch: string): Promise<void> {
  await chmod(scratch, 0o777); // apt downloads as a user of its own
  try {
    await runCommand('apt-get', ['download', ...packages], { cwd: scratch });
  } catch {
    await runCommand('apt-get', ['update']);
    await runCommand('apt-get', ['download', ...packages], { cwd: scratch });
  }
  const archives = (await readdir(scratch)).filter((name) => name.endsWith('.deb'));
  if (archives.length < packages.length) throw new Error(`apt-get download left no package of ${packages.join(', ')}`);
  for (const archive of archives) await runCommand('dpkg-deb', ['-x', join(scratch, archive), out]);
}

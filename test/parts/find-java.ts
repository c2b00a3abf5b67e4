import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';

const FOLDER = '/usr/lib/jvm';

/** Home of a JDK whose version lies in the range, the newest of them; rejects with a sentence when there is none. */
export async function findJava(least: number, most: number): Promise<string> {
  const installed = await readdir(FOLDER).catch(() => [] as string[]);
  const homes = [process.env['JAVA_HOME'] ?? '', ...installed.map((name) => join(FOLDER, name))];
  let best: { home: string; version: number } | undefined;
  for (const home of homes) {
    if (home === '' || !home.startsWith('/')) continue;
    const version = await versionOf(home);
    if (version >= least && version <= most && version > (best?.version ?? 0)) best = { home, version };
  }
  if (best !== undefined) return best.home;
  throw new Error(`no JDK of version ${least} to ${most} is in JAVA_HOME or ${FOLDER}`);
}

/** 0 where there is no compiler. */
async function versionOf(home: string): Promise<number> {
  const said = await runCommand(join(home, 'bin/javac'), ['-version']).catch(() => '');
  return Number(/javac (\d+)/.exec(said)?.[1] ?? 0);
}

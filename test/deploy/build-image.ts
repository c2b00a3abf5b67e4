import { chown, cp, mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../parts/run-command.ts';
import type { Stage } from './dockerfile.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Only root may give files away, and start what runs as somebody else. */
export const IS_ROOT = process.getuid?.() === 0;

/**
 * Carries out the COPY and RUN of each stage, a folder standing for the file system of a stage, and gives the folder of
 * the last one. What a base image brings is this machine's: its node is the one that runs this.
 */
export async function buildImage(stages: readonly Stage[], folder: string): Promise<string> {
  const roots = new Map<string, string>();
  let root = folder;
  for (const [index, stage] of stages.entries()) {
    root = join(folder, stage.name ?? String(index));
    roots.set(stage.name ?? '', root);
    await buildStage(stage, root, roots);
  }
  return root;
}

async function buildStage(stage: Stage, root: string, roots: ReadonlyMap<string, string>): Promise<void> {
  let workdir = root;
  let user: number | undefined;
  await mkdir(join(root, 'tmp'), { recursive: true, mode: 0o777 });
  for (const { name, text } of stage.instructions) {
    if (name === 'WORKDIR') await mkdir((workdir = join(root, text)), { recursive: true });
    if (name === 'USER') user = numberOf(text);
    if (name === 'COPY') await copy(text, root, workdir, roots);
    if (name === 'RUN') await run(text, root, workdir, user);
  }
}

async function copy(text: string, root: string, workdir: string, roots: ReadonlyMap<string, string>): Promise<void> {
  const words = text.split(' ');
  const option = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = paths.pop() ?? '';
  const from = option('from');
  for (const source of paths) {
    const origin = from === undefined ? join(ROOT, source) : fromStage(roots.get(from)!, source);
    const into = target.startsWith('/') ? join(root, target) : join(workdir, target);
    const isFolder = (await stat(origin)).isDirectory();
    const to = !isFolder && target.endsWith('/') ? join(into, basename(source)) : into;
    await cp(origin, to, { recursive: true, verbatimSymlinks: true });
    const owner = option('chown');
    if (owner !== undefined && IS_ROOT) await chown(to, numberOf(owner), numberOf(owner));
  }
}

function fromStage(root: string, source: string): string {
  return source === '/usr/local/bin/node' ? process.execPath : join(root, source);
}

/** Absolute paths of the image are those of the folder that stands for it. Only root can change owners. */
async function run(text: string, root: string, cwd: string, user: number | undefined): Promise<void> {
  const placed = text.replaceAll(/(?<=\s)\/(tmp|var\/lib)(?=\/)/g, `${root}/$1`);
  const command = IS_ROOT ? placed : placed.replaceAll(/chown \S+/g, 'true');
  const env = { PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
  const shell = ['-c', command];
  if (user === undefined || !IS_ROOT) await runCommand('sh', shell, { cwd, env });
  else
    await runCommand('setpriv', [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', 'sh', ...shell], { cwd, env });
}

function numberOf(owner: string): number {
  return Number(owner.split(':')[0]);
}

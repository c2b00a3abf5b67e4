import { chown, cp, mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../parts/run-command.ts';
import type { Stage } from './dockerfile.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Where the image has it, and its base. */
export const IMAGE_NODE = '/usr/local/bin/node';
/** Only root may give files away, and start what runs as somebody else. */
export const IS_ROOT = process.getuid?.() === 0;

/**
 * Carries out the COPY and RUN of each stage, a folder standing for the file system of a stage, and gives the folder of
 * the last one. What a base image brings is this machine's: its node is a copy of the one that runs this, where every
 * user can reach it, which a clone in somebody's own folder is not.
 */
export async function buildImage(stages: readonly Stage[], folder: string): Promise<string> {
  const roots = new Map<string, string>();
  const node = join(folder, 'base/node');
  await cp(process.execPath, node);
  let root = folder;
  for (const [index, stage] of stages.entries()) {
    root = join(folder, stage.name ?? String(index));
    roots.set(stage.name ?? '', root);
    await buildStage(stage, { root, roots, node });
  }
  return root;
}

/** What the steps of a stage work on. */
interface Place {
  /** The stage's own file system, and those of the stages before it by name. */
  root: string;
  roots: ReadonlyMap<string, string>;
  /** The node of the base. */
  node: string;
}

async function buildStage(stage: Stage, place: Place): Promise<void> {
  const { root } = place;
  let workdir = root;
  let user: number | undefined;
  await mkdir(join(root, 'tmp'), { recursive: true, mode: 0o777 });
  for (const { name, text } of stage.instructions) {
    if (name === 'WORKDIR') await mkdir((workdir = join(root, text)), { recursive: true });
    if (name === 'USER') user = numberOf(text);
    if (name === 'COPY') await copy(text, workdir, place);
    if (name === 'RUN') await run(text, workdir, user, place);
  }
}

async function copy(text: string, workdir: string, { root, roots, node }: Place): Promise<void> {
  const words = text.split(' ');
  const option = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = paths.pop() ?? '';
  const from = option('from');
  for (const source of paths) {
    const origin =
      from === undefined ? join(ROOT, source) : source === IMAGE_NODE ? node : join(roots.get(from)!, source);
    const into = target.startsWith('/') ? join(root, target) : join(workdir, target);
    const isFolder = (await stat(origin)).isDirectory();
    const to = !isFolder && target.endsWith('/') ? join(into, basename(source)) : into;
    await cp(origin, to, { recursive: true, verbatimSymlinks: true });
    const owner = option('chown');
    if (owner !== undefined && IS_ROOT) await chown(to, numberOf(owner), numberOf(owner));
  }
}

/** Absolute paths of the image are those of the folder that stands for it. Only root can change owners. */
async function run(text: string, cwd: string, user: number | undefined, { root, node }: Place): Promise<void> {
  const placed = text.replaceAll(/(?<=\s)\/(tmp|var\/lib)(?=\/)/g, `${root}/$1`);
  const command = IS_ROOT ? placed : placed.replaceAll(/chown \S+/g, 'true');
  const env = { PATH: `${dirname(node)}:${process.env['PATH']}` };
  const shell = ['-c', command];
  if (user === undefined || !IS_ROOT) await runCommand('sh', shell, { cwd, env });
  else
    await runCommand('setpriv', [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', 'sh', ...shell], { cwd, env });
}

function numberOf(owner: string): number {
  return Number(owner.split(':')[0]);
}
